"""Checks the checkpoints of a log by themselves: signed by its key, filed under what they say, ascending."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge

from pactolus_adapters.tlog.checkpoint import open_checkpoint
from pactolus_adapters.tlog.errors import TlogInvalid, TlogUnreadable
from pactolus_adapters.tlog.keys import NoteVerifier, SignatureType
from pactolus_adapters.trail.findings import Findings
from pactolus_adapters.trail.readable import ReadableTrail
from pactolus_engine.trail import StoredCheckpoint

__all__ = ["Signed", "signed_checkpoints", "trusted_keys"]


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint whose signature holds. `is_kept`: somebody kept it since before, outside the store."""

    size: int
    root: bytes
    note: bytes
    is_kept: bool = False


def trusted_keys(
    trail: ReadableTrail, given: Sequence[NoteVerifier], findings: Findings
) -> tuple[NoteVerifier, ...]:
    """The keys that were given, and unless one of them is the log's, the one that the log says is its own.

    Keys of other logs only are a finding: whoever gave them expects another log here, and this one may have
    been put in its place.
    """
    logs = [one.name for one in given if one.type is SignatureType.ED25519]
    if trail.origin in logs:
        return tuple(given)
    for name in logs:
        findings.add(0, f"the key that was given is of log `{name}`, and this is log `{trail.origin}`")
    try:
        return (NoteVerifier.from_text(trail.verifier_key), *given)
    except TlogInvalid as error:
        findings.add(0, f"the log does not say whose signatures count: {error}")
        return ()


def signed_checkpoints(
    trail: ReadableTrail, verifiers: Sequence[NoteVerifier], findings: Findings, since: bytes
) -> Iterator[Signed]:
    """Those of the store and (`since`, unless empty) the one that was kept, ascending.

    What does not hold by itself is a finding and left out; its first record is the first after the checkpoint
    before it. Raises `TlogUnreadable` when what was kept is no checkpoint.
    """
    if not verifiers:
        return iter(())
    kept = _kept(trail, verifiers, findings, since) if since else ()
    stored = _stored(trail, verifiers, findings)
    return merge(kept, stored, key=lambda one: one.size)


def _kept(
    trail: ReadableTrail, verifiers: Sequence[NoteVerifier], findings: Findings, since: bytes
) -> tuple[Signed, ...]:
    try:
        checkpoint, _ = open_checkpoint(since, verifiers)
    except TlogUnreadable:
        raise
    except TlogInvalid as error:
        findings.add(0, f"the checkpoint that was kept is not one of this log: {error}")
        return ()
    if checkpoint.origin != trail.origin:
        findings.add(0, f"the checkpoint that was kept is of log `{checkpoint.origin}`, not `{trail.origin}`")
    return (Signed(checkpoint.size, checkpoint.root, since, is_kept=True),)


def _stored(trail: ReadableTrail, verifiers: Sequence[NoteVerifier], findings: Findings) -> Iterator[Signed]:
    before = 0
    for stored in trail.stored_checkpoints():
        try:
            yield _opened(trail.origin, stored, verifiers)
        except TlogInvalid as error:
            findings.add(before, f"the checkpoint over `{stored.size}` records does not hold: {error}")
        before = stored.size


def _opened(origin: str, stored: StoredCheckpoint, verifiers: Sequence[NoteVerifier]) -> Signed:
    checkpoint, _ = open_checkpoint(stored.note, verifiers)
    if (checkpoint.origin, checkpoint.size, checkpoint.root) != (origin, stored.size, stored.root):
        raise TlogInvalid("it is filed under another origin, size or root than it says")
    return Signed(checkpoint.size, checkpoint.root, stored.note)
