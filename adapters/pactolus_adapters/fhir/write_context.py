"""What every part of the FHIR writer shares: the input, the ids, the names of systems.

Ids are UUIDs of version 5 (RFC 9562) of the decision id and the role of a resource in the Bundle,
so that the same decision is written with the same ids on any machine. The three resources that tell
of the request (Bundle, Provenance, AuditEvent) take the envelope into their ids as well.
"""

from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from pactolus_adapters.fhir.canonical import canonical
from pactolus_adapters.fhir.codes import LOCAL, local_system
from pactolus_adapters.fhir.envelope import Envelope
from pactolus_adapters.fhir.exact_json import Tree
from pactolus_engine.decision import Decision
from pactolus_engine.facts import FactSet
from pactolus_engine.pack.model import Coding, Pack

__all__ = [
    "CARE_PLAN",
    "DEVICE",
    "GUIDANCE_RESPONSE",
    "REQUEST_GROUP",
    "Context",
    "care_plan_id",
    "guidance_response_id",
    "id_of_log_resource",
]

CARE_PLAN = "care-plan"
REQUEST_GROUP = "request-group"
GUIDANCE_RESPONSE = "guidance-response"
DEVICE = "device"

_NAMESPACE = UUID("6d4f8e0a-3a67-5c1e-9b52-0f6f2f7c9a41")


def care_plan_id(decision_id: str) -> str:
    """The id of the CarePlan that tells the decision of this id."""
    return _uuid(decision_id, CARE_PLAN)


def guidance_response_id(decision_id: str) -> str:
    """The id of the GuidanceResponse that tells the decision of this id."""
    return _uuid(decision_id, GUIDANCE_RESPONSE)


def id_of_log_resource(leaf_hash: bytes, role: str) -> str:
    """The id of a resource that tells of a record of the log: from its leaf hash alone."""
    return _uuid(leaf_hash.hex(), role)


@dataclass(frozen=True, slots=True)
class Context:
    """One call of the writer; `local_base` is where the site's code systems live."""

    decision: Decision
    pack: Pack
    facts: FactSet
    envelope: Envelope
    local_base: str
    engine_version: str

    def of(self, decision: Decision) -> "Context":
        """The same call for another decision, such as the one that replaces."""
        return replace(self, decision=decision)

    def id_of(self, role: str) -> str:
        """The id of the generated resource with this role, from the decision alone."""
        return _uuid(self.decision.decision_id, role)

    def id_of_request(self, role: str) -> str:
        """The id of a resource that tells of this very request."""
        asked = self.envelope
        return _uuid(self.decision.decision_id, role, asked.tenant, asked.client, asked.request_id)

    def link(self, role: str) -> Tree:
        """A reference to the generated resource with this role."""
        return {"reference": f"urn:uuid:{self.id_of(role)}"}

    @property
    def canonical(self) -> str:
        """The pack and its version as a FHIR canonical."""
        pack = self.decision.pack
        return f"{canonical(self.local_base, 'PlanDefinition', pack.id)}|{pack.version}"

    @property
    def decision_identifier(self) -> Tree:
        """The id of the decision as a FHIR Identifier."""
        system = canonical(self.local_base, "NamingSystem", "decision-id")
        return {"system": system, "value": self.decision.decision_id}

    def local_system(self, name: str) -> str:
        """The code system of this name at the site's base."""
        return local_system(f"{LOCAL}{name}", self.local_base)

    def coding(self, coding: Coding) -> Tree:
        """A code of the pack as a FHIR Coding, its `local:` system spelled out."""
        system = local_system(coding.system, self.local_base)
        return {"system": system, "code": coding.code, "display": coding.display}

    def pack_coding(self, kind: str, code: str) -> Tree:
        """A rule or option of the pack as a Coding: its ids are a code system of that pack version."""
        pack = self.decision.pack
        return {"system": self.local_system(f"{pack.id}-{kind}"), "version": pack.version, "code": code}


def _uuid(*parts: str) -> str:
    # Lengths keep ("ab", "c") apart from ("a", "bc").
    return str(uuid5(_NAMESPACE, "".join(f"{len(part)}:{part}" for part in parts)))
