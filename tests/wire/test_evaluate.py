"""`Evaluate` and `EvaluateBatch` over a real connection."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from time import monotonic, sleep

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from pactolus.v1.decision_pb2 import OUTCOME_OFFER
from pactolus.v1.evaluation_service_pb2 import (
    EvaluateBatchRequest,
    EvaluateBatchResponse,
    EvaluateRequest,
    PackSelector,
)
from pactolus_adapters.hallway import Answer, EvaluateCommand
from pactolus_engine.errors import InputInvalid, Violation
from tests.wire.stand import BUNDLE, Stand, answer, bad_request, error_info, stand


@pytest.fixture
def wire() -> Iterator[Stand]:
    with stand() as started:
        yield started


def test_every_field_of_the_request_reaches_the_hallway(wire: Stand) -> None:
    request = EvaluateRequest(
        request_id="r1",
        patient="Patient/p1",
        resources_json=[b"{}", b"[]"],
        bundle_json=b"\x00bundle",
        pack=PackSelector(id="midas", version="1.0.0"),
        evaluation_time=Timestamp(seconds=1_772_360_430, nanos=456_000_000),
        fhir_version="R5",
    )
    metadata = [("x-pactolus-client", "ehr-1"), ("x-pactolus-tenant", "clinic")]
    wire.evaluation.Evaluate(request, metadata=metadata)
    assert wire.hallway.commands == [
        EvaluateCommand(
            resources=(b"{}", b"[]"),
            bundle=b"\x00bundle",
            patient="Patient/p1",
            pack_id="midas",
            pack_version="1.0.0",
            evaluation_time=datetime(2026, 3, 1, 10, 20, 30, 456_000, tzinfo=UTC),
            fhir_version="R5",
            request_id="r1",
            client="ehr-1",
            tenant="clinic",
        )
    ]


def test_what_was_not_said_stays_unsaid(wire: Stand) -> None:
    wire.evaluation.Evaluate(EvaluateRequest())
    assert wire.hallway.commands == [EvaluateCommand(client="anonymous", tenant="default")]


def test_the_answer_comes_back_to_the_byte(wire: Stand) -> None:
    got = wire.evaluation.Evaluate(EvaluateRequest(patient="Patient/p1"))
    assert got.bundle_json == BUNDLE
    assert got.decision.outcome == OUTCOME_OFFER
    assert (got.receipt.log_origin, got.receipt.index) == ("log.example", 0)
    assert got.receipt.leaf_hash == bytes(range(32))


@pytest.mark.parametrize(
    "stamp",
    [Timestamp(seconds=0, nanos=-1), Timestamp(seconds=0, nanos=1_000_000_000), Timestamp(seconds=10**12)],
)
def test_an_impossible_instant_is_refused(wire: Stand, stamp: Timestamp) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        wire.evaluation.Evaluate(EvaluateRequest(request_id="r1", evaluation_time=stamp))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert [field for field, _ in bad_request(caught.value)] == ["evaluation_time"]
    # The hallway records the refusal: it is given what could not be read.
    (command,) = wire.hallway.commands
    assert command.evaluation_time is None
    assert Timestamp.FromString(command.unread) == stamp
    assert command.request_id == "r1"


@pytest.mark.parametrize(
    "metadata",
    [
        [("x-pactolus-client", "")],
        [("x-pactolus-client", "two words")],
        [("x-pactolus-client", "c" * 129)],
        [("x-pactolus-client", "one"), ("x-pactolus-client", "two")],
    ],
)
def test_a_doubtful_caller_is_refused(wire: Stand, metadata: list[tuple[str, str]]) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        wire.evaluation.Evaluate(EvaluateRequest(request_id="r1", patient="Patient/1"), metadata=metadata)
    assert [field for field, _ in bad_request(caught.value)] == ["metadata.x-pactolus-client"]
    # Recorded as a refusal of nobody, whose request id counts for nobody.
    (command,) = wire.hallway.commands
    assert (command.client, command.tenant, command.request_id) == ("anonymous", "default", "")
    assert command.patient == "Patient/1"


def test_a_doubtful_caller_is_refused_in_each_message_of_a_batch(wire: Stand) -> None:
    got = list(wire.evaluation.EvaluateBatch(_batch(2), metadata=[("x-pactolus-tenant", "two words")]))
    assert [each.request_id for each in got] == ["r0", "r1"]
    for each in got:
        assert [field for field, _ in bad_request(each.status)] == ["metadata.x-pactolus-tenant"]
    assert [command.tenant for command in wire.hallway.commands] == ["default", "default"]


def _batch(count: int) -> Iterator[EvaluateBatchRequest]:
    for number in range(count):
        yield EvaluateBatchRequest(
            request=EvaluateRequest(request_id=f"r{number}", patient=f"Patient/{number}")
        )


def test_a_batch_is_answered_in_order_and_goes_on_after_a_refusal(wire: Stand) -> None:
    def act(command: EvaluateCommand) -> Answer:
        if command.patient == "Patient/1":
            raise InputInvalid([Violation("bundle_json", "expected JSON")])
        if command.patient == "Patient/2":
            raise RuntimeError("canary-7f3a")
        return answer(command.patient)

    wire.hallway.act = act
    got = list(wire.evaluation.EvaluateBatch(_batch(4)))
    assert [each.request_id for each in got] == ["r0", "r1", "r2", "r3"]
    assert [each.WhichOneof("result") for each in got] == ["response", "status", "status", "response"]
    assert [each.response.decision.patient for each in got] == ["Patient/0", "", "", "Patient/3"]
    assert got[1].status.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert bad_request(got[1].status) == [("bundle_json", "expected JSON")]
    assert got[2].status.code == grpc.StatusCode.INTERNAL.value[0]
    assert error_info(got[2].status).reason == "INTERNAL"
    assert b"canary-7f3a" not in got[2].SerializeToString()


def test_each_message_of_a_batch_is_answered_before_the_next_is_sent(wire: Stand) -> None:
    """A client may wait for an answer before it sends on: nothing is held back."""
    seen: list[str] = []

    def requests() -> Iterator[EvaluateBatchRequest]:
        for number, request in enumerate(_batch(3)):
            assert _until(lambda number=number: len(seen) == number)
            yield request

    for each in wire.evaluation.EvaluateBatch(requests(), timeout=10):
        seen.append(each.request_id)
    assert seen == ["r0", "r1", "r2"]


def _until(condition: Callable[[], bool]) -> bool:
    end = monotonic() + 5
    while monotonic() < end:
        if condition():
            return True
        sleep(0.005)
    return False


def test_bytes_that_are_no_message_refuse_that_message_of_a_batch_only(wire: Stand) -> None:
    good = EvaluateBatchRequest(request=EvaluateRequest(request_id="r1", patient="Patient/1"))
    raw = wire.channel.stream_stream("/pactolus.v1.EvaluationService/EvaluateBatch")
    got = list(raw(iter([b"\xff\xff\xff", good.SerializeToString()])))
    answers = [_parsed(each) for each in got]
    assert [each.WhichOneof("result") for each in answers] == ["status", "response"]
    assert answers[0].status.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert [field for field, _ in bad_request(answers[0].status)] == ["request"]
    assert wire.hallway.commands[0].unread == b"\xff\xff\xff"


def _parsed(content: bytes) -> EvaluateBatchResponse:
    return EvaluateBatchResponse.FromString(content)


def test_a_batch_tells_every_violation_however_many(wire: Stand) -> None:
    wire.hallway.fail(
        InputInvalid([Violation(f"resources_json[{n}].id", "expected text") for n in range(900)])
    )
    got = list(wire.evaluation.EvaluateBatch(_batch(1)))
    assert len(bad_request(got[0].status)) == 900
