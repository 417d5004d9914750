"""One request id from many clients at once, through a real server: one record, the same bytes to all."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import grpc

from pactolus.v1.evaluation_service_pb2 import AuditReceipt, EvaluateResponse
from pactolus.v1.evaluation_service_pb2_grpc import EvaluationServiceStub
from tests.faults.figures import tell
from tests.faults.intact import look_over
from tests.support.examples import request
from tests.support.service import Service, reason_of, service

CLIENTS = 32
ROUNDS = 2
FILES = ("negative-ngs.json", "lone-observation.json", "positive-flow.json")


def _asked_at_once(
    served: Service, request_id: str, files: list[str]
) -> list[EvaluateResponse | grpc.RpcError]:
    """What as many clients get as there are files, each on a connection of its own, all starting together."""
    start = Barrier(len(files))

    def ask(file: str) -> EvaluateResponse | grpc.RpcError:
        options = [("grpc.use_local_subchannel_pool", 1)]
        with grpc.insecure_channel(f"127.0.0.1:{served.port}", options=options) as channel:
            grpc.channel_ready_future(channel).result(30)
            start.wait(60)
            try:
                return EvaluationServiceStub(channel).Evaluate(
                    request(file, request_id=request_id), timeout=60
                )
            except grpc.RpcError as error:
                return error

    with ThreadPoolExecutor(len(files)) as pool:
        return list(pool.map(ask, files))


def test_one_request_from_32_clients_makes_one_record_and_one_answer(tmp_path: Path) -> None:
    data, leaves = tmp_path / "data", {}
    with service(data) as served:
        for number in range(ROUNDS):
            results = _asked_at_once(served, f"same-{number}", [FILES[number]] * CLIENTS)
            receipt = _one_answer(results, CLIENTS)
            leaves[receipt.index] = receipt.leaf_hash
        # Two requests under one id: the clients of the other are told so, and nothing of theirs is recorded.
        results = _asked_at_once(served, "taken", [FILES[0], FILES[1]] * (CLIENTS // 2))
        receipt = _one_answer(results, CLIENTS // 2)
        leaves[receipt.index] = receipt.leaf_hash
        errors = [result for result in results if isinstance(result, grpc.RpcError)]
        assert {reason_of(error) for error in errors} == {"REQUEST_ID_REUSED"}
    found = look_over(data, leaves)
    tell("one request id at once", clients=CLIENTS, rounds=ROUNDS + 1, evaluations=len(found.evaluations))
    assert found.intact, found
    assert found.evaluations == sorted(leaves)
    assert len(leaves) == ROUNDS + 1


def _one_answer(results: list[EvaluateResponse | grpc.RpcError], count: int) -> AuditReceipt:
    """So many of the results are answers, and all of them are the same bytes; their receipt."""
    answers = [result for result in results if isinstance(result, EvaluateResponse)]
    assert len(answers) == count, [str(result) for result in results if isinstance(result, grpc.RpcError)]
    assert len({answer.SerializeToString(deterministic=True) for answer in answers}) == 1
    return answers[0].receipt
