"""Sorts out the resources about somebody else: they are named, and nothing of them is read."""

from collections.abc import Iterator, Sequence
from typing import Any

from pactolus_adapters.fhir.resource import Resource, objects
from pactolus_adapters.fhir.withdrawal import is_withdrawn
from pactolus_adapters.fhir.words import Reader, boolean
from pactolus_engine.facts import Reading, Source
from pactolus_engine.pack.model import Fact

__all__ = ["sort_out_others"]

_SOMEBODY_ELSE = "the subject is not the patient of this request"
_REPLACED = "the record of the patient says that another record replaces it"


def sort_out_others(reader: Reader, resources: Sequence[Resource]) -> tuple[list[Resource], list[Reading]]:
    """The resources about the patient, and a reading of each mismatch fact for each of the others."""
    own: list[Resource] = []
    readings: list[Reading] = []
    for resource in resources:
        places = list(_mismatches(reader, resource))
        whole = [path for path, _ in _subjects(resource) if resource.source(path) in places]
        if whole:
            reader.pass_over(resource, _SOMEBODY_ELSE, whole[0])
        else:
            own.append(resource)
        if not is_withdrawn(resource):
            readings += _mismatch_readings(reader, resource, places, _SOMEBODY_ELSE)
    return own, readings + _replaced(reader)


def _mismatches(reader: Reader, resource: Resource) -> Iterator[Source]:
    """The subjects, of the resource and of Specimens in it, that are not the patient."""
    for path, subject in _subjects(resource):
        if not reader.patient.is_meant_by(subject, resource):
            yield resource.source(path)
    for inner in resource.contained().values():
        is_specimen = inner.type == "Specimen"
        if is_specimen and not reader.patient.is_meant_by(inner.body.get("subject"), resource):
            yield inner.source("subject")


def _subjects(resource: Resource) -> list[tuple[str, Any]]:
    """What the whole resource is about: its subject, and the focus that an Observation may have instead."""
    focus = objects(resource.body, "focus") if resource.type == "Observation" else []
    return [
        ("subject", resource.body.get("subject")),
        *((f"focus[{position}]", one) for position, one in enumerate(focus)),
    ]


def _mismatch_readings(reader: Reader, resource: Resource, places: list[Source], note: str) -> list[Reading]:
    return [
        Reading(fact.id, place, resource.reference, boolean(True), shown="true", note=note)
        for fact in _facts(reader)
        if _is_bound(reader, fact, resource)
        for place in places
    ]


def _facts(reader: Reader) -> list[Fact]:
    return [
        fact
        for fact in reader.pack.facts.values()
        if fact.binding and fact.binding.element == "subject-mismatch"
    ]


def _is_bound(reader: Reader, fact: Fact, resource: Resource) -> bool:
    binding = fact.binding
    if binding is None or resource.type not in binding.resources:
        return False
    return not binding.codes or bool(
        frozenset(binding.codes) & reader.book.sets_of(resource.body.get("code"))
    )


def _replaced(reader: Reader) -> list[Reading]:
    """A merged record: the data may be of one patient and the identity of another."""
    patient = reader.patient.resource
    if patient is None or not reader.patient.is_replaced:
        return []
    source = patient.source("link")
    return [
        Reading(fact.id, source, patient.reference, boolean(True), shown="true", note=_REPLACED)
        for fact in _facts(reader)
    ]
