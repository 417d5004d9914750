"""Who made the Bundle and from what: the Device and the Provenance (FHIR R4).

The device assembled it on behalf of the organisation that asked. Sources are named by version, the
pack by its canonical and digest. Both instants are the evaluation instant: the writer has no clock,
and when the record was stored is the audit log's to say.
"""

from collections.abc import Iterable

from pactolus_adapters.fhir.exact_json import Node, Tree
from pactolus_adapters.fhir.write_context import DEVICE, Context
from pactolus_adapters.fhir.write_references import used_references

__all__ = ["device", "pack_reference", "provenance"]


def device(context: Context) -> Tree:
    """The engine, by name and version."""
    return {
        "resourceType": "Device",
        "id": context.id_of(DEVICE),
        "status": "active",
        "deviceName": [{"name": "Pactolus", "type": "user-friendly-name"}],
        "type": {"text": "rule-based clinical decision support software"},
        "version": [{"type": {"text": "software"}, "value": context.engine_version}],
    }


def provenance(context: Context, targets: Iterable[str]) -> Tree:
    """The origin of the resources with these ids."""
    decision = context.decision
    organisation = context.envelope.tenant or context.envelope.client
    agent: Tree = {
        "type": {"coding": [_term("provenance-participant-type", "assembler")]},
        "who": context.link(DEVICE),
        "onBehalfOf": {"identifier": {"value": organisation}},
    }
    return {
        "resourceType": "Provenance",
        "id": context.id_of_request("provenance"),
        "target": [{"reference": f"urn:uuid:{target}"} for target in targets],
        "occurredDateTime": decision.evaluation_time,
        "recorded": decision.evaluation_time,
        "activity": {"coding": [_term("v3-DataOperation", "CREATE")]},
        "agent": [agent],
        "entity": _entities(context),
    }


def pack_reference(context: Context) -> Tree:
    """The pack as a logical reference: canonical and version identify it, the display is its digest."""
    return {
        "type": "PlanDefinition",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": context.canonical},
        "display": f"SHA-256 {context.decision.pack.digest}",
    }


def _entities(context: Context) -> list[Node]:
    sources = [*used_references(context), pack_reference(context)]
    return [{"role": "source", "what": what} for what in sources]


def _term(system: str, code: str) -> Tree:
    return {"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}
