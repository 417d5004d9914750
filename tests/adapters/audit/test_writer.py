"""Group commit: batches, their limits, and who is told what when one fails."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event, current_thread
from time import sleep

import pytest

from pactolus_adapters.audit.writer import BATCH_RECORDS, Acknowledged, GroupWriter
from pactolus_engine.errors import AuditUnavailable, RequestIdReused
from pactolus_engine.ports import NewRecord, Receipt
from tests.contract.audit_log import new_record


class _Disk:
    """A committer that can be held, fails as told, and remembers what it was given."""

    def __init__(self) -> None:
        self.free = Event()
        self.free.set()
        self.entered = Event()
        self.batches: list[int] = []
        self.threads: set[str] = set()
        self.failure: Exception | None = None
        self.finished = 0

    def commit(self, batch: Sequence[NewRecord]) -> list[Acknowledged | Exception]:
        self.entered.set()
        self.free.wait(30)
        self.threads.add(current_thread().name)
        if self.failure is not None:
            raise self.failure
        first = sum(self.batches)
        self.batches.append(len(batch))
        return [
            RequestIdReused("other fields")
            if record.request_id == "reused"
            else (Receipt("log", first + number, bytes(32)), record.output)
            for number, record in enumerate(batch)
        ]

    def tidy(self) -> None:
        """Nothing to tidy."""

    def finish(self) -> None:
        self.finished += 1


def _hold_and_queue(disk: _Disk, writer: GroupWriter, pool: ThreadPoolExecutor, count: int) -> list[object]:
    """One append inside `commit`, `count` more waiting behind it; their futures in order."""
    disk.free.clear()
    futures: list[object] = [pool.submit(writer.append, new_record("first"))]
    assert disk.entered.wait(30)
    futures += [pool.submit(writer.append, new_record(f"{number}")) for number in range(count)]
    while writer.waiting < count:
        sleep(0.001)
    return futures


def test_all_that_wait_share_one_commit_up_to_the_limit() -> None:
    disk = _Disk()
    writer = GroupWriter(disk)
    waiting = BATCH_RECORDS + 4
    with ThreadPoolExecutor(waiting + 1) as pool:
        futures = _hold_and_queue(disk, writer, pool, waiting)
        disk.free.set()
        receipts = [future.result(30)[0].index for future in futures]  # type: ignore[attr-defined]
    assert disk.batches == [1, BATCH_RECORDS, 4]
    assert sorted(receipts) == list(range(waiting + 1))
    assert len(disk.threads) == 1
    writer.close()


def test_closing_commits_what_waits() -> None:
    disk = _Disk()
    writer = GroupWriter(disk)
    with ThreadPoolExecutor(12) as pool:
        futures = _hold_and_queue(disk, writer, pool, 10)
        closing = pool.submit(writer.close)
        disk.free.set()
        closing.result(30)
        assert [bool(future.result(30)) for future in futures] == [True] * 11  # type: ignore[attr-defined]
    assert disk.finished == 1
    with pytest.raises(AuditUnavailable, match="closed"):
        writer.append(new_record())


def test_each_caller_gets_its_own_result() -> None:
    writer = GroupWriter(_Disk())
    with pytest.raises(RequestIdReused):
        writer.append(new_record("reused"))
    assert writer.append(new_record())[1] == new_record().output
    writer.close()


def test_a_batch_that_failed_fails_for_all_and_the_next_may_do_better() -> None:
    disk = _Disk()
    writer = GroupWriter(disk)
    disk.failure = AuditUnavailable("no room")
    with ThreadPoolExecutor(6) as pool:
        futures = _hold_and_queue(disk, writer, pool, 5)
        disk.free.set()
        errors = [future.exception(30) for future in futures]  # type: ignore[attr-defined]
    assert [str(error) for error in errors] == ["no room"] * 6
    assert len({id(error) for error in errors}) == 6
    assert writer.healthy
    disk.failure = None
    assert writer.append(new_record())[0].index == 0
    writer.close()


def test_an_error_of_the_disk_stops_the_writer_and_frees_all_that_wait() -> None:
    disk = _Disk()
    writer = GroupWriter(disk)
    disk.failure = OSError("planted")
    with ThreadPoolExecutor(6) as pool:
        futures = _hold_and_queue(disk, writer, pool, 5)
        disk.free.set()
        errors = [future.exception(30) for future in futures]  # type: ignore[attr-defined]
    assert all(isinstance(error, AuditUnavailable) for error in errors)
    assert all(isinstance(error.__cause__, OSError) for error in errors)
    assert not writer.healthy
    disk.failure = None
    with pytest.raises(AuditUnavailable, match="stopped"):
        writer.append(new_record())
    writer.close()
    assert disk.batches == []
    assert disk.finished == 0
