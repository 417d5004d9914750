"""A feedback, from the wire."""

from typing import Final

from pactolus.v1 import audit_service_pb2 as audit
from pactolus_adapters.grpcapi.convert import instant_text
from pactolus_adapters.trail.feedback import Feedback, FeedbackAction
from pactolus_engine.errors import InputInvalid, Violation

__all__ = ["feedback_given"]

_ACTIONS: Final = {
    audit.FEEDBACK_ACTION_ACCEPTED: FeedbackAction.ACCEPTED,
    audit.FEEDBACK_ACTION_OVERRIDDEN: FeedbackAction.OVERRIDDEN,
}


def feedback_given(request: audit.RecordFeedbackRequest) -> Feedback:
    """What the clinician did. Raises `InputInvalid` when the message does not say it."""
    violations = []
    action = _ACTIONS.get(request.action)
    if action is None:
        violations.append(Violation("action", "expected what was done: accepted or overridden"))
    if request.index < 0:
        violations.append(Violation("index", "expected the index of a record, 0 or more"))
    time = instant_text(request.action_time) if request.HasField("action_time") else ""
    if time is None:
        violations.append(Violation("action_time", "expected an instant from year 1 to 9999"))
    if violations or action is None:
        raise InputInvalid(violations)
    return Feedback(
        index=request.index,
        action=action,
        option=request.option,
        system=request.reason.system,
        code=request.reason.code,
        display=request.reason.display,
        action_time=time or "",
        request_id=request.request_id,
    )
