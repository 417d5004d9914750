"""The disk fills up under load: no answer without a record, reading goes on, and room is enough to go on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from os import statvfs
from pathlib import Path
from random import Random

import grpc
import pytest

from pactolus.v1.evaluation_service_pb2 import EvaluateResponse
from pactolus_adapters.audit import sqlite
from pactolus_adapters.audit.sqlite import SqliteAuditLog, SqliteAuditReader
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.ports import Receipt
from tests.contract.audit_log import fixed_clock, new_record
from tests.faults import small_disk as disks
from tests.faults.figures import tell
from tests.faults.intact import look_over
from tests.faults.load import CLIENTS, under_load
from tests.faults.small_disk import SmallDisk, small_disk
from tests.support.examples import request
from tests.support.merkle import recursive_inclusion, recursive_root
from tests.support.process import until
from tests.support.service import reason_of, service

SMALL, MORE = 6 * 1024, 64 * 1024
"""KiB."""

WAL_PAGES = 500
"""Beyond 2 MiB the WAL is moved into the database, so the small disk is full in the middle of that."""

FIRST = 1024
"""KiB, soon full of what a server records."""

INPUT_BYTES = 30_000
AFTER = 50
"""Records after there is room again."""


@pytest.fixture(autouse=True)
def _short_wal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "_CHECKPOINT_PAGES", WAL_PAGES)


@pytest.fixture
def refuse_mounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine where nobody may mount."""

    def refuse(*_: str) -> None:
        raise PermissionError

    monkeypatch.setattr(disks, "_run", refuse)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A small disk, as real as the system allows."""
    with small_disk(tmp_path / "disk", SMALL) as made:
        yield made


def _append_until_full(log: SqliteAuditLog, name: str) -> list[Receipt]:
    """The receipts up to the first refusal."""
    receipts: list[Receipt] = []
    try:
        while True:
            receipts.append(_append(log, f"{name}-{len(receipts)}"))
    except AuditUnavailable as error:
        assert "no room" in str(error)
        return receipts


def _append(log: SqliteAuditLog, request_id: str) -> Receipt:
    record = replace(
        new_record(request_id, patient=request_id), input=Random(request_id).randbytes(INPUT_BYTES)
    )
    return log.append(record)[0]


@pytest.mark.usefixtures("refuse_mounts")
def test_a_planted_limit_is_met_like_a_real_one(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", SMALL) as disk:
        assert disk.way == "planted limit"
        _fill_and_go_on(disk)


def test_a_full_store_refuses_reads_on_and_goes_on(disk: SmallDisk) -> None:
    _fill_and_go_on(disk)


def _fill_and_go_on(disk: SmallDisk) -> None:
    data = disk.directory / "data"
    log = SqliteAuditLog(data, fixed_clock)
    with ThreadPoolExecutor(CLIENTS) as pool:
        lists = pool.map(lambda number: _append_until_full(log, f"before-{number}"), range(CLIENTS))
        receipts = [receipt for one in lists for receipt in one]
    # Moving the WAL may have made room again by now, so that the next append need not be refused.
    assert log.healthy
    assert log.size() == len(receipts) > CLIENTS
    assert all(len(log.read(receipt.index).input) == INPUT_BYTES for receipt in receipts)
    leaves = [receipt.leaf_hash for receipt in sorted(receipts, key=lambda each: each.index)]
    assert log.root(len(leaves)) == recursive_root(leaves)
    assert log.inclusion_proof(1, len(leaves)) == recursive_inclusion(1, leaves)
    disk.grow(MORE)
    receipts += [_append(log, name) for name in map(str, range(AFTER))]
    assert receipts[-AFTER].index == len(receipts) - AFTER
    log.close()
    found = look_over(data, {receipt.index: receipt.leaf_hash for receipt in receipts})
    tell(f"disk full, store on {disk.way}", before=len(receipts) - AFTER, after=AFTER, lost=len(found.lost))
    assert found.intact, found
    assert found.size == len(receipts)


def test_a_full_disk_is_named_at_the_start_and_can_be_read(
    disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Everything stays in the WAL, and there is no room to move it.
    monkeypatch.setattr(sqlite, "_CHECKPOINT_PAGES", 1_000_000)
    data = disk.directory / "data"
    log = SqliteAuditLog(data, fixed_clock)
    receipts = _append_until_full(log, "before")
    log.close()
    disk.grow(0 if disk.way != "tmpfs" else _used(disk))
    with pytest.raises(AuditUnavailable, match="is full"):
        SqliteAuditLog(data, fixed_clock)
    reader = SqliteAuditReader(data, fixed_clock)
    assert [reader.read(receipt.index).index for receipt in receipts] == list(range(len(receipts)))
    reader.close()
    disk.grow(MORE)
    log = SqliteAuditLog(data, fixed_clock)
    assert _append(log, "after").index == len(receipts)
    log.close()


def _used(disk: SmallDisk) -> int:
    """KiB in use."""
    state = statvfs(disk.directory)
    return (state.f_blocks - state.f_bfree) * state.f_frsize // 1024


def test_a_server_on_a_full_disk_says_so_and_goes_on_without_a_restart(disk: SmallDisk) -> None:
    disk.grow(FIRST)
    data = disk.directory / "data"
    answers: dict[str, EvaluateResponse] = {}
    with service(data) as served:
        with under_load(served.port, "before", stop_on_error=True) as load:
            assert until(lambda: len(load.failed) == CLIENTS, 60), "the disk was not full in time"
        answers |= load.acknowledged
        assert {(error.code(), reason_of(error)) for _, error in load.failed} == {
            (grpc.StatusCode.UNAVAILABLE, "AUDIT_UNAVAILABLE")
        }
        assert len(answers) > 0
        stored = {index: served.house.audit.read(index) for index in range(served.records)}
        assert all(stored[answer.receipt.index].event == "evaluation" for answer in answers.values())
        disk.grow(MORE)
        for request_id, _ in load.failed:
            again = served.evaluate(request(load.sent[request_id], request_id=request_id))
            answers[request_id] = again
        with under_load(served.port, "after", stop_on_error=True) as load:
            assert until(lambda: len(load.acknowledged) >= 4 * CLIENTS, 60)
        assert load.failed == []
        answers |= load.acknowledged
    found = look_over(data, {one.receipt.index: one.receipt.leaf_hash for one in answers.values()})
    figures = {"acknowledged": len(answers), "evaluations": len(found.evaluations), "lost": len(found.lost)}
    tell(f"disk full, server on {disk.way}", refused=CLIENTS, **figures)
    assert found.intact, found
    assert found.evaluations == sorted(answer.receipt.index for answer in answers.values())
