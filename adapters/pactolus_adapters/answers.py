"""What an audit record keeps of an answer, so that the same request id gets the same one again."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import rfc8785

from pactolus_engine.canonical import canonical_json
from pactolus_engine.decision import Decision, Outcome
from pactolus_engine.errors import InputInvalid, PackNotFound, PactolusError, Violation
from pactolus_engine.record import decision_from_json, decision_json

__all__ = [
    "DecidedIn",
    "Suggestions",
    "decided_in",
    "decode_answer",
    "encode_answer",
    "encode_refusal",
    "suggestions_of",
]

_PACK_NOT_FOUND = "pack-not-found"
_INPUT_INVALID = "input-invalid"


def encode_answer(decision: Decision, bundle: bytes) -> bytes:
    """The decision and the Bundle, canonical."""
    told = {"decision": decision_json(decision).decode(), "bundle": b64encode(bundle).decode("ascii")}
    return canonical_json(told)


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


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What a recorded answer changed for its patient: ids of the decisions that it suggests and of those
    that it takes back, under the id of its pack."""

    pack: str
    suggested: tuple[str, ...]
    retracted: frozenset[str]


@dataclass(frozen=True, slots=True)
class DecidedIn:
    """A recorded decision in short."""

    decision_id: str
    outcome: Outcome


def decided_in(answer: bytes) -> DecidedIn:
    """Id and outcome alone, without making a decision out of the record."""
    decision = json.loads(json.loads(answer)["decision"])
    return DecidedIn(decision["decision_id"], Outcome(decision["outcome"]))


def suggestions_of(answer: bytes) -> Suggestions:
    """The ids alone, without making a decision out of the record: done for every record of a patient."""
    decision = json.loads(json.loads(answer)["decision"])
    retracted = frozenset(one["decision_id"] for one in decision.get("retracted", ()))
    return Suggestions(decision["pack"]["id"], tuple(_suggested(decision)), retracted)


def _suggested(decision: dict[str, Any]) -> Iterator[str]:
    if decision["outcome"] == Outcome.OFFER:
        yield decision["decision_id"]
    if "replacement" in decision:
        yield from _suggested(decision["replacement"])
