"""Forgets by age: removes the payloads of all records before a day, and records that it did.

Records keep their numbers, leaves and request ids, and every proof stands. How long to keep them is for the
operator to decide; the advice is ten years, which is what Regulation (EU) 2017/745 asks of technical
documentation, and never less than the six of 45 CFR 164.316(b)(2).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pactolus_adapters.trail.events import Actor, Event, EventRecorder
from pactolus_engine.errors import InputInvalid, Violation
from pactolus_engine.ports import PrunePayloads, Receipt
from pactolus_engine.trail import AuditTrail, Selection

__all__ = ["LEAST_YEARS", "Plan", "Pruned", "prune", "pruning_plan"]

LEAST_YEARS: Final = 6
"""Records younger than this are pruned only when that is said in so many words."""

_LEAST: Final = timedelta(days=LEAST_YEARS * 365)


@dataclass(frozen=True, slots=True)
class Plan:
    """Every record before the index `before` loses its payload; `records` of them have one."""

    before: int
    records: int


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was done; `receipt`: of the record of it."""

    plan: Plan
    receipt: Receipt


def pruning_plan(
    trail: AuditTrail,
    limit: datetime,
    now: datetime,
    *,
    even_young: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _size: None,
) -> Plan:
    """What a pruning of everything recorded before an instant comes to. Changes nothing.

    It ends before the first record of that instant or later: where a clock went back, more is kept. Raises
    `InputInvalid` when the limit is younger than `LEAST_YEARS`, and not `even_young`.
    """
    if limit > now - _LEAST and not even_young:
        young = f"is less than {LEAST_YEARS} years ago, which takes --even-young"
        raise InputInvalid([Violation("before", young)])
    since = limit.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    first_kept = trail.listed(Selection(since=since), -1, 1)
    before = first_kept[0].index if first_kept else trail.size()
    records = 0
    for entry in trail.entries(0, before):
        records += entry.has_payload
        progress(entry.index + 1, before)
    return Plan(before, records)


def prune(recorder: EventRecorder, actor: Actor, plan: Plan, ground: str) -> Pruned:
    """Prunes as planned. `ground`: why, in words. Raises as `AuditLog.append`."""
    details = {"ground": ground, "records": str(plan.records)}
    change = PrunePayloads(plan.before)
    return Pruned(plan, recorder.record(actor, Event("pruning", details, change=change)))
