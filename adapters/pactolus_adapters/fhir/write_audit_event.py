"""The AuditEvent: one per evaluation, modelled on IHE BALP (it does not claim to conform).

BALP describes REST; an evaluation is an operation: type `rest`, subtype `operation`, action E. The
sealed record is the audit log's; this is the copy that an EHR can file. Role and entity codes:
DICOM CID 402 and the FHIR R4 audit value sets.
"""

from pactolus_adapters.fhir.exact_json import Node, Tree
from pactolus_adapters.fhir.write_care_plan import has_care_plan
from pactolus_adapters.fhir.write_context import CARE_PLAN, DEVICE, GUIDANCE_RESPONSE, Context
from pactolus_adapters.fhir.write_provenance import pack_reference
from pactolus_adapters.fhir.write_references import read_references, subject_reference

__all__ = ["audit_event"]

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_BALP_ENTITY = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"


def audit_event(context: Context) -> Tree:
    """Who asked, who answered, about whom, from what, with what result."""
    return {
        "resourceType": "AuditEvent",
        "id": context.id_of_request("audit-event"),
        "type": {
            "system": f"{_TERMINOLOGY}audit-event-type",
            "code": "rest",
            "display": "RESTful Operation",
        },
        "subtype": [{"system": "http://hl7.org/fhir/restful-interaction", "code": "operation"}],
        "action": "E",
        "recorded": context.decision.evaluation_time,
        "outcome": "0",
        "outcomeDesc": context.decision.outcome.value,
        "agent": [_client(context), _server(context)],
        "source": _source(context),
        "entity": _entities(context),
    }


def _client(context: Context) -> Tree:
    client = context.envelope.client
    named: Tree = {"identifier": {"value": client}}
    who = named if client.strip() else {"display": "client not identified"}
    return {"type": _agent_type("110153", "Source Role ID"), "who": who, "requestor": True}


def _server(context: Context) -> Tree:
    kind = _agent_type("110152", "Destination Role ID")
    return {"type": kind, "who": context.link(DEVICE), "requestor": False}


def _agent_type(code: str, display: str) -> Tree:
    return {"coding": [{"system": _DICOM, "code": code, "display": display}]}


def _source(context: Context) -> Tree:
    kind: Tree = {
        "system": f"{_TERMINOLOGY}security-source-type",
        "code": "4",
        "display": "Application Server",
    }
    return {"site": context.envelope.tenant, "observer": context.link(DEVICE), "type": [kind]}


def _entities(context: Context) -> list[Node]:
    decision = context.decision
    patient = _entity(subject_reference(context), ("1", "Person"), ("1", "Patient"))
    inputs = [_resource(what) for what in read_references(context)]
    plan = [_resource(context.link(CARE_PLAN))] if has_care_plan(decision) else []
    answer = _resource(context.link(GUIDANCE_RESPONSE), ("decision-id", decision.decision_id))
    pack = _resource(pack_reference(context), ("sha-256", decision.pack.digest))
    return [patient, *inputs, *plan, answer, pack, *_request_id(context)]


def _request_id(context: Context) -> list[Tree]:
    request_id = context.envelope.request_id
    if not request_id.strip():
        return []
    kind: Tree = {"system": _BALP_ENTITY, "code": "XrequestId"}
    return [{"what": {"identifier": {"value": request_id}}, "type": kind}]


def _resource(what: Node, *details: tuple[str, str]) -> Tree:
    return _entity(what, ("2", "System Object"), ("4", "Domain Resource"), *details)


def _entity(what: Node, kind: tuple[str, str], role: tuple[str, str], *details: tuple[str, str]) -> Tree:
    return {
        "what": what,
        "type": _code("audit-entity-type", kind),
        "role": _code("object-role", role),
        "detail": [{"type": name, "valueString": value} for name, value in details],
    }


def _code(system: str, code: tuple[str, str]) -> Tree:
    return {"system": f"{_TERMINOLOGY}{system}", "code": code[0], "display": code[1]}
