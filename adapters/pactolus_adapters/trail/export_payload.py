"""What is encrypted in a record, opened for an export: the request as it was sent, the answer, the details."""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pactolus_adapters.answers import decode_answer
from pactolus_engine.decision import Decision
from pactolus_engine.ports import StoredRecord

__all__ = ["Payload", "payload_of"]

_HOLDS_REQUEST: Final = frozenset({"evaluation", "refusal", "failure"})


@dataclass(frozen=True, slots=True)
class Payload:
    """The payload of a record; empty is what its event does not have. All of it may be patient data.

    `input`: the request and what decided it, what was sent as text to the letter. `bundle`: the FHIR Bundle of the
    answer, its numbers as they were written. `refusal`: violations, or a text.
    """

    input: Mapping[str, Any] = field(default_factory=dict)
    decision: Decision | None = None
    decision_text: str = ""
    bundle: str = ""
    refusal: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)


def payload_of(record: StoredRecord) -> Payload:
    """The payload of a record that was read. Raises `ValueError` where this version cannot read it."""
    try:
        return _payload(record)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("the payload has another form") from error


def _payload(record: StoredRecord) -> Payload:
    if record.event not in _HOLDS_REQUEST:
        return Payload(details=json.loads(record.input))
    sent = json.loads(record.input)  # texts and truth values only
    sent["request"] = _readable(sent["request"])
    answer = json.loads(record.output)
    if "refused" in answer:
        return Payload(input=sent, refusal=answer)
    decision, bundle = decode_answer(record.output)
    return Payload(sent, decision, answer["decision"], bundle.decode())


def _readable(request: Mapping[str, Any]) -> dict[str, Any]:
    """The request with what was sent as text; what is no UTF-8 stays Base64 and says so."""
    return {
        **request,
        "resources": [_text(one) for one in request["resources"]],
        "bundle": _text(request["bundle"]),
        "unread": _text(request["unread"]),
    }


def _text(base64: str) -> str | dict[str, str]:
    try:
        return b64decode(base64).decode()
    except UnicodeDecodeError:
        return {"base64": base64}
