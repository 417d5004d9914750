"""Kill -9 of the real server under load: no acknowledged decision is missing afterwards.

`PACTOLUS_KILLS` sets how often (3 by default, 20 by `make faults`).
"""

import os
import time
from pathlib import Path
from random import Random

import grpc
import pytest

from pactolus.v1.audit_service_pb2 import GetDecisionRequest
from pactolus.v1.audit_service_pb2_grpc import AuditServiceStub
from pactolus.v1.evaluation_service_pb2 import EvaluateResponse
from pactolus.v1.evaluation_service_pb2_grpc import EvaluationServiceStub
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.clock import system_clock
from tests.faults.load import CLIENTS, Load, under_load
from tests.support.examples import request
from tests.support.process import Served, is_running, serving, until, workers

KILLS = int(os.environ.get("PACTOLUS_KILLS", "3"))
RESTART_SECONDS = 20
"""A start takes about a second; this only says that nothing is repaired for minutes."""


def _load_and_kill(served: Served, run: int, after: float) -> Load:
    """Kills the server so many seconds after the first acknowledgements."""
    with under_load(served.port, f"run{run}", stop_on_error=True) as load:
        assert until(lambda: len(load.acknowledged) >= CLIENTS, 30)
        worker = workers(served.process.pid)
        time.sleep(after)
        served.kill()
    assert len(worker) == 1
    assert until(lambda: not is_running(worker[0]), 10), "the matcher worker outlived its server"
    return load


def _recalled(served: Served, acknowledged: dict[str, EvaluateResponse]) -> None:
    """Every acknowledged answer is read back as it was given."""
    with served.channel() as channel:
        audit = AuditServiceStub(channel)
        for answer in acknowledged.values():
            got = audit.GetDecision(GetDecisionRequest(index=answer.receipt.index), timeout=20).response
            assert got.receipt == answer.receipt
            assert got == answer


def _sent_again(served: Served, load: Load) -> dict[str, EvaluateResponse]:
    """The requests that were under way when the server died, sent once more."""
    with served.channel() as channel:
        evaluation = EvaluationServiceStub(channel)
        return {
            request_id: evaluation.Evaluate(request(load.sent[request_id], request_id=request_id), timeout=20)
            for request_id, _ in load.failed
        }


def test_no_acknowledged_decision_is_missing_after_kill_9(tmp_path: Path) -> None:
    data = tmp_path / "data"
    known: dict[str, EvaluateResponse] = {}
    random, interrupted = Random(11), Load()
    for run in range(KILLS):
        begin = time.monotonic()
        with serving(tmp_path, data) as served:
            assert time.monotonic() - begin < RESTART_SECONDS
            _recalled(served, known)
            known |= _sent_again(served, interrupted)
            interrupted = _load_and_kill(served, run, random.uniform(0, 0.4))
        assert all(error.code() is grpc.StatusCode.UNAVAILABLE for _, error in interrupted.failed)
        assert not known.keys() & interrupted.acknowledged.keys()
        known |= interrupted.acknowledged
    with serving(tmp_path, data) as served:
        _recalled(served, known)
        known |= _sent_again(served, interrupted)
    _without_gaps(data, known)


def _without_gaps(data: Path, known: dict[str, EvaluateResponse]) -> None:
    """Every index below the size is a record, and one request never has two."""
    log = SqliteAuditLog(data, system_clock)
    try:
        events = [log.read(index).event for index in range(log.size())]
    finally:
        log.close()
    indices = sorted(answer.receipt.index for answer in known.values())
    # All requests were sent until they were answered, so there is no decision that nobody knows.
    assert indices == [index for index, event in enumerate(events) if event == "evaluation"]
    assert set(events) == {"activation", "evaluation", "read"}


def test_a_server_that_is_asked_to_stop_loses_no_answer(tmp_path: Path) -> None:
    with (
        serving(tmp_path, tmp_path / "data") as served,
        under_load(served.port, "drain", stop_on_error=True) as load,
    ):
        assert until(lambda: len(load.acknowledged) >= CLIENTS, 30)
        worker = workers(served.process.pid)
        served.process.terminate()
        assert served.process.wait(30) == 0
    assert not is_running(worker[0])
    assert "pactolus has stopped" in served.out.read_text()
    log = SqliteAuditLog(tmp_path / "data", system_clock)
    assert log.size() == len(load.acknowledged) + 1, "the answers, and that the server began to serve"
    log.close()


def test_a_loss_would_be_seen(tmp_path: Path) -> None:
    """The checks above are fit to see a record that is not there."""
    with serving(tmp_path, tmp_path / "data") as served:
        load = _load_and_kill(served, 0, 0)
    made_up = EvaluateResponse()
    made_up.CopyFrom(next(iter(load.acknowledged.values())))
    made_up.receipt.index = 10_000
    with serving(tmp_path, tmp_path / "data") as served:
        with pytest.raises(grpc.RpcError) as caught:
            _recalled(served, {"made-up": made_up})
        assert caught.value.code() is grpc.StatusCode.NOT_FOUND
