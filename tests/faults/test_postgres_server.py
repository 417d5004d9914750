"""Faults around the real server on PostgreSQL: it is killed beside another one, and PostgreSQL is paused.

`PACTOLUS_KILLS` sets how often a server is killed: a quarter of it, at least once (50 times by `make faults`).
`PACTOLUS_PAUSE` sets how many seconds PostgreSQL stands still (3 by default, 20 by `make faults`).
"""

import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from random import Random

import grpc

from pactolus.v1.audit_service_pb2 import GetDecisionRequest
from pactolus.v1.audit_service_pb2_grpc import AuditServiceStub
from pactolus.v1.evaluation_service_pb2 import EvaluateResponse
from pactolus.v1.evaluation_service_pb2_grpc import EvaluationServiceStub
from tests.faults.load import CLIENTS, Load, under_load
from tests.faults.postgres_intact import look_over
from tests.support.examples import request
from tests.support.postgres import running_postgres
from tests.support.process import Served, serving, until

KILLS = max(1, int(os.environ.get("PACTOLUS_KILLS", "3")) // 4)
PAUSE_SECONDS = int(os.environ.get("PACTOLUS_PAUSE", "3"))
RECALLED = 40
FILE = "lone-observation.json"


def _sent_again(served: Served, load: Load) -> dict[str, EvaluateResponse]:
    """The requests that got no answer, sent until they get one: somebody else may be at the same patient."""
    answers: dict[str, EvaluateResponse] = {}
    with served.channel() as channel:
        evaluation = EvaluationServiceStub(channel)
        for request_id, _ in load.failed:
            answers[request_id] = _answer(evaluation, load.sent[request_id], request_id)
    return answers


def _answer(evaluation: EvaluationServiceStub, file: str, request_id: str) -> EvaluateResponse:
    while True:
        try:
            return evaluation.Evaluate(request(file, request_id=request_id), timeout=20)
        except grpc.RpcError as error:
            assert error.code() is grpc.StatusCode.ABORTED, error


def _recalled(served: Served, acknowledged: Iterable[EvaluateResponse]) -> None:
    """Each of these answers is read back as it was given."""
    with served.channel() as channel:
        audit = AuditServiceStub(channel)
        for answer in acknowledged:
            assert (
                audit.GetDecision(GetDecisionRequest(index=answer.receipt.index), timeout=20).response
                == answer
            )


def test_nothing_acknowledged_is_lost_when_one_of_two_servers_is_killed(tmp_path: Path) -> None:
    data, known, chance, interrupted = tmp_path / "data", dict[str, EvaluateResponse](), Random(13), Load()
    (tmp_path / "steady").mkdir()
    with running_postgres() as postgres:
        database = postgres.database()
        options = ("--database", database)
        with (
            serving(tmp_path / "steady", data, *options) as steady,
            under_load(steady.port, "steady", stop_on_error=False) as beside,
        ):
            for run in range(KILLS):
                with serving(tmp_path, data, *options) as served:
                    _recalled(served, interrupted.acknowledged.values())
                    known |= interrupted.acknowledged | _sent_again(served, interrupted)
                    _recalled(served, chance.sample(list(known.values()), min(RECALLED, len(known))))
                    interrupted = _load_and_kill(served, run, chance.uniform(0.2, 0.6))
                _goes_on(beside)
        with serving(tmp_path, data, *options) as served:
            known |= interrupted.acknowledged | _sent_again(served, interrupted)
            known |= beside.acknowledged | _sent_again(served, beside)
            _recalled(served, known.values())
        # Of the steady one, nothing failed but for the patient who had moved on.
        assert {error.code() for _, error in beside.failed} <= {grpc.StatusCode.ABORTED}
        receipts = [answer.receipt for answer in known.values()]
        size = look_over(database, data, {receipt.index: receipt.leaf_hash for receipt in receipts})
    # Every request was sent until it was answered, so there is no evaluation that nobody knows.
    assert len({receipt.index for receipt in receipts}) == len(known)
    sys.stdout.write(
        f"\n  kill -9 of one of two servers: kills {KILLS}, acknowledged {len(known)}, records {size}\n"
    )


def _goes_on(load: Load) -> None:
    """Sees that clients get answers now."""
    before = len(load.acknowledged)
    assert until(lambda: len(load.acknowledged) > before + CLIENTS, 30), "the other server stands still"


def _load_and_kill(served: Served, run: int, after: float) -> Load:
    with under_load(served.port, f"run{run}", stop_on_error=True) as load:
        assert until(lambda: len(load.acknowledged) >= 1, 30)
        time.sleep(after)
        served.kill()
    return load


def test_a_pause_of_postgres_costs_deadlines_and_nothing_else(tmp_path: Path) -> None:
    data, late, answers = tmp_path / "data", [], {}
    with running_postgres() as postgres, serving(tmp_path, data, "--database", postgres.database()) as served:
        with served.channel() as channel:
            evaluation = EvaluationServiceStub(channel)
            answers["before"] = _answer(evaluation, FILE, "before")
            postgres.pause()
            end = time.monotonic() + PAUSE_SECONDS
            while time.monotonic() < end:
                try:
                    evaluation.Evaluate(request(FILE, request_id=f"late-{len(late)}"), timeout=1)
                except grpc.RpcError as error:
                    late.append(error.code())
            postgres.go_on()
            begin = time.monotonic()
            answers["after"] = _answer(evaluation, FILE, "after")
            back = time.monotonic() - begin
            for number in range(len(late)):
                answers[f"late-{number}"] = _answer(evaluation, FILE, f"late-{number}")
        assert set(late) == {grpc.StatusCode.DEADLINE_EXCEEDED}
        assert served.process.poll() is None
        served.process.terminate()
        assert served.process.wait(30) == 0
        leaves = {answer.receipt.index: answer.receipt.leaf_hash for answer in answers.values()}
        assert len(leaves) == len(answers), "two requests have one record"
        size = look_over(postgres.database(), data, leaves)
    assert size == 1 + len(answers), (
        "beside the start, a request was recorded twice, or a refusal was recorded"
    )
    sys.stdout.write(
        f"\n  PostgreSQL paused: {PAUSE_SECONDS} s, deadlines {len(late)}, back after {back:.2f} s, records {size}\n"
    )
