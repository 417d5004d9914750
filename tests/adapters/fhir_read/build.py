"""A small pack and resources to read with it; all patients are invented."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from pactolus_adapters.fhir.read import Limits, read
from pactolus_engine.errors import InputInvalid, Violation
from pactolus_engine.facts import FactSet, Reading
from pactolus_engine.pack.model import Absence, Binding, CodeSet, Coding, Fact, FactType, Pack, Place

BASE = "https://pactolus.example/fhir/CodeSystem/"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"

_CODES: dict[str, tuple[str, str]] = {
    "mrd-flow": (LOINC, "93021-4"),
    "mrd-ngs": ("local:mrd", "mrd-ngs"),
    "lod": ("local:mrd", "lod"),
    "lloq": ("local:mrd", "lloq"),
    "cells": (LOINC, "38257-2"),
    "dilute": ("local:mrd", "haemodilution"),
    "found": (SNOMED, "260373001"),
    "not-found": (SNOMED, "260415000"),
    "unclear": (SNOMED, "82334004"),
    "assay-ngs": ("local:mrd-method", "ngs"),
    "assay-ngf": ("local:mrd-method", "ngf"),
    "aspirate": (SNOMED, "396997002"),
    "blood": (SNOMED, "119297000"),
    "myeloma": (SNOMED, "109989006"),
    "relapsed": ("http://hl7.org/fhir/sid/icd-10-cm", "C90.02"),
    "cycles": ("local:mrd", "induction-cycles"),
    "response": (LOINC, "88040-1"),
    "vgpr": ("local:imwg-response", "VGPR"),
    "pr": ("local:imwg-response", "PR"),
    "isatuximab": ("http://www.whocc.no/atc", "L01FC02"),
    "carfilzomib": ("http://www.whocc.no/atc", "L01XG02"),
    "transplant": (SNOMED, "709115004"),
    "creatinine": (LOINC, "2160-0"),
}
_IMPLIES = {
    "mrd-flow": {"specimen": "marrow-aspirate", "assay": "ngf"},
    "mrd-ngs": {"assay": "ngs"},
}
_SUBJECTS = (
    "Observation",
    "Condition",
    "Procedure",
    "MedicationAdministration",
    "MedicationStatement",
    "DiagnosticReport",
    "Specimen",
)


def _fact(
    name: str,
    kind: FactType,
    element: str,
    resources: tuple[str, ...] = (),
    codes: tuple[str, ...] = (),
    *,
    components: dict[str, str] | None = None,
    **more: Any,
) -> Fact:
    values: dict[str, str] = more.pop("codes_of", {})
    binding = Binding(resources, codes, element, values, components or {})
    return Fact(name, name, kind, Absence.REQUIRED, Place("facts.yaml", 1, 1), binding=binding, **more)


def pack() -> Pack:
    """The facts of the MIDAS pack that show every element a binding may name."""
    limits = {"lod": "lod", "lloq": "lloq", "cells": "cells"}
    results = {"detected": "found", "not-detected": "not-found", "indeterminate": "unclear"}
    observation, condition = ("Observation",), ("Condition",)
    drugs = ("MedicationAdministration", "MedicationStatement")
    whole: dict[str, Any] = {"unit": "1", "low": Decimal(0), "high": Decimal(60)}
    share: dict[str, Any] = {
        "unit": "1",
        "low": Decimal(0),
        "high": Decimal(1),
        "suspect_from": Decimal("0.05"),
    }
    facts = [
        _fact("mrd", FactType.FRACTION, "clone-fraction", observation, ("mrd-flow", "mrd-ngs"),
              components=limits, codes_of=results, **share),
        _fact("specimen", FactType.CODE, "specimen-type", of="mrd",
              codes_of={"marrow-aspirate": "aspirate", "blood": "blood"}),
        _fact("sample-date", FactType.DATE, "specimen-collected", of="mrd"),
        _fact("assay", FactType.CODE, "method", of="mrd", codes_of={"ngs": "assay-ngs", "ngf": "assay-ngf"}),
        _fact("haemodilution", FactType.BOOLEAN, "component", of="mrd", components={"value": "dilute"}),
        _fact("diagnosis", FactType.BOOLEAN, "presence", condition, ("myeloma",)),
        _fact("diagnosis-date", FactType.DATE, "onset", of="diagnosis"),
        _fact("relapse", FactType.BOOLEAN, "presence", condition, ("relapsed",)),
        _fact("induction-cycles", FactType.INTEGER, "value", observation, ("cycles",), **whole),
        _fact("induction-end", FactType.DATE, "effective", of="induction-cycles"),
        _fact("response", FactType.CODE, "value", observation, ("response",),
              codes_of={"VGPR": "vgpr", "PR": "pr"}),
        _fact("creatinine", FactType.QUANTITY, "value", observation, ("creatinine",), unit="mg/dL"),
        _fact("regimen", FactType.SET, "drug", drugs,
              codes_of={"isatuximab": "isatuximab", "carfilzomib": "carfilzomib"}),
        _fact("drug-date", FactType.DATE, "effective", of="regimen"),
        _fact("transplant", FactType.BOOLEAN, "presence", ("Procedure",), ("transplant",)),
        _fact("transplant-date", FactType.DATE, "performed", of="transplant"),
        _fact("birth-date", FactType.DATE, "birth-date", ("Patient",)),
        _fact("other-subject", FactType.BOOLEAN, "subject-mismatch", _SUBJECTS),
    ]  # fmt: skip
    sets = {
        name: CodeSet(name, (Coding(*coding),), _IMPLIES.get(name, {})) for name, coding in _CODES.items()
    }
    return Pack(
        id="small", version="1.0.0", language="1", title="", description="",
        evidence_as_of=date(2026, 1, 1), review_by=date(2027, 1, 1),
        facts={fact.id: fact for fact in facts}, code_sets=sets, parameters={}, parameter_values={},
        options={}, rules={}, evidence={}, digest="0" * 64,
    )  # fmt: skip


def concept(code_set: str) -> dict[str, Any]:
    """A CodeableConcept with the code of a code set of the pack."""
    system, code = _CODES[code_set]
    if system.startswith("local:"):
        system = BASE + system.removeprefix("local:")
    return {"coding": [{"system": system, "code": code}]}


def quantity(text: str, unit: str, comparator: str = "") -> dict[str, Any]:
    """A Quantity whose number is written exactly so; see `written`."""
    made: dict[str, Any] = {"value": f"@{text}@", "system": UCUM, "code": unit}
    return {**made, "comparator": comparator} if comparator else made


def observation(code_set: Any = "mrd-ngs", **elements: Any) -> dict[str, Any]:
    """A final Observation with that code; an element None is left out."""
    made = {
        "resourceType": "Observation",
        "id": "mrd-1",
        "status": "final",
        "code": concept(code_set),
        "effectiveDateTime": "2026-02-10",
        **elements,
    }
    return {key: value for key, value in made.items() if value is not None}


def component(code_set: str, **value: Any) -> dict[str, Any]:
    """A component with that code."""
    return {"code": concept(code_set), **value}


def resource(kind: str, **elements: Any) -> dict[str, Any]:
    """A resource of a type that must have a subject."""
    return {
        "resourceType": kind,
        "id": f"{kind.lower()}-1",
        "subject": {"reference": "Patient/p1"},
        **elements,
    }


def bundle(*entries: Any) -> dict[str, Any]:
    """A collection; an entry is a resource, or a pair of its `fullUrl` and the resource."""
    made = [
        {"fullUrl": one[0], "resource": one[1]} if isinstance(one, tuple) else {"resource": one}
        for one in entries
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": made}


def written(value: Any) -> bytes:
    """The JSON of a resource, numbers of `quantity` as they were given."""
    text = json.dumps(value)
    return text.replace('"@', "").replace('@"', "").encode()


def facts(*resources: Any, patient: str = "", sent: Any = None, **more: Any) -> FactSet:
    """What is read from these resources, and from the Bundle `sent`."""
    content = [one if isinstance(one, bytes) else written(one) for one in resources]
    body = b"" if sent is None else sent if isinstance(sent, bytes) else written(sent)
    return read(content, body, patient, pack(), local_base=BASE, limits=more.pop("limits", Limits()), **more)


def readings(fact: str, *resources: Any, **more: Any) -> list[Reading]:
    """The readings of one fact."""
    return [one for one in facts(*resources, **more).readings if one.fact == fact]


def reading(fact: str, *resources: Any, **more: Any) -> Reading:
    """The only reading of one fact."""
    (only,) = readings(fact, *resources, **more)
    return only


def violations(*resources: Any, **more: Any) -> tuple[Violation, ...]:
    """What a request that must be refused is refused for."""
    try:
        facts(*resources, **more)
    except InputInvalid as refusal:
        return refusal.violations
    raise AssertionError("the request was read")


def places(*resources: Any, **more: Any) -> list[str]:
    """The places of the violations."""
    return [one.field for one in violations(*resources, **more)]
