"""What an export is to hold, and its announcement: that it was made is recorded before its first byte leaves."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from pactolus_adapters.tlog.checkpoint import Checkpoint, open_checkpoint
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.trail.events import Actor, Event, EventRecorder
from pactolus_engine.errors import InputInvalid, Violation
from pactolus_engine.ports import Receipt
from pactolus_engine.trail import AuditTrail, Entry

__all__ = [
    "WITHOUT_PATIENT_DATA",
    "WITH_PATIENT_DATA",
    "Export",
    "Progress",
    "Wanted",
    "announce",
    "not_told",
]

WITHOUT_PATIENT_DATA: Final = "without patient data: leaves, index and proofs only"
WITH_PATIENT_DATA: Final = (
    "WITH PATIENT DATA: requests, decisions and answers in plain; keep it as you keep the record"
)

Progress = Callable[[int, int], None]
"""Is told how many records are done, of how many."""


def not_told(_done: int, _all: int) -> None:
    """Progress that nobody looks at."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records, in which form. `end`: the record after the last, 0 means to the end of the log.

    `since` and `until`: RFC 3339 in UTC with microseconds, the first included, the second not; empty: any
    time. `tenant`: None means every tenant.
    """

    form: str
    first: int = 0
    end: int = 0
    since: str = ""
    until: str = ""
    tenant: str | None = None
    with_patient_data: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """An export that was announced. `own`: its own record, `entry` the public part of that; `note`: the signed
    checkpoint, which covers all that is exported and the export's own record."""

    wanted: Wanted
    own: Receipt
    entry: Entry
    actor: Actor
    verifier_key: str
    note: bytes
    checkpoint: Checkpoint

    @property
    def contents(self) -> str:
        """Whether there are patient data in it, in words."""
        return WITH_PATIENT_DATA if self.wanted.with_patient_data else WITHOUT_PATIENT_DATA


def announce(log: AuditTrail, recorder: EventRecorder, actor: Actor, wanted: Wanted) -> Export:
    """Records the export and signs the checkpoint that it will lead to.

    Raises `InputInvalid` when the range is none, before anything is recorded, and `AuditUnavailable`.
    """
    size = log.size()
    wanted = _settled(wanted, size)
    own = recorder.record(actor, Event("export", _details(wanted)))
    note, key = log.publish(), log.verifier_key
    checkpoint, _ = open_checkpoint(note, [NoteVerifier.from_text(key)])
    (entry,) = log.entries(own.index, own.index + 1)
    return Export(wanted, own, entry, actor, key, note, checkpoint)


def _settled(wanted: Wanted, size: int) -> Wanted:
    """The same with its end, which is at most the size of the log."""
    end = wanted.end or size
    violations = []
    if not 0 <= wanted.first <= size:
        violations.append(Violation("first_index", f"expected an index from 0 to {size}"))
    elif not wanted.first <= end <= size:
        violations.append(Violation("end_index", f"expected an index from {wanted.first} to {size}"))
    if wanted.since and wanted.until and wanted.until <= wanted.since:
        violations.append(Violation("until", "expected an instant after `since`"))
    if violations:
        raise InputInvalid(violations)
    return replace(wanted, end=end)


def _details(wanted: Wanted) -> dict[str, str]:
    return {
        "format": wanted.form,
        "first_index": str(wanted.first),
        "end_index": str(wanted.end),
        "since": wanted.since,
        "until": wanted.until,
        "tenants": "all" if wanted.tenant is None else "own",
        "patient_data": "true" if wanted.with_patient_data else "false",
    }
