"""The CarePlan: what an OFFER or NEED_DATA decision looks like to an EHR (FHIR R4).

Its intent is always `proposal`. An offer is `active` and leads to the RequestGroup; where data are
missing the plan is a `draft` without any activity.
"""

from pactolus_adapters.fhir.exact_json import Node, Tree
from pactolus_adapters.fhir.write_context import CARE_PLAN, DEVICE, REQUEST_GROUP, Context
from pactolus_adapters.fhir.write_narrative import decision_narrative
from pactolus_adapters.fhir.write_references import condition_references, subject_reference, used_references
from pactolus_adapters.fhir.write_sentences import (
    SUGGESTION,
    approval,
    assumption_line,
    blocked_line,
    caveat_lines,
    completion_lines,
    missing_line,
    not_checked_lines,
)
from pactolus_engine.decision import Decision, Outcome

__all__ = ["AI_ASSERTED", "care_plan", "has_care_plan", "has_requests", "plan_status"]

AI_ASSERTED: Tree = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "AIAST"}
"""The security label of what an algorithm asserts; its definition covers rule-based decision support."""


def has_care_plan(decision: Decision) -> bool:
    """Whether the outcome is told by a CarePlan at all."""
    return decision.outcome in {Outcome.OFFER, Outcome.NEED_DATA}


def has_requests(decision: Decision) -> bool:
    """Whether there are options to write requests for."""
    return decision.outcome is Outcome.OFFER and bool(decision.options)


def plan_status(decision: Decision) -> str:
    """The status that the plan and all its requests share."""
    return "active" if decision.outcome is Outcome.OFFER else "draft"


def care_plan(context: Context) -> Tree:
    """The CarePlan of an OFFER or NEED_DATA decision."""
    decision = context.decision
    return {
        "resourceType": "CarePlan",
        "id": context.id_of(CARE_PLAN),
        "meta": {"security": [AI_ASSERTED]},
        "text": decision_narrative(context),
        "identifier": [context.decision_identifier],
        "instantiatesCanonical": [context.canonical],
        "status": plan_status(decision),
        "intent": "proposal",
        "title": _title(context),
        "description": f"{SUGGESTION} {context.pack.description}".strip(),
        "subject": subject_reference(context),
        "created": decision.evaluation_time,
        "author": context.link(DEVICE),
        "addresses": condition_references(context),
        "supportingInfo": used_references(context),
        "activity": [{"reference": context.link(REQUEST_GROUP)}] if has_requests(decision) else None,
        "note": _notes(context),
    }


def _title(context: Context) -> str:
    offered = context.decision.outcome is Outcome.OFFER
    return f"{context.pack.title}: {'options' if offered else 'data are missing'}"


def _notes(context: Context) -> list[Node]:
    decision = context.decision
    lines = [
        approval(context.pack),
        *caveat_lines(decision),
        *map(assumption_line, decision.assumptions),
        *not_checked_lines(decision),
        *(blocked_line(blocked, context.pack) for blocked in decision.blocked_options),
        *map(missing_line, decision.missing),
        *completion_lines(decision, context.pack),
    ]
    return [{"text": line} for line in lines]
