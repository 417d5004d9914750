"""Is the tree of a log that of its records? Everything is recomputed from the leaves, or verified by the
proofs as somebody outside would."""

from itertools import pairwise
from typing import TypeVar

from pactolus_adapters.tlog.checkpoint import Checkpoint, open_checkpoint
from pactolus_adapters.tlog.errors import SignatureInvalid, TlogUnreadable
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.tlog.verify import ProofInvalid, verify_consistency, verify_inclusion
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.trail import AuditTrail
from tests.support.merkle import recursive_root

__all__ = ["PROVED", "tree_faults"]

PROVED = 8
"""So many records and checkpoints are proved one by one, spread over the log, the last among them; the
root answers for the others."""

_Item = TypeVar("_Item")


def tree_faults(log: AuditTrail, leaves: list[bytes]) -> list[str]:
    """What is wrong with tiles, proofs and checkpoints of a log with these leaf hashes."""
    try:
        return _faults(log, leaves)
    except AuditUnavailable as error:
        return [f"the tree cannot be read: {error}"]
    except (SignatureInvalid, TlogUnreadable) as error:
        return [f"a checkpoint is none of the log: {error}"]
    except ProofInvalid as error:
        return [f"a proof does not hold: {error}"]


def _faults(log: AuditTrail, leaves: list[bytes]) -> list[str]:
    verifier = NoteVerifier.from_text(log.verifier_key)
    before = list(log.checkpoints())
    log.publish()  # as the service would, a second after it has started
    found = [open_checkpoint(note, [verifier])[0] for note in log.checkpoints()]
    faults = ["a checkpoint has vanished"] if len(found) < len(before) else []
    root = recursive_root(leaves)
    if log.root(len(leaves)) != root:
        faults.append("the tiles give another root than the records")
    if (found[-1].size, found[-1].root) != (len(leaves), root):
        faults.append("the last checkpoint is not over the records that are there")
    faults += [
        f"the checkpoint of {each.size} records has another root than they"
        for each in _spread(found)
        if each.root != recursive_root(leaves[: each.size])
    ]
    _prove(log, leaves, found)
    return faults


def _prove(log: AuditTrail, leaves: list[bytes], found: list[Checkpoint]) -> None:
    """Raises `ProofInvalid` where a proof of the log does not hold."""
    last = found[-1]
    for index in _spread(list(range(len(leaves)))):
        verify_inclusion(leaves[index], index, last.size, log.inclusion_proof(index, last.size), last.root)
    for first, second in pairwise(found):
        proof = log.consistency_proof(first.size, second.size)
        verify_consistency(first.size, second.size, proof, first.root, second.root)


def _spread(items: list[_Item]) -> list[_Item]:
    step = max(1, len(items) // PROVED)
    return items[::-step]
