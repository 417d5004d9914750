"""Requests from the wire to the hallway, answers from the hallway to the wire and to JSON."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from google.protobuf.json_format import MessageToDict
from google.protobuf.timestamp_pb2 import Timestamp

from pactolus.v1.evaluation_service_pb2 import AuditReceipt, EvaluateRequest, EvaluateResponse
from pactolus_adapters.grpcapi.convert_decision import decision_message
from pactolus_adapters.hallway import WHOLE_REQUEST, Answer, EvaluateCommand
from pactolus_adapters.trail.events import Actor
from pactolus_engine.decision import Decision
from pactolus_engine.errors import InputInvalid, Violation
from pactolus_engine.ports import Receipt

__all__ = [
    "CLIENT_KEY",
    "TENANT_KEY",
    "Caller",
    "actor",
    "caller",
    "caller_as_told",
    "command",
    "decision_json",
    "instant_text",
    "receipt_message",
    "response",
    "response_json",
    "response_json_text",
    "unread_command",
]

CLIENT_KEY: Final = "x-pactolus-client"
"""Metadata that names the client; absent: `anonymous`."""

TENANT_KEY: Final = "x-pactolus-tenant"
"""Metadata that names the tenant; absent: `default`."""

_LONGEST_NAME: Final = 128
_LAST_NANO: Final = 999_999_999
_NO_INSTANT: Final = Violation(
    "evaluation_time", "expected an instant from year 1 to 9999 with nanoseconds from 0 to 999999999"
)
_LINE_BREAKS: Final = str.maketrans("\r\n", "  ")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the client, and the tenant whose patients it speaks of.

    `violations`: what is wrong with the names it gave; then the names are those of nobody.
    """

    client: str
    tenant: str
    violations: tuple[Violation, ...] = ()


def caller(metadata: Iterable[tuple[str, str | bytes]]) -> Caller:
    """The caller that the metadata of an RPC names.

    Raises `InputInvalid` when a name is given twice or is no visible text of 1 to 128 characters:
    request ids and patients are kept apart by these names, so a doubtful one is not guessed.
    """
    who = caller_as_told(metadata)
    if who.violations:
        raise InputInvalid(who.violations)
    return who


def actor(metadata: Iterable[tuple[str, str | bytes]]) -> Actor:
    """The caller as whoever acts on the records. Raises as `caller`."""
    who = caller(metadata)
    return Actor(who.client, who.tenant)


def caller_as_told(metadata: Iterable[tuple[str, str | bytes]]) -> Caller:
    """As `caller`, but it tells the violations instead of raising: for a request that is recorded."""
    pairs = list(metadata)
    violations: list[Violation] = []
    client = _name(pairs, CLIENT_KEY, "anonymous", violations)
    tenant = _name(pairs, TENANT_KEY, "default", violations)
    if violations:
        return Caller("anonymous", "default", tuple(violations))
    return Caller(client, tenant)


def command(request: EvaluateRequest, who: Caller) -> EvaluateCommand:
    """The request as the hallway takes it, with what is wrong with its instant and its caller.

    An `evaluation_time` beyond the years 1 to 9999 is kept as the bytes of its message. A request id
    belongs to its client, so that of a doubtful caller is left out.
    """
    stamp = request.evaluation_time if request.HasField("evaluation_time") else None
    asked = None if stamp is None else _instant(stamp)
    is_unread = stamp is not None and asked is None
    return EvaluateCommand(
        resources=tuple(request.resources_json),
        bundle=request.bundle_json,
        patient=request.patient,
        pack_id=request.pack.id,
        pack_version=request.pack.version,
        evaluation_time=asked,
        fhir_version=request.fhir_version,
        request_id="" if who.violations else request.request_id,
        client=who.client,
        tenant=who.tenant,
        violations=(*who.violations, *((_NO_INSTANT,) if is_unread else ())),
        unread=stamp.SerializeToString(deterministic=True) if stamp is not None and is_unread else b"",
    )


