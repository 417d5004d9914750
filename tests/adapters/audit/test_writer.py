"""Group commit: batches, their limits, and who is told what when one fails."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event, Semaphore, current_thread
from time import sleep

import pytest

from pactolus_adapters.audit.ledger import Acknowledged
from pactolus_adapters.audit.seal import PackedRecord, pack_content
from pactolus_adapters.audit.writer import BATCH_RECORDS, GroupWriter
from pactolus_engine.errors import AuditUnavailable, RequestIdReused
from pactolus_engine.ports import PrunePayloads, Receipt
from tests.contract.audit_log import new_record


def _packed(request_id: str = "request-1", change: PrunePayloads | None = None) -> PackedRecord:
    return pack_content(replace(new_record(request_id), change=change), os.urandom)


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
        self.tidied = Semaphore(0)
        self.again_after: float | None = None

    def commit(self, batch: Sequence[PackedRecord]) -> list[Acknowledged | Exception]:
        self.entered.set()
        self.free.wait(30)
        self.threads.add(current_thread().name)
        if self.failure is not None:
            raise self.failure
        first = sum(self.batches)
        self.batches.append(len(batch))
        return [
            RequestIdReused("other fields")
            if packed.record.request_id == "reused"
            else (Receipt("log", first + number, bytes(32)), packed.record.output)
            for number, packed in enumerate(batch)
        ]

    def tidy(self) -> float | None:
        self.tidied.release()
        return self.again_after

    def finish(self) -> None:
        self.finished += 1


def _hold_and_queue(disk: _Disk, writer: GroupWriter, pool: ThreadPoolExecutor, count: int) -> list[object]:
    """One append inside `commit`, `count` more waiting behind it; their futures in order."""
    disk.free.clear()
    futures: list[object] = [pool.submit(writer.append, _packed("first"))]
    assert disk.entered.wait(30)
    futures += [pool.submit(writer.append, _packed(f"{number}")) for number in range(count)]
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
        writer.append(_packed())


def test_each_caller_gets_its_own_result() -> None:
    writer = GroupWriter(_Disk())
    with pytest.raises(RequestIdReused):
        writer.append(_packed("reused"))
    assert writer.append(_packed())[1] == new_record().output
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
    assert writer.append(_packed())[0].index == 0
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
        writer.append(_packed())
    writer.close()
    assert disk.batches == []
    assert disk.finished == 0


def test_a_record_that_changes_others_is_a_batch_of_its_own() -> None:
    disk = _Disk()
    writer = GroupWriter(disk)
    with ThreadPoolExecutor(8) as pool:
        disk.free.clear()
        futures = [pool.submit(writer.append, _packed("first"))]
        assert disk.entered.wait(30)
        for number, change in enumerate([None, None, PrunePayloads(1), None]):
            futures.append(pool.submit(writer.append, _packed(f"{number}", change)))
            while writer.waiting <= number:
                sleep(0.001)
        disk.free.set()
        assert [future.result(30)[0].index for future in futures] == [0, 1, 2, 3, 4]
    assert disk.batches == [1, 2, 1, 1]
    writer.close()


def test_a_job_runs_between_two_batches_and_its_result_comes_back() -> None:
    disk = _Disk()
    writer = GroupWriter(disk)
    assert writer.append(_packed())[0].index == 0
    assert writer.do(lambda: (current_thread().name, list(disk.batches))) == (*disk.threads, [1])

    def fail() -> None:
        raise AuditUnavailable("not now")

    with pytest.raises(AuditUnavailable, match="not now"):
        writer.do(fail)
    assert writer.healthy
    writer.close()


def test_the_writer_tidies_again_when_it_was_asked_to_though_nothing_comes() -> None:
    disk = _Disk()
    disk.again_after = 0.001
    writer = GroupWriter(disk)
    for _ in range(5):
        assert disk.tidied.acquire(timeout=30)
    writer.close()
