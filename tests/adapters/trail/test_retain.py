"""Old records lose what they held, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.trail.events import Actor, EventRecorder
from pactolus_adapters.trail.retain import Plan, prune, pruning_plan
from pactolus_engine.errors import InputInvalid, RecordGone
from pactolus_engine.ports import NewRecord
from pactolus_engine.record import read_commitment
from tests.contract.audit_log import new_record

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _record(number: int) -> NewRecord:
    return new_record(str(number), patient=f"Patient/p{number}")


def _log(*years_ago: int) -> MemoryAuditLog:
    times = iter(NOW - timedelta(days=365 * years) for years in years_ago)
    log = MemoryAuditLog(lambda: next(times, NOW))
    for number in range(len(years_ago)):
        log.append(_record(number))
    return log


def test_old_records_are_pruned_and_keep_their_numbers() -> None:
    log = _log(12, 11, 9, 1)
    plan = pruning_plan(log, NOW - timedelta(days=3650), NOW)
    assert plan == Plan(before=2, records=2)
    done = prune(EventRecorder(log, lambda: NOW), Actor("cli:somebody"), plan, "retention period")
    assert done.receipt.index == 4
    assert read_commitment(log.read(4).leaf)["pruned_before"] == "2"
    for index in (0, 1):
        with pytest.raises(RecordGone):
            log.read(index)
    assert log.read(2).input == _record(2).input
    assert pruning_plan(log, NOW - timedelta(days=3650), NOW).records == 0


def test_a_clock_that_went_back_keeps_more() -> None:
    log = _log(12, 9, 12, 1)
    assert pruning_plan(log, NOW - timedelta(days=3650), NOW) == Plan(before=1, records=1)


def test_a_log_may_be_old_as_a_whole() -> None:
    assert pruning_plan(_log(12, 11), NOW - timedelta(days=3650), NOW) == Plan(before=2, records=2)


def test_young_records_are_pruned_only_when_that_is_said() -> None:
    log = _log(12, 3, 1)
    limit = NOW - timedelta(days=2 * 365)
    with pytest.raises(InputInvalid):
        pruning_plan(log, limit, NOW)
    assert pruning_plan(log, limit, NOW, even_young=True) == Plan(before=2, records=2)


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    pruning_plan(
        _log(12, 11, 9),
        NOW - timedelta(days=3650),
        NOW,
        progress=lambda done, size: told.append((done, size)),
    )
    assert told == [(1, 2), (2, 2)]
