"""Who the request is about, and which resources speak of somebody else.

The patient is the one asked for, else the only Patient sent, else the one subject that all
resources name. A subject is compared by the resource it resolves to, by reference, and by
identifier; a subject that names nobody (only a display, an unknown contained Patient) is somebody
else, because a mistaken identity harms and a refusal does not.
"""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from pactolus_adapters.fhir.references import References, unversioned
from pactolus_adapters.fhir.resource import Resource, objects, text
from pactolus_adapters.fhir.violations import Violations
from pactolus_adapters.fhir.withdrawal import is_withdrawn
from pactolus_engine.facts import PatientIdentity

__all__ = ["Patient", "find_patient"]

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_REFERENCE = re.compile(r"Patient/[A-Za-z0-9\-.]{1,64}|https?://\S+|urn:(?:uuid|oid):\S+")


@dataclass(frozen=True, slots=True)
class Patient:
    """The patient of the request: every name that means this patient, and the resource if sent."""

    identity: PatientIdentity
    names: frozenset[str]
    resource: Resource | None
    references: References

    def is_meant_by(self, subject: Any, holder: Resource) -> bool:
        """Whether a subject element means this patient; one that is not given does."""
        if subject is None:
            return True
        is_named = bool(self.names & _names(subject, holder, self.references))
        return is_named and not self._is_denied_by(subject)

    def _is_denied_by(self, subject: Any) -> bool:
        """Whether an identifier beside the reference differs from every one of its system."""
        identifier = subject.get("identifier") if isinstance(subject, dict) else None
        written, system = _identifier(identifier), text(identifier, "system")
        of_system = {name for name in self.names if name.startswith(f"{system}|")}
        return bool(written and of_system) and written not in of_system

    @property
    def is_replaced(self) -> bool:
        """The Patient resource says that another one replaces it (a merged record)."""
        links = objects(self.resource.body, "link") if self.resource else []
        return any(text(link, "type") == "replaced-by" for link in links)


def find_patient(
    resources: Sequence[Resource], references: References, asked: str, found: Violations
) -> Patient:
    """The patient of the request; a violation when several could be meant and nobody said which."""
    patients = sorted((one for one in resources if one.type == "Patient"), key=lambda one: one.reference)
    if asked:
        return _asked_for(asked, patients, references, found)
    if len(patients) > 1:
        found.add("patient", "several Patient resources were sent; say here which one is meant")
    if patients:
        return _of_resource(patients[0], references)
    return _of_subjects(resources, references)


def _asked_for(asked: str, patients: list[Resource], references: References, found: Violations) -> Patient:
    """A reference, an id of a Patient, or an identifier written `system|value`."""
    if "|" in asked:
        fitting = [one for one in patients if asked in _identifiers(one)]
        if len(fitting) > 1:
            found.add("patient", "is an identifier that several of the Patient resources carry")
        return _asked_identity(asked, asked, fitting[0] if fitting else None, references)
    written = references.plain(f"Patient/{asked}" if _ID.fullmatch(asked) else asked)
    if not _REFERENCE.fullmatch(written):
        found.add("patient", "is neither `Patient/id`, a URL, an id, nor an identifier `system|value`")
    sent = references.named(written)
    if sent is not None and sent.type != "Patient":
        found.add("patient", "refers to a resource that is no Patient")
    return _asked_identity(written, written, sent, references)


def _asked_identity(key: str, name: str, sent: Resource | None, references: References) -> Patient:
    names = {name} | (_resource_names(sent, references) if sent else set())
    reference = sent.reference if sent else ("" if "|" in name else name)
    return _patient(key, reference, names, sent, references)


def _of_resource(patient: Resource, references: References) -> Patient:
    identifiers = _identifiers(patient)
    key = identifiers[0] if identifiers else patient.reference
    names = _resource_names(patient, references)
    return _patient(key, patient.reference, names, patient, references)


def _of_subjects(resources: Sequence[Resource], references: References) -> Patient:
    """The subject that all resources have in common; subjects that differ leave nobody.

    A withdrawn resource is asked only when no other names a subject: who is told of a withdrawal must
    be found, but a resource may have been withdrawn because it named the wrong patient.
    """
    speaking = [one for one in resources if "subject" in one.body]
    standing = [one for one in speaking if not is_withdrawn(one)]
    named = [_names(one.body["subject"], one, references) for one in standing or speaking]
    common = frozenset.intersection(*map(frozenset, named)) if named else frozenset()
    references_only = sorted(name for name in common if "|" not in name)
    key = (references_only or sorted(common) or [""])[0]
    reference = references_only[0] if references_only else ""
    return _patient(key, reference, common, None, references)


def _patient(
    key: str, reference: str, names: AbstractSet[str], sent: Resource | None, references: References
) -> Patient:
    addresses = {address for name in names for address in references.addresses(name)}
    identity = PatientIdentity(key, reference, tuple(sorted({*names, *addresses, key} - {""})))
    return Patient(identity, frozenset(names), sent, references)


def _names(subject: Any, holder: Resource, references: References) -> set[str]:
    """Everything a subject element says about who it is."""
    sent = references.resolve(subject, holder)
    if sent is not None:
        return set(_identifiers(sent)) if sent.within else _resource_names(sent, references)
    written = text(subject, "reference")
    names = {_identifier(subject.get("identifier"))} if isinstance(subject, dict) else set()
    return (names | {"" if written.startswith("#") else references.plain_subject(written, holder)}) - {""}


def _resource_names(patient: Resource, references: References) -> set[str]:
    """A urn is left out: it holds within its Bundle, and another Bundle may use it for another."""
    url = unversioned(patient.full_url)
    address = {url} if url.startswith(("http://", "https://")) else set()
    return {references.name_of(patient), *address, *_identifiers(patient)}


def _identifiers(patient: Resource) -> list[str]:
    written = (_identifier(one) for one in objects(patient.body, "identifier"))
    return [one for one in written if one]


def _identifier(identifier: Any) -> str:
    system, value = text(identifier, "system"), text(identifier, "value")
    return f"{system}|{value}" if system and value else ""
