"""What an audit record keeps of an answer, so that the same request id gets the same one again."""

import json
from base64 import b64decode, b64encode

import rfc8785

from pactolus_engine.decision import Decision
from pactolus_engine.errors import InputInvalid, PackNotFound, PactolusError, Violation
from pactolus_engine.record import decision_from_json, decision_json

__all__ = ["decode_answer", "encode_answer", "encode_refusal"]

_PACK_NOT_FOUND = "pack-not-found"
_INPUT_INVALID = "input-invalid"


def encode_answer(decision: Decision, bundle: bytes) -> bytes:
    """The decision and the Bundle, canonical."""
    return rfc8785.dumps(
        {"decision": decision_json(decision).decode(), "bundle": b64encode(bundle).decode("ascii")}
    )


def encode_refusal(error: Exception) -> bytes:
    """A refusal that a repeated request gets again; any other error of the project as its text.

    The text of an error that nobody foresaw is not kept: it may hold what a resource held.
    """
    if isinstance(error, InputInvalid):
        violations = [[violation.field, violation.description] for violation in error.violations]
        return rfc8785.dumps({"refused": _INPUT_INVALID, "violations": violations})
    kind = _PACK_NOT_FOUND if isinstance(error, PackNotFound) else "failed"
    text = str(error) if isinstance(error, PactolusError) else "internal error"
    return rfc8785.dumps({"refused": kind, "text": text})


def decode_answer(answer: bytes) -> tuple[Decision, bytes]:
    """The decision and Bundle of a recorded answer; raises the recorded refusal instead."""
    document = json.loads(answer)
    match document.get("refused"):
        case None:
            return decision_from_json(document["decision"].encode()), b64decode(document["bundle"])
        case "input-invalid":
            raise InputInvalid([Violation(field, text) for field, text in document["violations"]])
        case "pack-not-found":
            raise PackNotFound(document["text"])
        case _:
            raise PactolusError(document["text"])
