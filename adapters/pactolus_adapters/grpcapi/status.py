"""Errors to gRPC status, `google.rpc` details and JSON; the only file that knows the codes.

The details follow `google/rpc/error_details.proto`: `BadRequest` carries the violations,
`ErrorInfo` a stable reason under the domain `pactolus`, `RetryInfo` when to try again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from pactolus_adapters.grpcapi.errors import (
    Draining,
    ErasureOff,
    InternalFailure,
    NotBuilt,
    Overloaded,
    ServiceUnknown,
)
from pactolus_adapters.replay.installed import ReplaysNotInstalled
from pactolus_adapters.replay.jobs.errors import (
    ReplayNotDone,
    ReplayNotFound,
    ReplaysElsewhere,
    ReplaysEnding,
    TooManyReplays,
)
from pactolus_engine.errors import (
    AuditUnavailable,
    EnginesDisagree,
    InputInvalid,
    MatcherFailed,
    PackInvalid,
    PackNotFound,
    PackTooComplex,
    PactolusError,
    PatientMoved,
    RecordGone,
    RecordNotFound,
    RequestIdReused,
    SolverMissing,
    Violation,
)

__all__ = ["DOMAIN", "TRAILER_BYTES", "error_json", "is_known", "status_of", "trailing_status"]

DOMAIN: Final = "pactolus"
"""`ErrorInfo.domain` of every error."""

TRAILER_BYTES: Final = 5000
"""Most bytes of details in a trailer. gRPC clients accept 8 KiB of metadata by default and may drop
more; the details travel base64-encoded (a third longer) beside the status message."""

_MESSAGE_CHARACTERS: Final = 500
_RETRY_NANOS: Final = 250_000_000


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What an error is on the wire."""

    code: grpc.StatusCode
    reason: str


