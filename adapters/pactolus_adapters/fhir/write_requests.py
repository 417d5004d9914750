"""The alternatives of an offer: one RequestGroup and, per option, the requests it would consist of.

The group holds one choice (`at-most-one`) among the options. Each option is a logical group of
all its requests: a selection rule on the option itself would say "one of these four drugs".
Requests have the intent `option` and never a dose. FHIR R4, RequestGroup (rqg-1: an action has
either a resource or sub-actions).
"""

from dataclasses import dataclass

from pactolus_adapters.fhir.exact_json import Node, Tree
from pactolus_adapters.fhir.write_care_plan import AI_ASSERTED, plan_status
from pactolus_adapters.fhir.write_context import CARE_PLAN, DEVICE, REQUEST_GROUP, Context
from pactolus_adapters.fhir.write_narrative import plain_narrative
from pactolus_adapters.fhir.write_references import condition_references, subject_reference, used_references
from pactolus_adapters.fhir.write_sentences import NO_DOSE, SUGGESTION, link_of
from pactolus_engine.decision import Evidence, OfferedOption
from pactolus_engine.pack.model import Option, Request

__all__ = ["documentation", "request_group", "requests", "requests_of"]


def request_group(context: Context) -> Tree:
    """The RequestGroup that sets the options side by side."""
    decision = context.decision
    choice: Tree = {
        "title": "Options",
        "description": "At most one of these; they are in no order of preference.",
        "groupingBehavior": "logical-group",
        "selectionBehavior": "at-most-one",
        "requiredBehavior": "could",
        "action": [_option(context, option) for option in decision.options],
    }
    return {
        "resourceType": "RequestGroup",
        "id": context.id_of(REQUEST_GROUP),
        "meta": {"security": [AI_ASSERTED]},
        "text": plain_narrative(SUGGESTION, *(option.title for option in decision.options)),
        "instantiatesCanonical": [context.canonical],
        "status": plan_status(decision),
        "intent": "proposal",
        "subject": subject_reference(context),
        "authoredOn": decision.evaluation_time,
        "author": context.link(DEVICE),
        "reasonReference": condition_references(context),
        "action": [choice],
    }


def requests(context: Context) -> list[Tree]:
    """A ServiceRequest or MedicationRequest per option and request, in the order of the pack."""
    alike = _Alike(subject_reference(context), condition_references(context), used_references(context))
    return [
        _request(context, alike, option, index, request)
        for option in context.decision.options
        for index, request in enumerate(requests_of(context.pack.options[option.id]))
    ]


def requests_of(option: Option) -> tuple[Request, ...]:
    """What an option asks for; one for which the pack names no request still needs one on its leaf action."""
    return option.requests or (Request("service", option.title, None),)


def _option(context: Context, option: OfferedOption) -> Tree:
    leaves: list[Node] = [
        {"title": request.text, "resource": context.link(_role(option, index))}
        for index, request in enumerate(requests_of(context.pack.options[option.id]))
    ]
    caveats = [f"Caveat: {caveat.text}" for caveat in option.caveats]
    return {
        "id": option.id,
        "title": option.title,
        "description": "\n".join((option.description, *caveats)),
        "code": [{"coding": [context.pack_coding("option", option.id)], "text": option.title}],
        "documentation": [documentation(evidence) for evidence in option.evidence],
        "groupingBehavior": "logical-group",
        "selectionBehavior": "all",
        "requiredBehavior": "could",
        "action": leaves,
    }


def documentation(evidence: Evidence) -> Tree:
    """A source as a FHIR RelatedArtifact."""
    return {
        "type": "citation",
        "label": evidence.id,
        "display": evidence.statement,
        "citation": evidence.citation,
        "url": link_of(evidence),
    }


def _role(option: OfferedOption, index: int) -> str:
    return f"request/{option.id}/{index}"


@dataclass(frozen=True, slots=True)
class _Alike:
    """What every request refers to, looked up once for all of them."""

    subject: Tree
    reasons: list[Node]
    used: list[Node]


def _request(context: Context, alike: _Alike, option: OfferedOption, index: int, request: Request) -> Tree:
    write = _medication if request.kind == "medication" else _service
    identity: Tree = {
        "id": context.id_of(_role(option, index)),
        "meta": {"security": [AI_ASSERTED]},
        "text": plain_narrative(request.text, f"Part of the option: {option.title}. {SUGGESTION} {NO_DOSE}"),
    }
    return write(context, alike, identity, option, request)


def _service(
    context: Context, alike: _Alike, identity: Tree, option: OfferedOption, request: Request
) -> Tree:
    return {
        "resourceType": "ServiceRequest",
        **identity,
        "basedOn": [context.link(CARE_PLAN)],
        "status": plan_status(context.decision),
        "intent": "option",
        "code": _concept(context, request),
        "subject": alike.subject,
        "authoredOn": context.decision.evaluation_time,
        "requester": context.link(DEVICE),
        "reasonReference": alike.reasons,
        "supportingInfo": alike.used,
        "note": _notes(option),
    }


def _medication(
    context: Context, alike: _Alike, identity: Tree, option: OfferedOption, request: Request
) -> Tree:
    return {
        "resourceType": "MedicationRequest",
        **identity,
        "status": plan_status(context.decision),
        "intent": "option",
        "medicationCodeableConcept": _concept(context, request),
        "subject": alike.subject,
        "supportingInformation": alike.used,
        "authoredOn": context.decision.evaluation_time,
        "requester": context.link(DEVICE),
        "reasonReference": alike.reasons,
        "basedOn": [context.link(CARE_PLAN)],
        "note": _notes(option),
    }


def _concept(context: Context, request: Request) -> Tree:
    coding = [context.coding(request.coding)] if request.coding else []
    return {"coding": coding, "text": request.text}


def _notes(option: OfferedOption) -> list[Node]:
    lines = [
        f"Part of the option: {option.title}. {SUGGESTION} {NO_DOSE}",
        *(f"Caveat: {caveat.text}" for caveat in option.caveats),
    ]
    return [{"text": line} for line in lines]