def instant_text(stamp: Timestamp) -> str | None:
    """The instant as records are stamped, RFC 3339 in UTC with microseconds, up to the next where it lies
    between two; None beyond the calendar."""
    asked = _instant(stamp)
    if asked is None:
        return None
    # `ToDatetime` cuts nanoseconds off. A record stamped below is no more at or after the instant.
    try:
        whole = asked + timedelta(microseconds=1 if stamp.nanos % 1000 else 0)
    except OverflowError:
        return None
    return whole.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def unread_command(content: bytes, who: Caller) -> EvaluateCommand:
    """Bytes that are no message, as the hallway takes them: to be refused and recorded."""
    expected = "expected a protobuf message of the type that the method takes"
    whole = Violation(WHOLE_REQUEST, expected)
    return EvaluateCommand(
        client=who.client, tenant=who.tenant, violations=(*who.violations, whole), unread=content
    )


def response(answer: Answer) -> EvaluateResponse:
    """The answer as a message; the Bundle keeps its bytes."""
    return EvaluateResponse(
        decision=decision_message(answer.decision),
        bundle_json=answer.bundle,
        receipt=receipt_message(answer.receipt),
    )


def response_json(answer: Answer) -> dict[str, Any]:
    """Protobuf JSON of `EvaluateResponse`, with the Bundle as an object under `bundle`.

    Fields without a value are written too (`[]`, `false`, `"0"`), so that a reader never has to
    know defaults. Fractions in the Bundle are `Decimal`: use `response_json_text` to print it.
    """
    bundle = json.loads(answer.bundle, parse_float=Decimal)
    parts = _json_parts(answer)
    return {"decision": parts["decision"], "bundle": bundle, "receipt": parts["receipt"]}


def response_json_text(answer: Answer) -> str:
    """`response_json` as one line of text; the Bundle is the very text it was written as.

    Line breaks between the tokens of the Bundle become blanks (inside a JSON string there are none).
    """
    parts = _json_parts(answer)
    bundle = answer.bundle.decode().translate(_LINE_BREAKS)
    decision, receipt = json.dumps(parts["decision"]), json.dumps(parts["receipt"])
    return f'{{"decision": {decision}, "bundle": {bundle}, "receipt": {receipt}}}'


def decision_json(decision: Decision) -> dict[str, Any]:
    """The decision alone as protobuf JSON, likewise."""
    return MessageToDict(decision_message(decision), always_print_fields_with_no_presence=True)


def _json_parts(answer: Answer) -> dict[str, Any]:
    message = EvaluateResponse(
        decision=decision_message(answer.decision), receipt=receipt_message(answer.receipt)
    )
    return MessageToDict(message, always_print_fields_with_no_presence=True)


def receipt_message(receipt: Receipt) -> AuditReceipt:
    """Where a record stands, as a message."""
    return AuditReceipt(log_origin=receipt.log_origin, index=receipt.index, leaf_hash=receipt.leaf_hash)


def _name(metadata: list[tuple[str, str | bytes]], key: str, absent: str, violations: list[Violation]) -> str:
    values = [value for name, value in metadata if name == key]
    if not values:
        return absent
    if len(values) > 1:
        violations.append(Violation(f"metadata.{key}", "expected at most once"))
        return absent
    value = values[0]
    if not isinstance(value, str) or not _is_name(value):
        expected = f"expected 1 to {_LONGEST_NAME} visible ASCII characters"
        violations.append(Violation(f"metadata.{key}", expected))
        return absent
    return value


def _is_name(value: str) -> bool:
    return 0 < len(value) <= _LONGEST_NAME and all("!" <= character <= "~" for character in value)


def _instant(stamp: Timestamp) -> datetime | None:
    """The instant, or None when it is beyond the calendar."""
    if not 0 <= stamp.nanos <= _LAST_NANO:
        return None
    try:
        return stamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
