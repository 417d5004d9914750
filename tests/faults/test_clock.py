"""The wall clock jumps: the order of the log is that of its numbers, and each record says what the clock said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pactolus_adapters import wiring
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.command import EvaluateCommand
from pactolus_adapters.instants import milliseconds, written
from pactolus_adapters.settings import settings_from
from pactolus_engine.record import read_commitment, read_stored_input
from tests.contract.audit_log import new_record
from tests.faults.figures import tell
from tests.faults.intact import look_over
from tests.support.examples import EXAMPLES, ROOT

START = datetime(2026, 3, 1, 9, 0, 0, tzinfo=UTC)
HOUR, DAYS = timedelta(hours=1), timedelta(days=10)
JUMPS = (timedelta(0), HOUR, timedelta(0), -HOUR, DAYS, timedelta(0), -DAYS, timedelta(milliseconds=-1))
"""Where the clock stands at each append, from `START`: ahead, back, far ahead, far back."""


class JumpingClock:
    """Stands where it was set."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def _at(instant: datetime) -> str:
    return instant.isoformat(timespec="microseconds").replace("+00:00", "Z")


def test_the_order_is_that_of_the_numbers_wherever_the_clock_stands(tmp_path: Path) -> None:
    clock = JumpingClock()
    log = SqliteAuditLog(tmp_path / "data", clock)
    receipts = []
    for number, jump in enumerate(JUMPS):
        clock.now = START + jump
        receipts.append(log.append(new_record(f"request-{number}"))[0])
    assert [receipt.index for receipt in receipts] == list(range(len(JUMPS)))
    assert log.history("north", ("Patient/p1",)).indexes == tuple(range(len(JUMPS)))
    before = JUMPS[0]
    for receipt, jump in zip(receipts, JUMPS, strict=True):
        record = log.read(receipt.index)
        leaf = read_commitment(record.leaf)
        assert record.recorded_at == leaf["recorded_at"] == _at(START + jump)
        assert leaf.get("clock", "") == ("back" if jump < before else ""), "a step back is said in the leaf"
        before = jump
    repeated = log.append(new_record("request-0"))
    assert repeated[0] == receipts[0]
    log.close()
    found = look_over(tmp_path / "data", {receipt.index: receipt.leaf_hash for receipt in receipts})
    tell("clock jumps", jumps=len(JUMPS), records=found.size)
    assert found.intact, found


def test_a_log_is_opened_by_a_clock_that_stands_before_its_records(tmp_path: Path) -> None:
    clock = JumpingClock()
    for number, jump in enumerate(JUMPS):
        clock.now = START + jump
        log = SqliteAuditLog(tmp_path / "data", clock)
        assert log.append(new_record(f"request-{number}"))[0].index == number
        assert log.read(0).recorded_at == _at(START)
        log.close()
    assert look_over(tmp_path / "data", {}).intact


def test_what_was_told_last_is_what_was_recorded_last(tmp_path: Path) -> None:
    """Through the house: each decision is made for the instant the clock said, and none is passed over."""
    clock = JumpingClock()
    settings = settings_from({}, data=tmp_path / "data", rules=ROOT / "rules")
    content = (EXAMPLES / "negative-ngs.json").read_bytes()
    with wiring.open_house(settings) as house:
        hallway = replace(house.hallway, clock=clock)
        for number, jump in enumerate(JUMPS):
            clock.now = START + jump
            answer = hallway.evaluate(EvaluateCommand(resources=(content,), request_id=f"request-{number}"))
            assert answer.receipt.index == number
            assert answer.decision.evaluation_time == written(milliseconds(START + jump))
        stored = read_stored_input(house.audit.read(len(JUMPS) - 1).input)
        clock.now = START + 5 * DAYS
        again = hallway.evaluate(EvaluateCommand(resources=(content,), request_id="request-0"))
        assert again.receipt.index == 0
        assert again.decision.evaluation_time == written(START)
    assert stored.decided.instant == written(milliseconds(START + JUMPS[-1]))
