"""Who made the Bundle and from what: the Device and the Provenance (FHIR R4).

The device assembled it on behalf of the organisation that asked. Sources are named by version, the
pack by its canonical and digest. Both instants are the evaluation instant: the writer has no clock,
and when the record was stored is the audit log's to say.
"""

from collections.abc import Iterable

from pactolus_adapters.fhir.exact_json import Node, Tree
from pactolus_adapters.fhir.write_context import DEVICE, Context
from pactolus_adapters.fhir.write_references import used_references

__all__ = ["assembled", "device", "pack_of", "pack_reference", "provenance"]


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
    return {
        "resourceType": "Provenance",
        "id": context.id_of_request("provenance"),
        "target": [{"reference": f"urn:uuid:{target}"} for target in targets],
        "occurredDateTime": decision.evaluation_time,
        "recorded": decision.evaluation_time,
        **assembled(context.link(DEVICE), organisation),
        "entity": _entities(context),
    }


def assembled(device_: Tree, organisation: str) -> Tree:
    """That the device made it by putting together, on behalf of the organisation."""
    return {
        "activity": {"coding": [_term("v3-DataOperation", "CREATE")]},
        "agent": [
            {
                "type": {"coding": [_term("provenance-participant-type", "assembler")]},
                "who": device_,
                "onBehalfOf": {"identifier": {"value": organisation}},
            }
        ],
    }


def pack_reference(context: Context) -> Tree:
    """The pack of the decision, as `pack_of`."""
    return pack_of(context.canonical, context.decision.pack.digest)


def pack_of(versioned: str, digest: str) -> Tree:
    """A pack as a logical reference: canonical and version identify it, the display is its digest."""
    return {
        "type": "PlanDefinition",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": versioned},
        "display": f"SHA-256 {digest}",
    }


def _entities(context: Context) -> list[Node]:
    sources = [*used_references(context), pack_reference(context)]
    return [{"role": "source", "what": what} for what in sources]


def _term(system: str, code: str) -> Tree:
    return {"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}
