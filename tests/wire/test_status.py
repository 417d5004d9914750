"""Which error becomes which status, and what never reaches a caller."""

import inspect
import logging
from collections.abc import Iterator

import grpc
import pytest

import pactolus_adapters.grpcapi.errors as door_errors
import pactolus_adapters.replay.jobs.errors as replay_errors
import pactolus_engine.errors as core_errors
from pactolus.v1.evaluation_service_pb2 import EvaluateRequest
from pactolus_adapters.grpcapi.status import error_json, is_known
from pactolus_engine.errors import (
    AuditUnavailable,
    EnginesDisagree,
    InputInvalid,
    Issue,
    MatcherFailed,
    PackInvalid,
    PackNotFound,
    PackTooComplex,
    PactolusError,
    PatientMoved,
    RequestIdReused,
    Violation,
)
from tests.wire.stand import Stand, bad_request, error_info, stand

CANARY = "Jane-Canary-8c1f"
TWO = InputInvalid([Violation("b.value", "expected a number"), Violation("a.code", "expected a code")])


@pytest.fixture(scope="module")
def wire() -> Iterator[Stand]:
    with stand() as started:
        yield started


def _fail(wire: Stand, error: Exception) -> grpc.RpcError:
    wire.hallway.fail(error)
    with pytest.raises(grpc.RpcError) as caught:
        wire.evaluation.Evaluate(EvaluateRequest())
    return caught.value


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (TWO, grpc.StatusCode.INVALID_ARGUMENT, "INPUT_INVALID"),
        (PackNotFound("no pack `x`"), grpc.StatusCode.NOT_FOUND, "PACK_NOT_FOUND"),
        (RequestIdReused("other fields"), grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED"),
        (EnginesDisagree(("r1", "r2")), grpc.StatusCode.INTERNAL, "ENGINES_DISAGREE"),
        (PatientMoved("other answers"), grpc.StatusCode.ABORTED, "PATIENT_MOVED"),
        (MatcherFailed("no answer"), grpc.StatusCode.UNAVAILABLE, "MATCHER_FAILED"),
        (AuditUnavailable("disk full"), grpc.StatusCode.UNAVAILABLE, "AUDIT_UNAVAILABLE"),
        (PackInvalid("p", [Issue("f", 1, 2, "m")]), grpc.StatusCode.FAILED_PRECONDITION, "PACK_INVALID"),
        (PackTooComplex("rule `r`"), grpc.StatusCode.FAILED_PRECONDITION, "PACK_TOO_COMPLEX"),
    ],
)
def test_an_error_of_the_house_has_its_code_and_reason(
    wire: Stand, error: PactolusError, code: grpc.StatusCode, reason: str
) -> None:
    failure = _fail(wire, error)
    assert failure.code() is code
    assert failure.details() == str(error)
    info = error_info(failure)
    assert (info.reason, info.domain) == (reason, "pactolus")


def test_every_error_class_has_a_meaning_on_the_wire() -> None:
    """A class added to the tree of errors without a code would come out as an internal error."""
    samples: dict[type, tuple[object, ...]] = {
        InputInvalid: ([],),
        PackInvalid: ("p", []),
        core_errors.RecordGone: ("gone",),
        EnginesDisagree: (("r",),),
        door_errors.NotBuilt: ("x",),
        door_errors.InternalFailure: ("x",),
        replay_errors.TooManyReplays: (3,),
    }
    kinds = [
        kind
        for module in (core_errors, door_errors, replay_errors)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, PactolusError) and kind is not PactolusError
    ]
    assert len(kinds) >= 14
    assert [kind.__name__ for kind in kinds if not is_known(kind(*samples.get(kind, ())))] == []


def test_all_violations_are_told_at_once(wire: Stand) -> None:
    assert bad_request(_fail(wire, TWO)) == [("a.code", "expected a code"), ("b.value", "expected a number")]


def test_violations_that_do_not_fit_a_trailer_are_counted(wire: Stand) -> None:
    many = InputInvalid([Violation(f"resources_json[{n:04}].id", "expected text") for n in range(900)])
    failure = _fail(wire, many)
    assert failure.code() is grpc.StatusCode.INVALID_ARGUMENT
    told = bad_request(failure)
    left_out = 900 - (len(told) - 1)
    assert 50 < len(told) < 900
    assert told[-1][1].startswith(f"{left_out} more violations")
    assert error_info(failure).metadata["violations"] == "900"


