"""One record in the log: by its index, or by the decision in it. Nobody learns of another tenant's records."""

from collections import deque
from collections.abc import Iterator
from typing import Final

from pactolus_adapters.tlog.strict import MOST_SIZE
from pactolus_engine.errors import AuditUnavailable, RecordNotFound
from pactolus_engine.record import read_commitment
from pactolus_engine.trail import AuditTrail, Entry, ListedRecord, Selection

__all__ = ["EVALUATION", "as_asked", "entry_at", "latest_of", "leaf_fields", "leaf_of", "listed", "record_at"]

EVALUATION: Final = "evaluation"
"""The event of a record that holds a decision."""

_PAGE: Final = 512


def record_at(trail: AuditTrail, index: int, tenant: str | None = None) -> ListedRecord:
    """The record at an index, as the list knows it; `tenant` None: of whichever. Raises `RecordNotFound`."""
    found = trail.listed(Selection(), index - 1, 1) if 0 <= index <= MOST_SIZE else []
    if not found or found[0].index != index or tenant not in {None, found[0].tenant}:
        raise RecordNotFound(
            "the log has no record at this `index`"
            if tenant is None
            else "the log has no record of this tenant at this `index`"
        )
    return found[0]


def latest_of(trail: AuditTrail, decision_id: str, tenant: str | None = None) -> ListedRecord:
    """The latest record of a decision. Raises `RecordNotFound`, also for one that was erased: nothing is left
    by which it could be found."""
    wanted = Selection(events=(EVALUATION,), decision_id=decision_id, tenant=tenant)
    last = next(iter(deque(listed(trail, wanted), maxlen=1)), None)
    if last is None:
        raise RecordNotFound("no record holds a decision of this `decision_id`")
    return last


def listed(
    trail: AuditTrail, wanted: Selection, after: int = -1, most: int | None = None
) -> Iterator[ListedRecord]:
    """The records of a selection with an index above `after`, at most `most` (None: all), page by page."""
    left = most
    while left is None or left > 0:
        page = trail.listed(wanted, after, _PAGE if left is None else min(_PAGE, left))
        if not page:
            return
        yield from page
        after = page[-1].index
        left = None if left is None else left - len(page)


def entry_at(trail: AuditTrail, index: int) -> Entry:
    """The public part of a record that is there. Raises `AuditUnavailable`."""
    entry = next(trail.entries(index, index + 1), None)
    if entry is None:
        raise AuditUnavailable(f"record `{index}` of the audit log is incomplete: its leaf is gone")
    return entry


def leaf_of(entry: Entry) -> dict[str, str]:
    """The fields of a leaf. Raises `AuditUnavailable` when it was altered so that it is none."""
    try:
        return read_commitment(entry.leaf)
    except ValueError as error:
        raise AuditUnavailable(
            f"record `{entry.index}` of the audit log was altered: its leaf cannot be read"
        ) from error


def leaf_fields(leaf: bytes) -> dict[str, str]:
    """The fields of a leaf; empty where this version cannot read it."""
    try:
        return read_commitment(leaf)
    except ValueError:
        return {}


def as_asked(place: ListedRecord) -> dict[str, str]:
    """A record as a look at it names it."""
    return {"index": str(place.index), "event": place.event}
