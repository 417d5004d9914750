"""Slots written as FHIR R4: one resource of what it must hold, and the Specimen it refers to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pactolus_adapters.fhir.codes import local_system
from pactolus_adapters.fhir.compose_slots import Alternative, Concept, Quantity, Slots
from pactolus_adapters.fhir.exact_json import Node, Tree
from pactolus_adapters.fhir.ucum import SYSTEM
from pactolus_engine.facts import Standing
from pactolus_engine.pack.model import Coding
from pactolus_engine.values import Interval

__all__ = ["NOT_STATED", "Names", "write_resource"]

NOT_STATED = "not stated"
"""The alternative that keeps the code of a resource from implying what nobody said."""

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_ABSENT_EXTENSION = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_UNKNOWN: Tree = {"coding": [{"system": f"{_TERMINOLOGY}/data-absent-reason", "code": "unknown"}]}
_ONE = Quantity("", Decimal(1), "1")
_LAST_DAY = date.max.toordinal()
_MODIFIER = "urn:uuid:7a6a3a3c-5a62-5b3e-8d1b-6f0f2b9c1d55"
"""Nobody knows this extension, so nobody can read a resource that it modifies."""


@dataclass(frozen=True, slots=True)
class Names:
    """How the composed resources are called: `local_base` is where the pack's `local:` systems stand,
    `patient` the id of the patient, `own` the id of this resource."""

    local_base: str
    patient: str
    own: str

    @property
    def subject(self) -> Tree:
        """The reference to the patient."""
        return {"reference": f"Patient/{self.patient}"}

    def concept(self, concept: Concept) -> Tree:
        """A CodeableConcept with `local:` spelled out."""
        return {"coding": [self._coding(coding) for coding in concept.codings]}

    def _coding(self, coding: Coding) -> Tree:
        system = local_system(coding.system, self.local_base)
        written: Tree = {"system": system, "code": coding.code}
        return written | ({"display": coding.display} if coding.display else {})


def write_resource(slots: Slots, components: Mapping[str, Concept], names: Names) -> list[Tree]:
    """The resource, behind the Specimen it needs. The first alternative of every slot is written.

    `components`: code set → the code that its component gets.
    """
    chosen = {slot: alternatives[0] for slot, alternatives in slots.items()}
    kind = str(chosen["type"])
    body: Tree = {"resourceType": kind, "id": names.own}
    if "modifier" in chosen:
        body["modifierExtension"] = [{"url": _MODIFIER, "valueBoolean": True}]
    if kind == "Patient":
        return [body | _times("birthDate", chosen.get("birthDate"))]
    specimen = _specimen(chosen, names)
    body |= _head(kind, chosen, names)
    body |= _subject(chosen, names)
    for element in ("effective", "onset", "performed"):
        body |= _times(element, chosen.get(element))
    if kind == "MedicationAdministration" and "effective" not in chosen:
        body |= _times("effective", Standing.UNUSABLE)
    body |= _valued(chosen.get("value"), names)
    body |= _coded(chosen, names)
    limits: Tree = {side: _quantity(_ONE) for side in ("low", "high") if f"range {side}" in chosen}
    body |= {"referenceRange": [limits]} if limits else {}
    body |= _specimen_reference(chosen, specimen)
    parts = [_part(slot, chosen[slot], components, names) for slot in chosen if slot.startswith("component ")]
    body |= {"component": parts} if parts else {}
    return [*([specimen] if specimen else []), body]


def _head(kind: str, chosen: Mapping[str, Alternative], names: Names) -> Tree:
    """Status and code, under the names that the type has for them."""
    code = chosen.get("code")
    concept = names.concept(code) if isinstance(code, Concept) else {"text": "synthetic"}
    if kind == "Condition":
        return {**_condition(chosen), "code": concept}
    if kind == "Specimen":
        return {}
    key = "medicationCodeableConcept" if kind.startswith("Medication") else "code"
    usual = "final" if kind in {"Observation", "DiagnosticReport"} else "completed"
    return {"status": str(chosen.get("status", usual)), key: concept}


def _condition(chosen: Mapping[str, Alternative]) -> Tree:
    systems = {"clinical": "condition-clinical", "verification": "condition-ver-status"}
    stated = {slot: chosen[slot] for slot in systems if slot in chosen}
    return {
        f"{slot}Status": {"coding": [{"system": f"{_TERMINOLOGY}/{systems[slot]}", "code": str(code)}]}
        for slot, code in stated.items()
    }


def _subject(chosen: Mapping[str, Alternative], names: Names) -> Tree:
    if chosen.get("subject") == "other":
        return {"subject": {"reference": f"Patient/{names.patient}-other"}}
    return {"subject": names.subject}


def _times(element: str, value: Alternative | None) -> Tree:
    """A choice of times: a day, month or year where the days are just those, else a period."""
    if value is None:
        return {}
    if not isinstance(value, Interval):
        return {f"{element}Period": {"extension": [{"url": _ABSENT_EXTENSION, "valueCode": "unknown"}]}}
    if written := _date(value):
        return {element if element == "birthDate" else f"{element}DateTime": written}
    if element == "birthDate":
        raise ValueError("a birth date is a day, a month or a year; no period")
    return {f"{element}Period": {side: _day(end) for side, end in _ends(value) if end is not None}}


def _ends(days: Interval) -> tuple[tuple[str, Decimal | None], ...]:
    return ("start", days.low), ("end", days.high)


def _day(ordinal: Decimal) -> str:
    if not 1 <= ordinal <= _LAST_DAY:
        raise ValueError("the calendar does not have such a day")
    return date.fromordinal(int(ordinal)).isoformat()


def _date(days: Interval) -> str:
    """A FHIR date that means just these days, or empty."""
    if days.low is None or days.high is None:
        return ""
    first, last = _day(days.low), _day(days.high)
    if first == last:
        return first
    if first[:4] == last[:4] and first[4:] == "-01-01" and last[4:] == "-12-31":
        return first[:4]
    is_month = first[:7] == last[:7] and first.endswith("-01") and _is_last_of_month(days.high)
    return first[:7] if is_month else ""


def _is_last_of_month(ordinal: Decimal) -> bool:
    return ordinal == _LAST_DAY or _day(ordinal + 1).endswith("-01")


def _valued(value: Alternative | None, names: Names) -> Tree:
    """`value[x]`, or the reason why there is none."""
    match value:
        case None:
            return {}
        case Standing.UNREADABLE:
            return {"valueString": "synthetic: not to be read"}
        case Standing():
            return {"dataAbsentReason": _UNKNOWN}
        case bool():
            return {"valueBoolean": value}
        case Quantity():
            return {"valueQuantity": _quantity(value)}
        case Concept():
            return {"valueCodeableConcept": names.concept(value)}
        case _:
            raise ValueError("no value is written so")


def _quantity(quantity: Quantity) -> Tree:
    comparator: Tree = {"comparator": quantity.comparator} if quantity.comparator else {}
    unit: Tree = {"unit": quantity.unit, "system": SYSTEM, "code": quantity.unit}
    return {"value": quantity.number, **comparator, **unit}


def _coded(chosen: Mapping[str, Alternative], names: Names) -> Tree:
    body: Tree = {}
    method, flag = chosen.get("method"), chosen.get("interpretation")
    if isinstance(method, Concept):
        body["method"] = names.concept(method)
    elif method == NOT_STATED:
        body["method"] = {"text": NOT_STATED}
    if isinstance(flag, Concept):
        body["interpretation"] = [names.concept(flag)]
    return body


def _part(slot: str, value: Alternative, components: Mapping[str, Concept], names: Names) -> Node:
    return {"code": names.concept(components[slot.partition(" ")[2]]), **_valued(value, names)}


def _specimen_reference(chosen: Mapping[str, Alternative], specimen: Tree) -> Tree:
    if specimen:
        return {"specimen": {"reference": f"Specimen/{specimen['id']}"}}
    return {"specimen": {"display": NOT_STATED}} if chosen.get("specimen") == NOT_STATED else {}


def _specimen(chosen: Mapping[str, Alternative], names: Names) -> Tree:
    """The Specimen of an Observation; empty when nothing is stated of it."""
    said = {slot.partition(" ")[2]: chosen[slot] for slot in chosen if slot.startswith("specimen ")}
    if not said:
        return {}
    body: Tree = {"resourceType": "Specimen", "id": names.own}
    if "status" in said:
        body["status"] = str(said["status"])
    if isinstance(concept := said.get("type"), Concept):
        body["type"] = names.concept(concept)
    body["subject"] = names.subject
    if collected := _times("collected", said.get("collected")):
        body["collection"] = collected
    return body
