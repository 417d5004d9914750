"""A record of the audit log as FHIR R4: an AuditEvent for each, a Provenance for each decision.

The AuditEvent is modelled on IHE BALP and does not claim to conform: BALP wants network addresses, which a
log without patient data does not hold. Ids come from the leaf hash, so that every export of a record gives
the same resource. Without an `Answered` nothing of a patient is told but the pseudonym.
"""

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from pactolus_adapters.fhir.audit_parts import (
    agent_type,
    application_server,
    entity,
    named_client,
    request_id_entity,
    resource_entity,
)
from pactolus_adapters.fhir.canonical import canonical
from pactolus_adapters.fhir.exact_json import Node, Tree, encode, without_empties
from pactolus_adapters.fhir.log_events import LOG_EVENTS
from pactolus_adapters.fhir.write_care_plan import has_care_plan
from pactolus_adapters.fhir.write_context import care_plan_id, guidance_response_id, id_of_log_resource
from pactolus_adapters.fhir.write_provenance import assembled, pack_of
from pactolus_adapters.fhir.write_references import decision_references, named_reference
from pactolus_engine.decision import Decision

__all__ = ["LogRecord", "export_notice", "log_audit_event", "log_provenance"]

_SHA_256: Final = re.compile("[0-9a-f]{64}")
_PERMANENT_ERASURE: Final[Tree] = {
    "system": "http://terminology.hl7.org/CodeSystem/dicom-audit-lifecycle",
    "code": "15",
    "display": "Permanent erasure / Physical destruction",
}


@dataclass(frozen=True, slots=True)
class LogRecord:
    """What is told of a record; empty where it is not known, as after an erasure.

    `recorded` and `instant`: RFC 3339. `client`: its name, else its pseudonym. `erased_by`: the record that
    erased this one. `problem`: what is wrong with the record in the log. `decision`: with patient data, of an evaluation that can be read.
    """

    origin: str
    index: int
    leaf_hash: bytes
    event: str
    outcome: str
    recorded: str
    instant: str
    client: str
    tenant: str
    request_id: str
    patient_pseudonym: str
    pack_id: str
    pack_version: str
    pack_digest: str
    software_version: str
    about: str = ""
    erased_by: int | None = None
    problem: str = ""
    decision: Decision | None = None


def log_audit_event(record: LogRecord, local_base: str) -> bytes:
    """The AuditEvent of a record, UTF-8 JSON. `local_base`: that of the site's code systems."""
    return encode(without_empties(_audit_event(record, "audit-event", _entities(record, local_base))))


def export_notice(record: LogRecord, local_base: str, contents: tuple[tuple[str, str], ...]) -> bytes:
    """The AuditEvent that opens an export: that of its own record, and named texts on what follows."""
    said = entity(
        _own_reference(record, local_base),
        ("2", "System Object"),
        ("3", "Report"),
        *contents,
        *_marks(record),
    )
    return encode(without_empties(_audit_event(record, "export-notice", [said])))


def log_provenance(record: LogRecord, local_base: str) -> bytes:
    """The Provenance of the decision in a record, UTF-8 JSON."""
    decision, pack = record.decision, _pack(record, local_base)
    sources = decision_references(decision) if decision else []
    organisation = record.tenant or record.client
    return encode(
        without_empties(
            {
                "resourceType": "Provenance",
                "id": id_of_log_resource(record.leaf_hash, "provenance"),
                "target": _targets(record, local_base),
                "occurredDateTime": record.instant,
                "recorded": record.recorded,
                "policy": _policy(record.pack_digest),
                **assembled(_device(record), organisation),
                "entity": [{"role": "source", "what": what} for what in [*sources, *pack]],
            }
        )
    )


def _audit_event(record: LogRecord, role: str, entities: list[Node]) -> Tree:
    form = LOG_EVENTS[record.event]
    return {
        "resourceType": "AuditEvent",
        "id": id_of_log_resource(record.leaf_hash, role),
        **form.elements(),
        "recorded": record.recorded,
        "outcome": form.outcome,
        "outcomeDesc": record.outcome or record.event,
        "agent": [
            {
                "type": agent_type("110153", "Source Role ID"),
                "who": named_client(record.client),
                "requestor": True,
            },
            {
                "type": agent_type("110152", "Destination Role ID"),
                "who": _device(record),
                "requestor": False,
            },
        ],
        "source": application_server(record.tenant, _device(record)),
        "entity": entities,
    }


