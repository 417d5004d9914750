"""Verifies a log: everything that somebody could have altered behind the service's back, record by record.

Nothing of what writes the log takes part: leaf hashes, tiles and roots are computed anew (`recompute.py`),
signatures and checkpoints are looked at with the log's public key or those that are given. One pass, in
flat memory, beside a running service: what is recorded or erased meanwhile is no finding.

What it cannot see: a history that was rewritten together with payloads, hashes, tiles and every stored
checkpoint by somebody who holds all keys; and, where the checkpoints over it were removed, for which nobody needs a
key, the rewritten leaf of a record whose payload is gone or not looked at: it counts as not yet signed. Against both
somebody must have kept a checkpoint outside.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.trail.findings import Findings, Verification
from pactolus_adapters.trail.readable import ReadableTrail
from pactolus_adapters.trail.verify_gone import RemovalCheck
from pactolus_adapters.trail.verify_records import RecordCheck
from pactolus_adapters.trail.verify_signed import signed_checkpoints, trusted_keys
from pactolus_adapters.trail.verify_tree import TreeCheck
from pactolus_engine.trail import Selection

__all__ = ["Step", "Verification", "verify", "verify_steps"]

_PAGE: Final = 1024
"""Records of a page: whole tiles."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a verification has come: records looked at, records to look at."""

    done: int
    total: int


def verify(
    trail: ReadableTrail,
    *,
    since: bytes = b"",
    verifiers: Sequence[NoteVerifier] = (),
    payloads: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Verification:
    """The whole log, and (`since`: a checkpoint note that was kept) that it has grown from what it was then.

    `verifiers`: whose signatures count; none means the key that the log says is its own. `payloads`: every
    record is decrypted and compared too. `progress` gets the records done and in all.
    Raises `TlogUnreadable` when `since` is no checkpoint, `AuditUnavailable` when the store cannot be read.
    """
    for step in verify_steps(trail, since=since, verifiers=verifiers, payloads=payloads):
        if isinstance(step, Verification):
            return step
        progress(step.done, step.total)
    raise AssertionError("a verification ends with what it found")


def verify_steps(
    trail: ReadableTrail,
    *,
    since: bytes = b"",
    verifiers: Sequence[NoteVerifier] = (),
    payloads: bool = False,
) -> Iterator[Step | Verification]:
    """The same step by step; the last one is what was found."""
    end = trail.size()
    findings = Findings()
    keys = trusted_keys(trail, verifiers, findings)
    tree = TreeCheck(trail, findings, signed_checkpoints(trail, keys, findings, since))
    removals = RemovalCheck(trail, findings)
    records = RecordCheck(trail, findings, removals, payloads=payloads)
    removals.look_at_keys()
    at = 0
    while at < end:
        page = records.page(at, min(at + _PAGE, end))
        tree.take(at, page)
        at = at + len(page) if any(page) else _after_gap(trail, at + len(page), end)
        # A record that erased something while this was running is looked at too.
        end = max(end, min(removals.last_remover + 1, trail.size())) if at >= end else end
        yield Step(min(at, end), end)
    tree.finish()
    removals.finish()
    yield Verification(
        findings=findings.lowest(),
        records=end,
        erased=removals.erased,
        pruned=removals.pruned,
        key_lost=tuple(removals.lost),
        checkpoint=tree.agreed.note if tree.agreed else b"",
        signed=tree.agreed.size if tree.agreed else 0,
        payloads=payloads,
    )


def _after_gap(trail: ReadableTrail, at: int, end: int) -> int:
    """Where to go on from `at` after a page without any record: a number may lie far beyond the others."""
    following = trail.listed(Selection(), at - 1, 1)
    index = min(following[0].index, end - 1) if following else end - 1
    return max(at, index - index % _PAGE)
