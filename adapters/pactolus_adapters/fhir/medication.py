"""Reads which drug a MedicationAdministration or MedicationStatement says was given, when, and if it was stopped."""

from typing import Any

from pactolus_adapters.fhir.resource import Resource
from pactolus_adapters.fhir.times import timed
from pactolus_adapters.fhir.words import BOTH, Reader, Word, boolean, coded
from pactolus_engine.pack.model import Fact
from pactolus_engine.values import Codes, Members

__all__ = ["medication_concept", "read_medication"]

_NOT_GIVEN = frozenset({"not-done", "not-taken"})
_PERHAPS_GIVEN = frozenset({"intended", "on-hold", "unknown"})


def medication_concept(reader: Reader, resource: Resource) -> Any:
    """The CodeableConcept of the drug: in the resource, or in the Medication it refers to."""
    if "medicationCodeableConcept" in resource.body:
        return resource.body["medicationCodeableConcept"]
    sent = reader.references.resolve(resource.body.get("medicationReference"), resource)
    is_valid = sent is not None and sent.type == "Medication" and sent.status != "entered-in-error"
    return sent.body.get("code") if sent is not None and is_valid else None


def read_medication(reader: Reader, fact: Fact, resource: Resource) -> list[Word]:
    """One member of the set of drugs, that it was given, that it was stopped, or the time it was given."""
    if resource.status in _NOT_GIVEN:
        return reader.pass_over(resource, "the drug was not given", "status")
    match fact.binding.element if fact.binding else "":
        case "drug":
            return _drug(reader, fact, resource)
        case "presence":
            return [_presence(resource)]
        case "stopped":
            return [_stopped(resource)]
        case "effective":
            return timed(resource, "effective")
        case _:
            return []


def _presence(resource: Resource) -> Word:
    """Whether the drug was given; open when the status does not say."""
    value = BOTH if resource.status in _PERHAPS_GIVEN else boolean(True)
    return Word(resource.source("status"), value, shown=resource.status)


def _stopped(resource: Resource) -> Word:
    """Whether the drug was stopped before its time; a pause, or a plan, is no stop."""
    value = BOTH if resource.status == "unknown" else boolean(resource.status == "stopped")
    return Word(resource.source("status"), value, shown=resource.status)


def _drug(reader: Reader, fact: Fact, resource: Resource) -> list[Word]:
    word = coded(reader, fact, medication_concept(reader, resource), resource.source("medication"))
    if word is None:
        return reader.pass_over(resource, "the drug is in no code set of the pack", "medication")
    if not isinstance(word.value, Codes):
        return [word]
    drug = word.value.possible
    is_perhaps = resource.status in _PERHAPS_GIVEN
    members = Members(frozenset(), drug) if is_perhaps else Members(drug)
    note = "the record does not say that it was given" if is_perhaps else ""
    return [Word(word.source, members, shown=word.shown, note=note)]
