"""Bad input: a clear error that names the place and never the value, one record, and nothing else.

A canary stands in each bad input and is looked for in everything a client can see.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from pactolus.v1.decision_pb2 import OUTCOME_NEED_DATA
from pactolus.v1.evaluation_service_pb2 import (
    EvaluateBatchRequest,
    EvaluateBatchResponse,
    EvaluateRequest,
    PackSelector,
)
from pactolus_engine.record import read_stored_input
from tests.support.examples import example, instant, request
from tests.support.service import Service, everything_told, reason_of, service, violations_of

CANARY = "qUokka7319"
METHOD = "/pactolus.v1.EvaluationService/Evaluate"
ROOT_PLACE = "resources_json[0].Observation"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with service(tmp_path_factory.mktemp("data")) as started:
        yield started


def _observation(**changes: Any) -> dict[str, Any]:
    """The lone example with these elements; None takes one away. The canary stands in its id."""
    tree = example("lone-observation.json") | {"id": CANARY} | changes
    return {name: value for name, value in tree.items() if value is not None}


def _bytes(**changes: Any) -> bytes:
    return json.dumps(_observation(**changes)).encode()


def _with_text(old: bytes, new: bytes) -> bytes:
    content = _bytes(valueQuantity={"value": 3})
    assert content.count(old) == 1
    return content.replace(old, new)


_NUMBER = b'"value": 3'
_TWO_PATIENTS = [{"resourceType": "Patient", "id": f"{CANARY}-{number}"} for number in (1, 2)]


@dataclass(frozen=True)
class Bad:
    """A bad request and the places that the refusal names."""

    name: str
    request: EvaluateRequest
    places: tuple[str, ...]


def _resource(name: str, content: bytes, *places: str) -> Bad:
    return Bad(name, request(content), places)


CASES = [
    _resource("not JSON", b'{"resourceType": "Observation", ' + CANARY.encode(), "resources_json[0]"),
    _resource("no bytes", b"", "resources_json[0]"),
    _resource(
        "duplicate key",
        _with_text(b'"status": "final"', b'"status": "final", "status": "%s"' % CANARY.encode()),
        f"{ROOT_PLACE}.status",
    ),
    _resource(
        "duplicate key with a name of its own",
        # It does not look like an element of FHIR, so it is counted, not repeated.
        _with_text(b'"status"', b'"%s x": 1, "%s x": 2, "status"' % ((CANARY.encode(),) * 2)),
        f"{ROOT_PLACE}.children()[3]",
        f"{ROOT_PLACE}.children()[4]",
    ),
    _resource("NaN", _with_text(_NUMBER, b'"value": NaN'), f"{ROOT_PLACE}.valueQuantity.value"),
    _resource("Infinity", _with_text(_NUMBER, b'"value": -Infinity'), f"{ROOT_PLACE}.valueQuantity.value"),
    _resource(
        "a number of 5,000 digits",
        _with_text(_NUMBER, b'"value": ' + b"7319" * 1250),
        f"{ROOT_PLACE}.valueQuantity.value",
    ),
    _resource(
        "depth 100,000",
        b'{"%s": ' % CANARY.encode() + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "resources_json[0]",
    ),
    _resource("not UTF-8", _bytes().replace(b"Limit", b"Limit\xff"), "resources_json[0]"),
    _resource("no resource", json.dumps({"id": CANARY}).encode(), "resources_json[0]"),
    _resource("a type that is no word", json.dumps({"resourceType": [CANARY]}).encode(), "resources_json[0]"),
    Bad(
        "wrong resource type",
        EvaluateRequest(bundle_json=_bytes(), evaluation_time=instant()),
        ("bundle_json",),
    ),
    _resource("missing status", _bytes(status=None), f"{ROOT_PLACE}.status"),
    _resource("unknown status", _bytes(status=f"banana-{CANARY}"), f"{ROOT_PLACE}.status"),
    _resource(
        "unknown comparator",
        _bytes(valueQuantity={"value": 3, "comparator": f"~{CANARY}"}),
        f"{ROOT_PLACE}.valueQuantity.comparator",
    ),
    _resource(
        "value and dataAbsentReason",
        _bytes(dataAbsentReason={"text": CANARY}),
        f"{ROOT_PLACE}.dataAbsentReason",
    ),
    _resource("unknown element", _bytes(**{CANARY: {"nested": CANARY}}), f"{ROOT_PLACE}.children()[12]"),
    Bad(
        "two patients and nobody named",
        request(json.dumps(_TWO_PATIENTS).encode()),
        ("patient",),
    ),
    Bad("a patient that is none", request(_bytes(), patient=f"{CANARY} {CANARY}"), ("patient",)),
    Bad("empty request", EvaluateRequest(), ("resources_json",)),
    Bad("another version of FHIR", request(_bytes(), fhir_version=CANARY), ("fhir_version",)),
    Bad("a request id too long", request(_bytes(), request_id=CANARY * 20), ("request_id",)),
    Bad(
        "an instant beyond the calendar",
        EvaluateRequest(resources_json=[_bytes()], evaluation_time=Timestamp(seconds=10**12 + 7319)),
        ("evaluation_time",),
    ),
    Bad(
        "an instant with impossible nanoseconds",
        EvaluateRequest(resources_json=[_bytes()], evaluation_time=Timestamp(nanos=-7319)),
        ("evaluation_time",),
    ),
]


def _refused(served: Service, asked: EvaluateRequest, **call: Any) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        served.evaluate(asked, **call)
    return caught.value


def _still_answers(served: Service) -> None:
    got = served.evaluate(request("lone-observation.json"))
    assert got.decision.outcome == OUTCOME_NEED_DATA


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_it_is_refused_with_its_place_and_without_its_value(served: Service, bad: Bad) -> None:
    error = _refused(served, bad.request)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert reason_of(error) == "INPUT_INVALID"
    told = violations_of(error)
    assert told.keys() >= set(bad.places)
    assert all(told.values())
    assert CANARY not in everything_told(error)
    assert "7319" * 3 not in everything_told(error)


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_its_refusal_is_recorded_and_nothing_else_changes(served: Service, bad: Bad) -> None:
    before = [served.house.audit.read(index) for index in range(served.records)]
    metadata = (("x-pactolus-client", "ehr-1"),)
    _refused(served, bad.request, metadata=metadata)
    record = served.house.audit.read(len(before))
    assert served.records == len(before) + 1
    assert (record.event, record.outcome, record.rules) == ("refusal", "", ())
    stored = read_stored_input(record.input).request
    assert stored.resources == tuple(bad.request.resources_json)
    assert stored.bundle == bad.request.bundle_json
    assert stored.patient == bad.request.patient
    assert stored.client == "ehr-1"
    assert [served.house.audit.read(index) for index in range(len(before))] == before
    _still_answers(served)


def test_a_refusal_is_no_decision_to_read_back(served: Service) -> None:
    _refused(served, CASES[0].request)
    with pytest.raises(grpc.RpcError) as caught:
        served.recall(served.records - 1)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


# --- the pack ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "selector", [PackSelector(id=CANARY), PackSelector(id="midas-consolidation", version="7319.7319.7319")]
)
def test_an_unknown_pack_is_not_found(served: Service, selector: PackSelector) -> None:
    before = served.records
    error = _refused(served, request("negative-ngs.json", pack=selector))
    assert error.code() is grpc.StatusCode.NOT_FOUND
    assert reason_of(error) == "PACK_NOT_FOUND"
    assert violations_of(error).keys() == {"pack"}
    assert CANARY not in everything_told(error)
    assert "7319.7319" not in everything_told(error)
    assert served.records == before + 1
    assert served.house.audit.read(before).event == "refusal"
    _still_answers(served)


def test_an_unknown_pack_does_not_hide_what_else_is_wrong(served: Service) -> None:
    error = _refused(served, request(_bytes(status=None), pack=PackSelector(id=CANARY), fhir_version="R5"))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert violations_of(error).keys() == {"pack", "fhir_version", f"{ROOT_PLACE}.status"}


# --- all at once ---------------------------------------------------------------------------------


def test_everything_that_is_wrong_is_told_at_once(served: Service) -> None:
    broken = _observation(
        status=CANARY,
        valueQuantity={"value": CANARY, "comparator": CANARY},
        dataAbsentReason={"text": CANARY},
    )
    asked = EvaluateRequest(
        resources_json=[
            json.dumps(broken).encode(),
            CANARY.encode(),
            json.dumps([*_TWO_PATIENTS, _observation(status=None)]).encode(),
        ],
        bundle_json=b'{"resourceType": "Observation"}',
        evaluation_time=Timestamp(seconds=10**12),
        fhir_version="R5",
        request_id=CANARY * 20,
    )
    error = _refused(served, asked)
    assert violations_of(error).keys() >= {
        f"{ROOT_PLACE}.status",
        f"{ROOT_PLACE}.valueQuantity.value",
        f"{ROOT_PLACE}.valueQuantity.comparator",
        f"{ROOT_PLACE}.dataAbsentReason",
        "resources_json[1]",
        "resources_json[2][2].Observation.status",
        "bundle_json",
        "evaluation_time",
        "fhir_version",
        "request_id",
        "patient",
    }
    assert CANARY not in everything_told(error)


# --- what the door itself cannot read ------------------------------------------------------------


GARBAGE = [b"\xff\xff\xff" + CANARY.encode(), b"\x12\x7f" + CANARY.encode(), b"\x0a\x02\xff\xfe"]


@pytest.mark.parametrize("content", GARBAGE, ids=["no tag", "cut short", "text that is not UTF-8"])
def test_bytes_that_are_no_message_are_refused_and_recorded(served: Service, content: bytes) -> None:
    before = served.records
    call = served.channel.unary_unary(METHOD)
    with pytest.raises(grpc.RpcError) as caught:
        call(content, metadata=(("x-pactolus-client", "ehr-1"),))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert violations_of(caught.value).keys() == {"request"}
    assert CANARY not in everything_told(caught.value)
    record = served.house.audit.read(before)
    assert served.records == before + 1
    assert record.event == "refusal"
    stored = read_stored_input(record.input).request
    assert (stored.unread, stored.client, stored.resources) == (content, "ehr-1", ())
    _still_answers(served)


def test_bytes_that_are_no_message_in_a_batch_are_recorded_and_the_batch_goes_on(served: Service) -> None:
    before = served.records
    good = EvaluateBatchRequest(request=request("negative-ngs.json"))
    raw = served.channel.stream_stream("/pactolus.v1.EvaluationService/EvaluateBatch")
    answers = [
        EvaluateBatchResponse.FromString(content)
        for content in raw(iter([GARBAGE[0], good.SerializeToString()]))
    ]
    assert [each.WhichOneof("result") for each in answers] == ["status", "response"]
    assert [served.house.audit.read(index).event for index in (before, before + 1)] == [
        "refusal",
        "evaluation",
    ]
    assert served.records == before + 2


def test_an_unreadable_instant_is_kept_and_told_apart(served: Service) -> None:
    """The same request id: the same refusal for the same instant, and no other instant passes for it."""
    asked = request("negative-ngs.json", request_id="no-instant")
    asked.evaluation_time.CopyFrom(Timestamp(seconds=10**12))
    before = served.records
    first = _refused(served, asked)
    again = _refused(served, asked)
    assert violations_of(first) == violations_of(again)
    assert served.records == before + 1
    for other in (Timestamp(seconds=10**13), instant(), None):
        asked.ClearField("evaluation_time")
        if other is not None:
            asked.evaluation_time.CopyFrom(other)
        assert _refused(served, asked).code() is grpc.StatusCode.ALREADY_EXISTS
    assert served.records == before + 1


def test_a_doubtful_caller_is_refused_and_recorded_under_no_name_of_its_own(served: Service) -> None:
    before = served.records
    asked = request("negative-ngs.json", request_id="whose")
    error = _refused(served, asked, metadata=(("x-pactolus-client", f"{CANARY} {CANARY}"),))
    assert violations_of(error).keys() == {"metadata.x-pactolus-client"}
    assert CANARY not in everything_told(error)
    stored = read_stored_input(served.house.audit.read(before).input).request
    assert (stored.client, stored.request_id) == ("anonymous", "")
    # The request id of whoever it was is not used up for those without a name.
    assert served.evaluate(asked).receipt.index == before + 1
