"""How far a record is proved: which signed checkpoint covers it, and who else has seen that one."""

from collections.abc import Iterator
from dataclasses import dataclass

from pactolus_adapters.tlog.checkpoint import Checkpoint, open_checkpoint
from pactolus_adapters.tlog.errors import TlogInvalid
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.tlog.note import Note, read_note
from pactolus_adapters.tlog.verify import ProofInvalid, hash_leaf, verify_inclusion
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.trail import AuditTrail, Entry

__all__ = ["ProofStatus", "proof_status"]


@dataclass(frozen=True, slots=True)
class ProofStatus:
    """What proves a record. `size`: records that the checkpoint covers; None: none covers this one yet.

    `cosigned_by`: names on the other signature lines, whose keys nobody gave us to verify. `fault`: why
    the proof does not hold; empty when it does, or when there is none yet.
    """

    index: int
    leaf_hash: bytes
    size: int | None = None
    root: bytes = b""
    cosigned_by: tuple[str, ...] = ()
    fault: str = ""

    @property
    def is_verified(self) -> bool:
        """Whether leaf, path and signed root were seen to belong together."""
        return self.size is not None and not self.fault


def proof_status(trail: AuditTrail, entry: Entry) -> ProofStatus:
    """Computes the path of a record to a signed root and follows it with the independent verifier.

    The checkpoint is the newest that a witness has cosigned, else the first that covers the record. Its
    signature is verified with the key that the store names: an auditor with a key from elsewhere verifies
    the whole log with it. A proof that fails is a finding and no error.
    """
    note = _chosen(trail.checkpoints(entry.index))
    if note is None:
        fault = "" if hash_leaf(entry.leaf) == entry.leaf_hash else "the leaf does not match its leaf hash"
        return ProofStatus(entry.index, entry.leaf_hash, fault=fault)
    size: int | None = None
    try:
        checkpoint, opened = open_checkpoint(note, [NoteVerifier.from_text(trail.verifier_key)])
        size = checkpoint.size
        _verify(trail, entry, checkpoint)
    except (AuditUnavailable, ProofInvalid, TlogInvalid) as error:
        return ProofStatus(entry.index, entry.leaf_hash, size, fault=str(error))
    return ProofStatus(entry.index, entry.leaf_hash, size, checkpoint.root, _strangers(opened))


def _chosen(notes: Iterator[bytes]) -> bytes | None:
    first = next(notes, None)
    cosigned = first
    for note in notes:
        if len(read_note(note)[1]) > 1:
            cosigned = note
    return cosigned


def _verify(trail: AuditTrail, entry: Entry, checkpoint: Checkpoint) -> None:
    path = trail.inclusion_proof(entry.index, checkpoint.size)
    verify_inclusion(hash_leaf(entry.leaf), entry.index, checkpoint.size, path, checkpoint.root)


def _strangers(note: Note) -> tuple[str, ...]:
    return tuple(sorted({signature.name for signature in note.unknown}))
