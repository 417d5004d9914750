"""The disk of a running server fails, or takes no writes from the start: it says so and answers nothing."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from pactolus.v1.evaluation_service_pb2 import EvaluateResponse
from pactolus.v1.evaluation_service_pb2_grpc import EvaluationServiceStub
from pactolus_adapters.audit.sqlite import SqliteAuditLog, SqliteAuditReader
from pactolus_adapters.audit.sqlite_open import DATABASE_FILE
from pactolus_adapters.clock import system_clock
from pactolus_engine.record import leaf_hash
from tests.adapters.cli.run import runner
from tests.faults.intact import look_over
from tests.faults.load import CLIENTS, under_load
from tests.faults.small_disk import mounted
from tests.support.examples import request
from tests.support.process import serving, until
from tests.support.service import reason_of

ROOM_LEFT = 5000
"""Bytes: not enough for one record."""


def _limit_files(process: int, size: int) -> None:
    """No file of the process may grow beyond that size: the system refuses the write, and not with `full`."""
    _, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (size, hard))


def _health(channel: grpc.Channel) -> str:
    return _name(HealthStub(channel).Check(HealthCheckRequest(), timeout=20))


def _watched(channel: grpc.Channel) -> Iterator[str]:
    """What the health service tells who stays, first and whenever it changes."""
    return map(_name, HealthStub(channel).Watch(HealthCheckRequest(), timeout=90))


def _name(answer: HealthCheckResponse) -> str:
    return HealthCheckResponse.ServingStatus.Name(answer.status)


def _evaluate(channel: grpc.Channel, request_id: str) -> EvaluateResponse:
    asked = request("lone-observation.json", request_id=request_id)
    return EvaluationServiceStub(channel).Evaluate(asked, timeout=20)


def test_a_server_whose_disk_failed_takes_nothing_until_it_is_started_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(tmp_path, data) as served, served.channel() as channel:
        told = _watched(channel)
        assert next(told) == "SERVING"
        with under_load(served.port, "before", stop_on_error=True) as load:
            assert until(lambda: len(load.acknowledged) >= CLIENTS, 60)
            wal = data / f"{DATABASE_FILE}-wal"
            _limit_files(served.process.pid, wal.stat().st_size + ROOM_LEFT)
            assert until(lambda: len(load.failed) == CLIENTS, 60)
        refusals = {(error.code(), reason_of(error)) for _, error in load.failed}
        assert refusals == {(grpc.StatusCode.UNAVAILABLE, "AUDIT_UNAVAILABLE")}
        _limit_files(served.process.pid, resource.RLIM_INFINITY)
        with pytest.raises(grpc.RpcError) as caught:
            _evaluate(channel, "again")
        assert "stopped after a failed write" in (caught.value.details() or "")
        assert next(told) == _health(channel) == "NOT_SERVING"
        reader = SqliteAuditReader(data, system_clock)
        for answer in load.acknowledged.values():
            assert leaf_hash(reader.read(answer.receipt.index).leaf) == answer.receipt.leaf_hash
        reader.close()
    receipts = [answer.receipt for answer in load.acknowledged.values()]
    found = look_over(data, {receipt.index: receipt.leaf_hash for receipt in receipts})
    assert found.intact, found


@contextmanager
def _read_only(place: Path) -> Iterator[Path]:
    """A data directory that nobody can write to: a store on a read-only mount, else one without permission
    to write; for root, whom no permission stops, a new one below /sys, where none can be made."""
    with mounted(place, 16 * 1024) as real:
        data = place / "data"
        SqliteAuditLog(data, system_clock).close()
        if real:
            subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
            yield data
        elif os.geteuid() == 0:
            yield Path("/sys/pactolus-data")
        else:
            data.chmod(0o500)
            yield data
            data.chmod(0o700)


def test_a_server_does_not_start_where_it_cannot_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with _read_only(tmp_path / "read-only") as data:
        done = runner(data, monkeypatch, capsys)("serve", "--port", 0)
    assert (done.code, done.out) == (5, "")
    assert "data directory" in done.err
    assert "Traceback" not in done.err