def _device(record: LogRecord) -> Tree:
    """The service by the name of its log, which is all that a record says of it."""
    name = f"Pactolus {record.software_version}".strip()
    return {"type": "Device", "identifier": {"value": record.origin}, "display": name}


def _entities(record: LogRecord, local_base: str) -> list[Node]:
    own: Tree = entity(
        _own_reference(record, local_base),
        ("2", "System Object"),
        ("13", "Security Resource"),
        *_marks(record),
    )
    if record.erased_by is not None:
        own["lifecycle"] = _PERMANENT_ERASURE
    about = [resource_entity(_log_reference(record.origin, record.about, local_base))] if record.about else []
    pack = [resource_entity(one, ("sha-256", record.pack_digest)) for one in _pack(record, local_base)]
    request = request_id_entity(record.request_id)
    return [own, *about, *_patient(record, local_base), *_answered(record), *pack, *request]


def _marks(record: LogRecord) -> tuple[tuple[str, str], ...]:
    erased_by = "" if record.erased_by is None else str(record.erased_by)
    told = (
        ("index", str(record.index)),
        ("leaf-hash", record.leaf_hash.hex()),
        ("erased-by", erased_by),
        ("problem", record.problem),
    )
    return tuple((name, text) for name, text in told if text)


def _own_reference(record: LogRecord, local_base: str) -> Tree:
    return _log_reference(record.origin, str(record.index), local_base)


def _log_reference(origin: str, index: str, local_base: str) -> Tree:
    system = canonical(local_base, "NamingSystem", "audit-record")
    return {"identifier": {"system": system, "value": f"{origin}/{index}"}}


def _patient(record: LogRecord, local_base: str) -> list[Node]:
    """The patient by pseudonym, and where patient data is told also as the request named them."""
    if not record.patient_pseudonym:
        return []
    system = canonical(local_base, "NamingSystem", "patient-pseudonym")
    pseudonym: Tree = {"identifier": {"system": system, "value": record.patient_pseudonym}, "type": "Patient"}
    found: list[Node] = [entity(pseudonym, ("1", "Person"), ("1", "Patient"))]
    if record.decision is not None and record.decision.patient.strip():
        named: Tree = {**named_reference(record.decision.patient), "type": "Patient"}
        found.append(entity(named, ("1", "Person"), ("1", "Patient")))
    return found


def _answered(record: LogRecord) -> list[Node]:
    decision = record.decision
    if decision is None:
        return []
    inputs = [resource_entity(what) for what in decision_references(decision)]
    answers = [resource_entity(what, ("decision-id", decision.decision_id)) for what in _answers(decision)]
    return [*inputs, *answers]


def _pack(record: LogRecord, local_base: str) -> list[Tree]:
    if not record.pack_id:
        return []
    versioned = f"{canonical(local_base, 'PlanDefinition', record.pack_id)}|{record.pack_version}"
    return [pack_of(versioned, record.pack_digest)]


def _targets(record: LogRecord, local_base: str) -> list[Node]:
    """What was answered; without patient data the record that holds it, since a decision's id tells of it."""
    if record.decision is not None:
        return _answers(record.decision)
    known: Tree = {"type": "CarePlan"} if record.outcome in {"OFFER", "NEED_DATA"} else {}
    return [{**_own_reference(record, local_base), **known}]


def _answers(decision: Decision) -> list[Node]:
    """The resource that tells the decision, and that of the one that takes the place of an earlier one."""
    if has_care_plan(decision):
        kind, name = "CarePlan", care_plan_id(decision.decision_id)
    else:
        kind, name = "GuidanceResponse", guidance_response_id(decision.decision_id)
    later = [] if decision.replacement is None else _answers(decision.replacement)
    return [{"reference": f"urn:uuid:{name}", "type": kind}, *later]


def _policy(digest: str) -> list[str]:
    """The digest of the pack as a named information URI (RFC 6920); nothing where there is none."""
    if not _SHA_256.fullmatch(digest):
        return []
    return [f"ni:///sha-256;{urlsafe_b64encode(bytes.fromhex(digest)).decode().rstrip('=')}"]