_MEANINGS: Final[tuple[tuple[type[PactolusError], _Meaning], ...]] = (
    (InputInvalid, _Meaning(grpc.StatusCode.INVALID_ARGUMENT, "INPUT_INVALID")),
    (PackNotFound, _Meaning(grpc.StatusCode.NOT_FOUND, "PACK_NOT_FOUND")),
    (RecordNotFound, _Meaning(grpc.StatusCode.NOT_FOUND, "RECORD_NOT_FOUND")),
    (ServiceUnknown, _Meaning(grpc.StatusCode.NOT_FOUND, "SERVICE_UNKNOWN")),
    (RequestIdReused, _Meaning(grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")),
    (PatientMoved, _Meaning(grpc.StatusCode.ABORTED, "PATIENT_MOVED")),
    (PackInvalid, _Meaning(grpc.StatusCode.FAILED_PRECONDITION, "PACK_INVALID")),
    (PackTooComplex, _Meaning(grpc.StatusCode.FAILED_PRECONDITION, "PACK_TOO_COMPLEX")),
    (Overloaded, _Meaning(grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED")),
    (Draining, _Meaning(grpc.StatusCode.UNAVAILABLE, "DRAINING")),
    (MatcherFailed, _Meaning(grpc.StatusCode.UNAVAILABLE, "MATCHER_FAILED")),
    (ErasureOff, _Meaning(grpc.StatusCode.FAILED_PRECONDITION, "ERASURE_OFF")),
    (SolverMissing, _Meaning(grpc.StatusCode.FAILED_PRECONDITION, "SOLVER_MISSING")),
    (ReplayNotFound, _Meaning(grpc.StatusCode.NOT_FOUND, "REPLAY_NOT_FOUND")),
    (ReplayNotDone, _Meaning(grpc.StatusCode.FAILED_PRECONDITION, "REPLAY_NOT_DONE")),
    (ReplaysNotInstalled, _Meaning(grpc.StatusCode.FAILED_PRECONDITION, "REPLAYS_NOT_INSTALLED")),
    (ReplaysElsewhere, _Meaning(grpc.StatusCode.FAILED_PRECONDITION, "REPLAYS_ELSEWHERE")),
    (ReplaysEnding, _Meaning(grpc.StatusCode.UNAVAILABLE, "DRAINING")),
    (TooManyReplays, _Meaning(grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_REPLAYS")),
    (RecordGone, _Meaning(grpc.StatusCode.NOT_FOUND, "RECORD_GONE")),
    (AuditUnavailable, _Meaning(grpc.StatusCode.UNAVAILABLE, "AUDIT_UNAVAILABLE")),
    (EnginesDisagree, _Meaning(grpc.StatusCode.INTERNAL, "ENGINES_DISAGREE")),
    (InternalFailure, _Meaning(grpc.StatusCode.INTERNAL, "INTERNAL")),
    (NotBuilt, _Meaning(grpc.StatusCode.UNIMPLEMENTED, "NOT_BUILT")),
)


def is_known(error: Exception) -> bool:
    """Whether the error has a meaning on the wire; any other must not be shown to a caller."""
    return _meaning(error) is not None


def status_of(error: PactolusError) -> Status:
    """The error as `google.rpc.Status` with all its details.

    Raises `ValueError` on an error that is not known (see `is_known`).
    """
    return _status(error, _violations(error))


def trailing_status(error: PactolusError) -> grpc.Status:
    """The error as the status that ends an RPC; its details fit a trailer.

    Violations that do not fit are counted in a last one, never left out in silence. Raises
    `ValueError` on an error that is not known.
    """
    status = _status(error, _fitting(_violations(error)))
    if len(status.message) > _MESSAGE_CHARACTERS:
        status.message = status.message[: _MESSAGE_CHARACTERS - 2] + " …"
    return rpc_status.to_status(status)


def error_json(error: Exception) -> dict[str, object]:
    """The error as a JSON object: `{"error": {"code": …, "fieldViolations": [...]}}`.

    An error without violations says `reason` and `message` as well; of an error that is not known
    only the code is told.
    """
    meaning = _meaning(error)
    if meaning is None:
        meaning = _Meaning(grpc.StatusCode.INTERNAL, "INTERNAL")
        message = "internal error"
    else:
        message = str(error)
    violations = [{"field": each.field, "description": each.description} for each in _violations(error)]
    if isinstance(error, InputInvalid):
        return {"error": {"code": meaning.code.name, "fieldViolations": violations}}
    told = {"code": meaning.code.name, "reason": meaning.reason, "message": message}
    return {"error": {**told, "fieldViolations": violations}}


def _meaning(error: Exception) -> _Meaning | None:
    return next((meaning for kind, meaning in _MEANINGS if isinstance(error, kind)), None)


def _status(error: PactolusError, violations: Iterable[Violation]) -> Status:
    meaning = _meaning(error)
    if meaning is None:
        raise ValueError("an error without a meaning on the wire is to be masked first")
    details: list[Message] = [ErrorInfo(reason=meaning.reason, domain=DOMAIN, metadata=_metadata(error))]
    told = [_violation(each) for each in violations]
    if told:
        details.append(BadRequest(field_violations=told))
    if isinstance(error, Overloaded):
        details.append(RetryInfo(retry_delay=Duration(nanos=_RETRY_NANOS)))
    code: int = meaning.code.value[0]
    return Status(code=code, message=str(error), details=[_packed(detail) for detail in details])


def _metadata(error: PactolusError) -> dict[str, str]:
    if isinstance(error, InputInvalid):
        return {"violations": str(len(error.violations))}
    if isinstance(error, InternalFailure):
        return {"reference": error.reference}
    return {}


def _violations(error: Exception) -> tuple[Violation, ...]:
    """The places that the error names; a pack that is not there is the fault of the field `pack`."""
    if isinstance(error, PackNotFound):
        return (Violation("pack", str(error)),)
    return error.violations if isinstance(error, InputInvalid) else ()


def _violation(violation: Violation) -> BadRequest.FieldViolation:
    return BadRequest.FieldViolation(field=violation.field, description=violation.description)


def _packed(detail: Message) -> Any:
    packed = Any()
    packed.Pack(detail)
    return packed


def _fitting(violations: tuple[Violation, ...]) -> list[Violation]:
    """As many violations as fit a trailer, and one that counts the others."""
    fitting: list[Violation] = []
    room = TRAILER_BYTES
    for violation in violations:
        size = _violation(violation).ByteSize() + 3
        if size <= room:
            fitting.append(violation)
            room -= size
    left_out = len(violations) - len(fitting)
    if left_out:
        advice = f"{left_out} more violations do not fit a trailer; `EvaluateBatch` tells all of them"
        fitting.append(Violation("", advice))
    return fitting
