"""Reads the elements of an Observation: value, components, time, method, interpretation, specimen."""

from pactolus_adapters.fhir.clone_fraction import read_clone_fraction
from pactolus_adapters.fhir.modifiers import MODIFIED, has_modifier
from pactolus_adapters.fhir.reference_limit import read_ratio
from pactolus_adapters.fhir.resource import Json, Resource, objects
from pactolus_adapters.fhir.times import date_word, time_key, timed
from pactolus_adapters.fhir.values import read_value
from pactolus_adapters.fhir.words import Reader, Word, boolean, coded, unreadable
from pactolus_engine.facts import Standing
from pactolus_engine.pack.model import Fact
from pactolus_engine.values import Codes, Interval

__all__ = ["read_observation", "sampled", "standing_of"]

_FLOW = frozenset({"ngf", "mfc"})
"""The assays (values of the `method` element) whose LOD follows from the cells counted."""

_STANDINGS = {
    "final": Standing.FINAL,
    "amended": Standing.FINAL,
    "corrected": Standing.FINAL,
    "registered": Standing.NOT_FINAL,
    "preliminary": Standing.NOT_FINAL,
    "unknown": Standing.NOT_FINAL,
}


def standing_of(resource: Resource) -> Standing | None:
    """How far an Observation of its status can be relied on; None when it was withdrawn."""
    return _STANDINGS.get(resource.status)


def read_observation(reader: Reader, fact: Fact, resource: Resource, code_sets: frozenset[str]) -> list[Word]:
    """The words of one Observation on one fact; `code_sets` are those its code falls in."""
    element = fact.binding.element if fact.binding else ""
    match element:
        case "value" | "ratio-to-upper-limit" | "ratio-to-lower-limit":
            return [_value(reader, fact, resource, element)]
        case "clone-fraction":
            is_flow = _is_flow(reader, fact, resource, code_sets)
            return [read_clone_fraction(reader, fact, resource, is_flow)]
        case "component":
            return _components(reader, fact, resource)
        case "effective":
            return timed(resource, "effective")
        case "method":
            return _method(reader, fact, resource, code_sets)
        case "interpretation":
            return _interpretation(reader, fact, resource)
        case "specimen-type":
            return _specimen_type(reader, fact, resource, code_sets)
        case "specimen-collected":
            return _collected(reader, resource)
        case "specimen-unsatisfactory":
            return _unsatisfactory(reader, resource)
        case _:
            return []


def _value(reader: Reader, fact: Fact, resource: Resource, element: str) -> Word:
    if element == "value":
        return read_value(reader, fact, resource.body, resource.source("value"))
    return read_ratio(fact, resource, "high" if element == "ratio-to-upper-limit" else "low")


def _is_flow(reader: Reader, fact: Fact, resource: Resource, code_sets: frozenset[str]) -> bool:
    """Whether the assay is surely one by flow cytometry."""
    root = fact.of or fact.id
    assays = [
        word.value
        for other in reader.pack.facts.values()
        if other.of == root and other.binding and other.binding.element == "method"
        for word in _method(reader, other, resource, code_sets)
    ]
    return bool(assays) and all(isinstance(one, Codes) and one.possible <= _FLOW for one in assays)


def _components(reader: Reader, fact: Fact, resource: Resource) -> list[Word]:
    code_set = fact.binding.components.get("value") if fact.binding else None
    return [
        read_value(reader, fact, component, resource.source(f"component[{position}].value"))
        for position, component in enumerate(objects(resource.body, "component"))
        if code_set in reader.book.sets_of(component.get("code"))
    ]


def _method(reader: Reader, fact: Fact, resource: Resource, code_sets: frozenset[str]) -> list[Word]:
    if "method" not in resource.body:
        return _implied(reader, fact, resource, code_sets)
    word = coded(reader, fact, resource.body["method"], resource.source("method"))
    if word is None and not _means_something(reader, resource.body["method"]):
        return reader.pass_over(resource, "the method is in no code set", "method")
    return [word] if word else []


