"""Kill -9 of the real server under load: no acknowledged decision is missing afterwards.

`PACTOLUS_KILLS` sets how often (2 by default, 200 by `make faults`).
"""

import os
import time
from collections.abc import Iterable
from pathlib import Path
from random import Random

import grpc
import pytest

from pactolus.v1.audit_service_pb2 import GetDecisionRequest
from pactolus.v1.audit_service_pb2_grpc import AuditServiceStub
from pactolus.v1.evaluation_service_pb2 import EvaluateResponse
from pactolus.v1.evaluation_service_pb2_grpc import EvaluationServiceStub
from tests.faults.figures import seconds, tell
from tests.faults.intact import Findings, look_over
from tests.faults.load import CLIENTS, Load, under_load
from tests.support.examples import request
from tests.support.process import Served, is_running, serving, until, workers

KILLS = int(os.environ.get("PACTOLUS_KILLS", "2"))
RECALLED = 40
RESTART_SECONDS = 60
"""A start takes about two seconds on an idle machine; this only says that nothing is repaired for minutes."""


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


def _recalled(served: Served, acknowledged: Iterable[EvaluateResponse]) -> None:
    """Each of these answers is read back as it was given."""
    with served.channel() as channel:
        audit = AuditServiceStub(channel)
        for answer in acknowledged:
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
    chance, interrupted, again, started = Random(11), Load(), 0, []
    for run in range(KILLS):
        begin = time.monotonic()
        with serving(tmp_path, data) as served:
            started.append(time.monotonic() - begin)
            # The newest are the likeliest to be missing; all of them each time would be quadratic.
            _recalled(served, interrupted.acknowledged.values())
            _recalled(served, chance.sample(list(known.values()), min(RECALLED, len(known))))
            known |= (repeated := _sent_again(served, interrupted))
            again += len(repeated)
            interrupted = _load_and_kill(served, run, chance.uniform(0.2, 0.6))
        assert all(error.code() is grpc.StatusCode.UNAVAILABLE for _, error in interrupted.failed)
        assert not known.keys() & interrupted.acknowledged.keys()
        known |= interrupted.acknowledged
    with serving(tmp_path, data) as served:
        _recalled(served, known.values())
        known |= (repeated := _sent_again(served, interrupted))
        again += len(repeated)
        _would_see_a_loss(served, next(iter(known.values())))
    found = _nothing_else(data, known)
    figures = {"acknowledged": len(known), "sent_again": again, "records": found.size}
    tell("kill -9 of the server", kills=KILLS, **figures, start=seconds(started))
    assert max(started) < RESTART_SECONDS


def _would_see_a_loss(served: Served, answer: EvaluateResponse) -> None:
    """The checks above are fit to see a record that is not there."""
    made_up = EvaluateResponse()
    made_up.CopyFrom(answer)
    made_up.receipt.index = 1_000_000
    with pytest.raises(grpc.RpcError) as caught:
        _recalled(served, [made_up])
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


def _nothing_else(data: Path, known: dict[str, EvaluateResponse]) -> Findings:
    """The store is whole, and holds one record for each request that was answered, and no other."""
    receipts = [answer.receipt for answer in known.values()]
    found = look_over(data, {receipt.index: receipt.leaf_hash for receipt in receipts})
    assert found.intact, found
    # All requests were sent until they were answered, so there is no evaluation that nobody knows.
    assert sorted(receipt.index for receipt in receipts) == found.evaluations
    return found


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
    _nothing_else(tmp_path / "data", load.acknowledged)
