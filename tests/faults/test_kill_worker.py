"""The process that holds durable-rules dies or hangs: one error, no wrong answer, and on it goes."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from pactolus.v1.evaluation_service_pb2 import EvaluateResponse
from tests.faults.load import under_load
from tests.support.examples import request
from tests.support.process import is_running, until, workers
from tests.support.service import Service, reason_of, service

MATCH_SECONDS = 2


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Service]:
    with service(tmp_path / "data", match_seconds=MATCH_SECONDS) as started:
        yield started


def _worker() -> int:
    """The one worker below this process."""
    (worker,) = workers(os.getpid())
    return worker


def _fails(served: Service, request_id: str) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        served.evaluate(request("negative-ngs.json", request_id=request_id))
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert reason_of(caught.value) == "MATCHER_FAILED"
    return caught.value


def test_a_killed_worker_costs_one_request_an_error(served: Service) -> None:
    before = served.evaluate(request("negative-ngs.json"))
    killed = _worker()
    os.kill(killed, signal.SIGKILL)
    _fails(served, "again")
    failure = served.house.audit.read(before.receipt.index + 1)
    assert (failure.event, failure.outcome) == ("failure", "")
    # The same request id is free: nothing was decided under it.
    after = served.evaluate(request("negative-ngs.json", request_id="again"))
    assert after.decision == before.decision
    assert after.receipt.index == before.receipt.index + 2
    assert _worker() != killed


def test_a_hung_worker_is_given_up_in_time(served: Service) -> None:
    served.evaluate(request("negative-ngs.json"))
    hung = _worker()
    os.kill(hung, signal.SIGSTOP)
    begin = time.monotonic()
    _fails(served, "hung")
    assert MATCH_SECONDS <= time.monotonic() - begin < MATCH_SECONDS + 2
    assert not is_running(hung)
    assert served.evaluate(request("negative-ngs.json", request_id="hung")).decision.options


def test_workers_killed_under_load_cost_errors_and_no_answer(served: Service) -> None:
    killed = 0
    with under_load(served.port, "load", stop_on_error=False) as load:
        for _ in range(3):
            count = len(load.acknowledged)
            assert until(lambda count=count: len(load.acknowledged) >= count + 8, 30)
            for worker in workers(os.getpid()):
                os.kill(worker, signal.SIGKILL)
                killed += 1
        count = len(load.acknowledged)
        assert until(lambda: len(load.acknowledged) >= count + 8, 30)
    assert killed >= 3
    assert 1 <= len(load.failed) <= killed
    assert {reason_of(error) for _, error in load.failed} == {"MATCHER_FAILED"}
    log = served.house.audit
    events = [log.read(index).event for index in range(log.size())]
    assert events.count("failure") == len(load.failed)
    assert events.count("evaluation") == len(load.acknowledged)
    for file, decisions in _by_file(load.sent, load.acknowledged).items():
        assert len(decisions) == 1, file


def _by_file(sent: dict[str, str], acknowledged: dict[str, EvaluateResponse]) -> dict[str, set[str]]:
    """The decisions that each example got."""
    found: dict[str, set[str]] = {}
    for request_id, answer in acknowledged.items():
        found.setdefault(sent[request_id], set()).add(answer.decision.decision_id)
    return found


def test_closing_the_house_ends_the_worker(tmp_path: Path) -> None:
    with service(tmp_path / "data") as served:
        served.evaluate(request("negative-ngs.json"))
        worker = _worker()
    assert not is_running(worker)
