"""The AuditEvent: one per evaluation, modelled on IHE BALP (it does not claim to conform).

BALP describes REST; an evaluation is an operation: type `rest`, subtype `operation`, action E. The
sealed record is the audit log's; this is the copy that an EHR can file. Role and entity codes:
DICOM CID 402 and the FHIR R4 audit value sets.
"""

from pactolus_adapters.fhir.audit_parts import (
    agent_type,
    application_server,
    entity,
    named_client,
    request_id_entity,
    resource_entity,
    terminology,
)
from pactolus_adapters.fhir.exact_json import Node, Tree
from pactolus_adapters.fhir.write_care_plan import has_care_plan
from pactolus_adapters.fhir.write_context import CARE_PLAN, DEVICE, GUIDANCE_RESPONSE, Context
from pactolus_adapters.fhir.write_provenance import pack_reference
from pactolus_adapters.fhir.write_references import read_references, subject_reference

__all__ = ["audit_event"]


def audit_event(context: Context) -> Tree:
    """Who asked, who answered, about whom, from what, with what result."""
    device = context.link(DEVICE)
    return {
        "resourceType": "AuditEvent",
        "id": context.id_of_request("audit-event"),
        "type": terminology("audit-event-type", ("rest", "RESTful Operation")),
        "subtype": [{"system": "http://hl7.org/fhir/restful-interaction", "code": "operation"}],
        "action": "E",
        "recorded": context.decision.evaluation_time,
        "outcome": "0",
        "outcomeDesc": context.decision.outcome.value,
        "agent": [_client(context), _server(context)],
        "source": application_server(context.envelope.tenant, device),
        "entity": _entities(context),
    }


def _client(context: Context) -> Tree:
    who = named_client(context.envelope.client)
    return {"type": agent_type("110153", "Source Role ID"), "who": who, "requestor": True}


def _server(context: Context) -> Tree:
    kind = agent_type("110152", "Destination Role ID")
    return {"type": kind, "who": context.link(DEVICE), "requestor": False}


def _entities(context: Context) -> list[Node]:
    decision = context.decision
    patient = entity(subject_reference(context), ("1", "Person"), ("1", "Patient"))
    inputs = [resource_entity(what) for what in read_references(context)]
    plan = [resource_entity(context.link(CARE_PLAN))] if has_care_plan(decision) else []
    answer = resource_entity(context.link(GUIDANCE_RESPONSE), ("decision-id", decision.decision_id))
    pack = resource_entity(pack_reference(context), ("sha-256", decision.pack.digest))
    return [patient, *inputs, *plan, answer, pack, *request_id_entity(context.envelope.request_id)]
