"""Binds resources to the facts of a pack: each resource, each fact, the readings they make.

A resource speaks of a fact when its type is one that the binding names and its code falls in one
of the code sets; a fact `of` another is read from the very resource that carries the other, under
the same origin. What is withdrawn, or is about somebody else, is traced and never read.
"""

from collections.abc import Sequence

from pactolus_adapters.fhir.codes import has_wrong_check_digit
from pactolus_adapters.fhir.dates import days_of
from pactolus_adapters.fhir.history import read_condition, read_patient, read_procedure
from pactolus_adapters.fhir.medication import medication_concept, read_medication
from pactolus_adapters.fhir.modifiers import MODIFIED, has_modifier
from pactolus_adapters.fhir.observation import read_observation, sampled, standing_of
from pactolus_adapters.fhir.resource import Resource, text
from pactolus_adapters.fhir.times import dated
from pactolus_adapters.fhir.withdrawal import withdrawal
from pactolus_adapters.fhir.words import Reader, Word
from pactolus_engine.facts import Reading, Standing, Withdrawn
from pactolus_engine.pack.model import Binding, Fact, Pack
from pactolus_engine.values import Interval

__all__ = ["bind"]

_NO_SET = "its code is in no code set that the pack reads from this type"
_MISSPELT = "; the check digit of the LOINC number is wrong"
_SPEAK_THROUGH_OTHERS = frozenset({"Medication", "Patient", "Specimen"})
_TIMES = {
    "MedicationAdministration": "effective",
    "MedicationStatement": "effective",
    "Observation": "effective",
    "Procedure": "performed",
}


def bind(reader: Reader, resources: Sequence[Resource]) -> list[Reading]:
    """Every reading of every fact; what gives none is traced in `reader.passed_over`."""
    readings: list[Reading] = []
    facts = [(fact, root) for fact in reader.pack.facts.values() if (root := _root(reader.pack, fact))]
    for resource in resources:
        if status := withdrawal(resource):
            reader.withdrawn.append(Withdrawn(resource.source(), status))
            reader.pass_over(resource, "it was withdrawn: entered in error, or cancelled")
        elif resource.type == "Patient" and resource is not reader.patient.resource:
            reader.pass_over(resource, "it is not the patient of this request")
        else:
            readings += _of_resource(reader, facts, resource)
    return readings


def _of_resource(reader: Reader, facts: Sequence[tuple[Fact, Fact]], resource: Resource) -> list[Reading]:
    """The readings of one resource. `facts`: each with the fact that names its resource."""
    made: list[Reading] = []
    is_spoken_of = False
    is_modified = has_modifier(resource.body)
    # Once for every fact that names the resource, not once more for each of its members.
    days, sets = dict[str, Interval | None](), dict[str, frozenset[str] | None]()
    for fact, root in facts:
        if root.id not in sets:
            sets[root.id] = _code_sets(reader, root, resource)
        code_sets = sets[root.id]
        if fact.binding is None or code_sets is None:
            continue
        is_spoken_of = True
        words = _read(reader, fact, resource, code_sets)
        if words and root.id not in days:
            days[root.id] = _dated(reader, root, resource)
        made += [_reading(fact, resource, word, days[root.id], is_modified) for word in words]
    if not is_spoken_of and resource.type not in _SPEAK_THROUGH_OTHERS:
        is_misspelt = has_wrong_check_digit(resource.body.get("code"))
        reader.pass_over(resource, _NO_SET + (_MISSPELT if is_misspelt else ""))
    return made


def _root(pack: Pack, fact: Fact) -> Fact | None:
    """The fact that names the resource: the fact itself, or the one it is `of`."""
    seen = {fact.id}
    while fact.of:
        if fact.of in seen or fact.of not in pack.facts:
            return None
        fact = pack.facts[fact.of]
        seen.add(fact.id)
    return fact


def _code_sets(reader: Reader, root: Fact, resource: Resource) -> frozenset[str] | None:
    """The code sets of the fact that the resource's code falls in; None when it carries another fact."""
    binding = root.binding
    if binding is None or resource.type not in binding.resources or _is_about_subject(binding):
        return None
    names = frozenset(binding.codes)
    if resource.type == "Patient":
        return names
    if resource.type.startswith("Medication"):
        names = names or frozenset(binding.values.values())
        concept = medication_concept(reader, resource)
    else:
        concept = resource.body.get("code")
    return (names & reader.book.sets_of(concept)) or None


def _is_about_subject(binding: Binding) -> bool:
    return binding.element == "subject-mismatch"


def _read(reader: Reader, fact: Fact, resource: Resource, code_sets: frozenset[str]) -> list[Word]:
    match resource.type:
        case "Observation":
            return read_observation(reader, fact, resource, code_sets)
        case "Condition":
            return read_condition(reader, fact, resource, code_sets)
        case "Procedure":
            return read_procedure(reader, fact, resource, code_sets)
        case "MedicationAdministration" | "MedicationStatement":
            return read_medication(reader, fact, resource)
        case "Patient":
            return read_patient(fact, resource)
        case _:
            return []


def _dated(reader: Reader, root: Fact, resource: Resource) -> Interval | None:
    """When what the resource says was so; a fact read from a sample is dated by the sample."""
    if root.binding and root.binding.element == "clone-fraction":
        return sampled(reader, resource)
    if element := _TIMES.get(resource.type):
        return dated(resource.body, element)
    if resource.type == "Condition":
        return dated(resource.body, "onset") or days_of(text(resource.body, "recordedDate"))
    return None


def _reading(fact: Fact, resource: Resource, word: Word, days: Interval | None, is_modified: bool) -> Reading:
    value, standing, note = word.value, word.standing, word.note
    if is_modified:
        value, standing, note = None, Standing.UNREADABLE, MODIFIED
    elif resource.type == "Observation" and standing_of(resource) is Standing.NOT_FINAL:
        standing = Standing.NOT_FINAL
    return Reading(
        fact=fact.id,
        source=word.source,
        origin=resource.reference,
        value=value,
        standing=standing,
        shown=word.shown,
        note=note,
        dated=days,
    )
