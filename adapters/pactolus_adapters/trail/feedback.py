"""What became of a suggestion: recorded beside it, filed under the same patient, and never over it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pactolus_adapters.answers import decode_answer
from pactolus_adapters.trail.events import Actor, Event, EventRecorder
from pactolus_adapters.trail.places import EVALUATION, record_at
from pactolus_engine.decision import Decision
from pactolus_engine.errors import InputInvalid, RecordNotFound, Violation
from pactolus_engine.ports import Receipt
from pactolus_engine.trail import AuditTrail

__all__ = ["Feedback", "FeedbackAction", "record_feedback"]

_MOST: Final = {"request_id": 128, "option": 128, "system": 256, "code": 128, "display": 256}
"""Most characters of a text."""


class FeedbackAction(StrEnum):
    """What a clinician did with a suggestion."""

    ACCEPTED = "accepted"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a clinician did with the decision in the record `index`.

    `option`: the one that was taken, empty when none was. `system`, `code`, `display`: the reason, empty
    when none was given. `action_time`: RFC 3339 in UTC, empty when nobody said when. `request_id`:
    idempotency key of the client, or empty.
    """

    index: int
    action: FeedbackAction
    option: str = ""
    system: str = ""
    code: str = ""
    display: str = ""
    action_time: str = ""
    request_id: str = ""


def record_feedback(trail: AuditTrail, events: EventRecorder, actor: Actor, given: Feedback) -> Receipt:
    """Records a feedback; the same request id with the same feedback again gives the same receipt.

    Raises `RecordNotFound` when the record is no decision of the actor's tenant, `RecordGone` when it was
    erased, `InputInvalid` with everything that is wrong, `RequestIdReused`, `AuditUnavailable`.
    """
    place = record_at(trail, given.index, actor.tenant)
    if place.event != EVALUATION:
        raise RecordNotFound("the record at this `index` holds no decision")
    decision = decode_answer(trail.read(place.index).output)[0]
    if violations := [*_texts(given), *_option(given, decision.replacement or decision)]:
        raise InputInvalid(violations)
    details = {
        "decision_id": decision.decision_id,
        "action": given.action.value,
        **{name: getattr(given, name) for name in ("option", "system", "code", "display", "action_time")},
    }
    # The index is in the details too: two records may hold the same decision.
    details = {"index": str(place.index)} | {name: text for name, text in details.items() if text}
    return events.record(actor, Event("feedback", details, about=place.index, request_id=given.request_id))


def _texts(given: Feedback) -> list[Violation]:
    found = [
        Violation(_field(name), f"expected at most {most} characters")
        for name, most in _MOST.items()
        if len(getattr(given, name)) > most
    ]
    if bool(given.system) != bool(given.code):
        found.append(Violation("reason", "expected a code and the system that it is of"))
    if given.display and not given.code:
        found.append(Violation("reason.code", "expected a code beside its display"))
    return found


def _field(name: str) -> str:
    return f"reason.{name}" if name in {"system", "code", "display"} else name


def _option(given: Feedback, decision: Decision) -> list[Violation]:
    offered = [option.id for option in decision.options]
    if given.action is FeedbackAction.OVERRIDDEN and given.option:
        return [Violation("option", "expected none: of a suggestion that was overridden no option was taken")]
    if given.action is FeedbackAction.ACCEPTED and given.option not in offered:
        known = ", ".join(f"`{one}`" for one in offered) or "none"
        return [Violation("option", f"expected one of the options of the decision: {known}")]
    return []
