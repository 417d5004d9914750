"""What every exported resource shares: addresses, names, status, the sources, the texts that qualify it.

Source: FHIR R4 PlanDefinition, ActivityDefinition, Library (the elements of MetadataResource).
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from pactolus_adapters.fhir.canonical import canonical
from pactolus_adapters.fhir.codes import LOCAL, local_system
from pactolus_adapters.fhir.exact_json import Node, Tree
from pactolus_adapters.fhir.write_requests import documentation
from pactolus_adapters.fhir.write_sentences import NO_DOSE, SUGGESTION, approval
from pactolus_engine.pack.approval import Approval
from pactolus_engine.pack.model import Coding, Pack
from pactolus_engine.pack.sign_off import pack_sign_off
from pactolus_engine.unsigned import approver

__all__ = ["Terms", "metadata", "resource_id"]

_LONGEST_ID = 64
_TAIL = 12


def resource_id(*parts: str) -> str:
    """An id for an artifact of the pack; one that is too long for FHIR ends in a digest instead."""
    whole = "-".join(parts)
    if len(whole) <= _LONGEST_ID:
        return whole
    return f"{whole[: _LONGEST_ID - _TAIL - 1]}-{sha256(whole.encode()).hexdigest()[:_TAIL]}"


@dataclass(frozen=True, slots=True)
class Terms:
    """One export: the pack, and `local_base`, where the site's code systems stand."""

    pack: Pack
    local_base: str

    def url(self, kind: str, name: str) -> str:
        """The address of an artifact, without a version."""
        return canonical(self.local_base, kind, name)

    def versioned(self, kind: str, name: str) -> str:
        """The address with the version of the pack, as others refer to it."""
        return f"{self.url(kind, name)}|{self.pack.version}"

    @property
    def approvals(self) -> tuple[Approval, ...]:
        """Who has signed the pack as it is now, oldest first."""
        return pack_sign_off(self.pack).standing

    @property
    def usage(self) -> str:
        """How the artifact may be used, and how not."""
        language = (
            f"Conditions are rules of the Pactolus rule language, version {self.pack.language}, and are evaluated "
            "by Pactolus; they are not CQL or FHIRPath. What is not known is never taken for false."
        )
        return " ".join((SUGGESTION, NO_DOSE, approval(self.pack), language))

    def citations(self, names: tuple[str, ...]) -> list[Node]:
        """The sources of these ids."""
        return [documentation(self.pack.evidence[name]) for name in names if name in self.pack.evidence]

    def concept(self, coding: Coding | None, text: str) -> Tree:
        """A CodeableConcept of the pack."""
        if coding is None:
            return {"text": text}
        system = local_system(coding.system, self.local_base)
        return {"coding": [{"system": system, "code": coding.code, "display": coding.display}], "text": text}

    def pack_concept(self, kind: str, code: str, text: str) -> Tree:
        """A rule or option of the pack, in the code system that decisions name it in."""
        system = local_system(f"{LOCAL}{self.pack.id}-{kind}", self.local_base)
        return {"coding": [{"system": system, "version": self.pack.version, "code": code}], "text": text}


def metadata(terms: Terms, kind: str, name: str, title: str, description: str) -> Tree:
    """The elements that PlanDefinition, ActivityDefinition and Library have in common, in R4's order."""
    pack, approvals = terms.pack, terms.approvals
    return {
        "resourceType": kind,
        "id": name,
        "url": terms.url(kind, name),
        "version": pack.version,
        "name": _computable(name),
        "title": title,
        "status": "active" if approvals else "draft",
        "experimental": not approvals,
        "date": pack.evidence_as_of.isoformat(),
        "publisher": pack.developer,
        "description": description,
        "usage": terms.usage,
        "approvalDate": approvals[0].on.isoformat() if approvals else None,
        "lastReviewDate": approvals[-1].on.isoformat() if approvals else None,
        "effectivePeriod": {"end": pack.review_by.isoformat()},
        "author": [{"name": pack.developer}] if pack.developer else None,
        "endorser": [{"name": approver(one)} for one in approvals],
    }


def _computable(name: str) -> str:
    """The id as a name for programs: `[A-Z]([A-Za-z0-9_]){0,254}`."""
    return "".join(word.capitalize() for word in re.split("[^a-z0-9]+", name))
