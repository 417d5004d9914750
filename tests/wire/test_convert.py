"""Core to wire and JSON: nothing is lost, nothing is rounded."""

import dataclasses
import json
from decimal import Decimal
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict, ParseDict

from pactolus.v1 import decision_pb2
from pactolus.v1.evaluation_service_pb2 import EvaluateResponse
from pactolus_adapters.grpcapi.convert import response, response_json, response_json_text
from pactolus_adapters.grpcapi.convert_decision import decision_message
from pactolus_engine.decision import Outcome
from tests.wire.stand import BUNDLE, answer, full_decision


def _same(core: Any, wire: Any, path: str = "decision") -> None:
    """Every field of the dataclass stands in the JSON of the message, with the same content."""
    if isinstance(core, Outcome):
        assert wire == f"OUTCOME_{core.value}", path
    elif dataclasses.is_dataclass(core):
        for field in dataclasses.fields(core):
            _same(getattr(core, field.name), wire.get(field.name), f"{path}.{field.name}")
    elif isinstance(core, tuple):
        wire = [each["facts"] if path.endswith("minimal_missing_sets") else each for each in wire]
        assert len(core) == len(wire), path
        for position, (one, other) in enumerate(zip(core, wire, strict=True)):
            _same(one, other, f"{path}[{position}]")
    else:
        assert core == wire, path


def test_every_field_of_a_decision_is_on_the_wire() -> None:
    decision = full_decision()
    message = decision_message(decision)
    as_json = MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    _same(decision, as_json)


def test_the_comparison_sees_a_lost_field() -> None:
    message = decision_message(full_decision())
    del message.trace.passed_over[:]
    as_json = MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    with pytest.raises(AssertionError, match="passed_over"):
        _same(full_decision(), as_json)


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_its_value(outcome: Outcome) -> None:
    message = decision_message(full_decision(outcome))
    assert decision_pb2.Outcome.Name(message.outcome) == f"OUTCOME_{outcome.value}"


def test_no_value_of_the_wire_is_without_an_outcome() -> None:
    names = {value.name.removeprefix("OUTCOME_") for value in decision_pb2.Outcome.DESCRIPTOR.values}
    assert names == {outcome.value for outcome in Outcome} | {"UNSPECIFIED"}


def test_the_same_decision_gives_the_same_bytes() -> None:
    one, other = decision_message(full_decision()), decision_message(full_decision())
    assert one.SerializeToString(deterministic=True) == other.SerializeToString(deterministic=True)


def test_json_is_protobuf_json_with_the_bundle_as_an_object() -> None:
    got = response_json(answer(index=0))
    assert list(got) == ["decision", "bundle", "receipt"]
    assert got["bundle"]["total"] == Decimal("0.00001000")
    assert str(got["bundle"]["total"]) == "0.00001000"
    assert got["receipt"]["index"] == "0"
    assert got["decision"]["minimalMissingSets"] == [
        {"facts": ["response", "imaging"]},
        {"facts": ["grafts"]},
    ]
    assert got["decision"]["evaluationTime"] == "2026-03-01T10:20:30.456Z"
    back = ParseDict({key: got[key] for key in ("decision", "receipt")}, EvaluateResponse())
    back.bundle_json = BUNDLE
    assert back == response(answer(index=0))


def test_what_is_empty_is_written_as_empty() -> None:
    bare = dataclasses.replace(
        full_decision(Outcome.HOLD), options=(), possible_outcomes_complete=False, patient=""
    )
    got = response_json(dataclasses.replace(answer(), decision=bare))["decision"]
    assert (got["options"], got["possibleOutcomesComplete"], got["patient"]) == ([], False, "")


def test_the_text_is_one_line_that_keeps_the_bundle() -> None:
    text = response_json_text(answer(index=7))
    assert "\n" not in text
    assert "\r" not in text
    assert BUNDLE.decode().replace("\n", " ") in text
    assert json.loads(text, parse_float=Decimal) == response_json(answer(index=7))


def test_numbers_that_a_float_would_change_are_printed_as_written() -> None:
    bundle = b'{"a":1.00,"b":0.00000100000000000000000000001,"c":1E-7,"d":-0.0}'
    text = response_json_text(dataclasses.replace(answer(), bundle=bundle))
    assert bundle.decode() in text