def _means_something(reader: Reader, concept: Json) -> bool:
    """Whether some fact of the pack knows the method, though this one has no word for it."""
    sets = reader.book.sets_of(concept)
    bindings = (fact.binding for fact in reader.pack.facts.values() if fact.binding)
    return any(sets & set(one.values.values()) for one in bindings if one.element == "method")


def _interpretation(reader: Reader, fact: Fact, resource: Resource) -> list[Word]:
    """The laboratory's own flag; flags in no code set of the fact mean nothing."""
    flags = objects(resource.body, "interpretation")
    if not flags:
        return []
    codings = [coding for flag in flags for coding in objects(flag, "coding")]
    word = coded(reader, fact, {"coding": codings}, resource.source("interpretation"))
    return [word] if word else reader.pass_over(resource, "the flag is in no code set", "interpretation")


def _implied(reader: Reader, fact: Fact, resource: Resource, code_sets: frozenset[str]) -> list[Word]:
    """What the code of the resource settles by itself, when the resource says nothing else."""
    implied = {
        reader.pack.code_sets[name].implies[fact.id]
        for name in code_sets
        if name in reader.pack.code_sets and fact.id in reader.pack.code_sets[name].implies
    }
    if not implied:
        return []
    note = "implied by the code of the resource"
    shown = " or ".join(sorted(implied))
    return [Word(resource.source("code"), Codes(frozenset(implied)), shown=shown, note=note)]


def _specimen(reader: Reader, resource: Resource) -> Resource | None:
    """The Specimen, if it was sent, is one, is of this patient and was not entered in error."""
    sent = reader.references.resolve(resource.body.get("specimen"), resource)
    if sent is None or sent.type != "Specimen" or sent.status == "entered-in-error":
        return None
    return sent if reader.patient.is_meant_by(sent.body.get("subject"), sent) else None


def _specimen_type(reader: Reader, fact: Fact, resource: Resource, code_sets: frozenset[str]) -> list[Word]:
    if "specimen" not in resource.body:
        return _implied(reader, fact, resource, code_sets)
    specimen = _specimen(reader, resource)
    if specimen is None:
        reason = "the specimen was not sent, is of somebody else, or was entered in error"
        return reader.pass_over(resource, reason, "specimen")
    if "type" not in specimen.body:
        return reader.pass_over(specimen, "the specimen has no type")
    if has_modifier(specimen.body):
        return [unreadable(specimen.source("type"), MODIFIED)]
    word = coded(reader, fact, specimen.body["type"], specimen.source("type"))
    return [word] if word else reader.pass_over(specimen, "the type is in no code set", "type")


def _unsatisfactory(reader: Reader, resource: Resource) -> list[Word]:
    """Whether the Specimen's status says that a defect of quality forbids its use."""
    specimen = _specimen(reader, resource)
    if specimen is None or not specimen.status:
        return []
    is_unsatisfactory = specimen.status == "unsatisfactory"
    return [Word(specimen.source("status"), boolean(is_unsatisfactory), shown=specimen.status)]


def _collected(reader: Reader, resource: Resource) -> list[Word]:
    """When the sample was taken: the Specimen's word, else the effective time of the Observation."""
    specimen = _specimen(reader, resource)
    collection = specimen.body.get("collection") if specimen else None
    if specimen and isinstance(collection, dict) and (key := time_key(collection, "collected")):
        source = specimen.source("collection.collected")
        if has_modifier(specimen.body):
            return [unreadable(source, MODIFIED)]
        return [date_word(collection, key, source)]
    return timed(resource, "effective")


def sampled(reader: Reader, resource: Resource) -> Interval | None:
    """The days on which the sample of an Observation may have been taken."""
    words = _collected(reader, resource)
    value = words[0].value if words else None
    return value if isinstance(value, Interval) else None
