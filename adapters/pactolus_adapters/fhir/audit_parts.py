"""What every AuditEvent is made of: coded agents, entities and sources (FHIR R4 audit value sets, DICOM CID 402)."""

from pactolus_adapters.fhir.exact_json import Node, Tree

__all__ = [
    "DICOM",
    "TERMINOLOGY",
    "agent_type",
    "application_server",
    "entity",
    "named_client",
    "request_id_entity",
    "resource_entity",
    "terminology",
]

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_BALP_ENTITY = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"


def terminology(system: str, code: tuple[str, str]) -> Tree:
    """A code of HL7's terminology, with its display."""
    return {"system": f"{TERMINOLOGY}{system}", "code": code[0], "display": code[1]}


def agent_type(code: str, display: str) -> Tree:
    """The part that an agent plays, as a DICOM code."""
    return {"coding": [{"system": DICOM, "code": code, "display": display}]}


def named_client(client: str) -> Tree:
    """The program that asked, by its name, or the plain statement that it gave none."""
    return {"identifier": {"value": client}} if client.strip() else {"display": "client not identified"}


def application_server(site: str, observer: Tree) -> Tree:
    """The source of the event: a server of that organisation."""
    kind = terminology("security-source-type", ("4", "Application Server"))
    return {"site": site, "observer": observer, "type": [kind]}


def request_id_entity(request_id: str) -> list[Tree]:
    """The caller's request id as BALP carries X-Request-Id; nothing when there is none."""
    if not request_id.strip():
        return []
    kind: Tree = {"system": _BALP_ENTITY, "code": "XrequestId"}
    return [{"what": {"identifier": {"value": request_id}}, "type": kind}]


def resource_entity(what: Node, *details: tuple[str, str]) -> Tree:
    """A resource that took part."""
    return entity(what, ("2", "System Object"), ("4", "Domain Resource"), *details)


def entity(what: Node, kind: tuple[str, str], role: tuple[str, str], *details: tuple[str, str]) -> Tree:
    """What took part: what it is, of which kind, in which role; `details` are named texts."""
    return {
        "what": what,
        "type": terminology("audit-entity-type", kind),
        "role": terminology("object-role", role),
        "detail": [{"type": name, "valueString": value} for name, value in details],
    }