def test_a_violation_too_long_for_a_trailer_does_not_hide_the_others(wire: Stand) -> None:
    failure = _fail(
        wire, InputInvalid([Violation("a" * 20_000, "expected"), Violation("b", "expected text")])
    )
    assert bad_request(failure)[0] == ("b", "expected text")
    assert bad_request(failure)[1][1].startswith("1 more violations")


def test_a_long_message_is_cut_not_lost(wire: Stand) -> None:
    failure = _fail(wire, PackInvalid("p", [Issue("f.yaml", n, 1, "wrong") for n in range(2000)]))
    assert failure.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert failure.details().endswith("…")


class _Unforeseen(PactolusError):
    """An error of the house that `status.py` does not list."""


@pytest.mark.parametrize(
    "error",
    [
        ValueError(CANARY),
        KeyError(CANARY),
        _Unforeseen(CANARY),
        RecursionError(CANARY),
        NotImplementedError(CANARY),
    ],
)
def test_the_text_of_an_unforeseen_error_reaches_neither_caller_nor_log(
    wire: Stand, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        failure = _fail(wire, error)
    assert failure.code() is grpc.StatusCode.INTERNAL
    reference = error_info(failure).metadata["reference"]
    assert failure.details() == f"internal error (reference {reference})"
    everything = f"{failure.details()} {failure.trailing_metadata()} {failure.debug_error_string()}"
    assert CANARY not in everything
    assert type(error).__name__ not in everything
    assert CANARY not in caplog.text
    assert f"reference {reference}: {type(error).__name__} at " in caplog.text


def test_the_log_tells_the_cause_without_its_text(wire: Stand, caplog: pytest.LogCaptureFixture) -> None:
    def act(_: object) -> object:
        try:
            raise LookupError(CANARY)
        except LookupError as cause:
            raise ValueError(CANARY) from cause

    wire.hallway.act = act  # type: ignore[assignment]
    with pytest.raises(grpc.RpcError):
        wire.evaluation.Evaluate(EvaluateRequest())
    assert "caused by LookupError at " in caplog.text
    assert CANARY not in caplog.text


@pytest.mark.parametrize(
    ("method", "content"),
    [
        ("EvaluationService/Evaluate", b"\xff\xff\xff"),
        ("EvaluationService/Evaluate", b"\x0a\x02\xff\xfe"),  # `request_id` is not UTF-8
        ("EvaluationService/Evaluate", b"\x12\x05ab"),  # `patient` is cut short
        ("EvaluationService/Explain", b"\xff\xff\xff"),
        ("RulePackService/GetRulePack", b"\x0a\x02\x0a\x09"),  # `pack` is cut short
        ("AuditService/GetDecision", b"\x08"),  # `index` is cut short
    ],
)
def test_bytes_that_are_no_message_are_invalid_input(
    wire: Stand, method: str, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    before = len(wire.hallway.commands)
    with pytest.raises(grpc.RpcError) as caught:
        wire.channel.unary_unary(f"/pactolus.v1.{method}")(content)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert [field for field, _ in bad_request(caught.value)] == ["request"]
    seen = [command.unread for command in wire.hallway.commands[before:]]
    assert seen == ([content] if method == "EvaluationService/Evaluate" else [])
    assert caplog.text == ""


def test_error_json_of_invalid_input_is_the_contract_of_the_command_line() -> None:
    assert error_json(TWO) == {
        "error": {
            "code": "INVALID_ARGUMENT",
            "fieldViolations": [
                {"field": "a.code", "description": "expected a code"},
                {"field": "b.value", "description": "expected a number"},
            ],
        }
    }


def test_error_json_of_other_errors_says_why() -> None:
    assert error_json(PackNotFound("no pack `x`")) == {
        "error": {
            "code": "NOT_FOUND",
            "reason": "PACK_NOT_FOUND",
            "message": "no pack `x`",
            "fieldViolations": [{"field": "pack", "description": "no pack `x`"}],
        }
    }


def test_error_json_masks_what_nobody_foresaw() -> None:
    assert CANARY not in str(error_json(ValueError(CANARY)))
    assert error_json(ValueError(CANARY))["error"]["code"] == "INTERNAL"  # type: ignore[index]
