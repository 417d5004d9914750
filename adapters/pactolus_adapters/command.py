"""One request as a door received it, and what is wrong with it beside its resources."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pactolus_adapters.instants import written
from pactolus_engine.errors import Violation
from pactolus_engine.record import ReceivedRequest

__all__ = [
    "WHOLE_REQUEST",
    "EvaluateCommand",
    "envelope_violations",
    "filed_under",
    "received",
    "received_again",
]

WHOLE_REQUEST: Final = "request"
"""The place of a violation that concerns the request as a whole: nothing in it could be read."""

_MAXIMUM_TEXT = {"request_id": 128, "client": 128, "tenant": 128, "patient": 512}


@dataclass(frozen=True, slots=True)
class EvaluateCommand:
    """One request as a door received it. Empty strings and None mean: not said.

    `resources` and `bundle` are the bytes as received; `evaluation_time` is aware (UTC). `violations`:
    what the door found wrong before the hallway, which refuses it together with whatever else is
    wrong. `unread`: the bytes of what the door could not read, kept with the record.
    """

    resources: tuple[bytes, ...] = ()
    bundle: bytes = b""
    patient: str = ""
    pack_id: str = ""
    pack_version: str = ""
    evaluation_time: datetime | None = None
    fhir_version: str = ""
    request_id: str = ""
    client: str = ""
    tenant: str = ""
    violations: tuple[Violation, ...] = ()
    unread: bytes = b""


def envelope_violations(command: EvaluateCommand) -> list[Violation]:
    """What is wrong with the request beside its resources."""
    found = [
        Violation(field, f"expected at most {limit} characters")
        for field, limit in _MAXIMUM_TEXT.items()
        if len(getattr(command, field)) > limit
    ]
    if command.fhir_version not in {"", "R4"}:
        found.append(Violation("fhir_version", "expected `R4` or nothing; no other version is built"))
    return found


def received(command: EvaluateCommand) -> ReceivedRequest:
    """The request as its record keeps it."""
    asked = command.evaluation_time
    return ReceivedRequest(
        resources=command.resources,
        bundle=command.bundle,
        patient=command.patient,
        pack_id=command.pack_id,
        pack_version=command.pack_version,
        evaluation_time=written(asked) if asked else "",
        fhir_version=command.fhir_version,
        request_id=command.request_id,
        client=command.client,
        tenant=command.tenant,
        unread=command.unread,
        violations=command.violations,
    )


def received_again(request: ReceivedRequest) -> EvaluateCommand:
    """The command that a recorded request came as; the inverse of `received`."""
    asked = request.evaluation_time
    return EvaluateCommand(
        resources=request.resources,
        bundle=request.bundle,
        patient=request.patient,
        pack_id=request.pack_id,
        pack_version=request.pack_version,
        evaluation_time=datetime.fromisoformat(asked) if asked else None,
        fhir_version=request.fhir_version,
        request_id=request.request_id,
        client=request.client,
        tenant=request.tenant,
        violations=request.violations,
        unread=request.unread,
    )


def filed_under(request: ReceivedRequest) -> str:
    """What the answer is filed under; a request id that is refused for its length is no key."""
    return request.request_id if len(request.request_id) <= _MAXIMUM_TEXT["request_id"] else ""
