"""What a status says: active, relapsed, given, stopped, unsatisfactory; and a LOINC check digit."""

from dataclasses import replace
from typing import Any

import pytest

from pactolus_adapters.fhir.codes import has_wrong_check_digit
from pactolus_adapters.fhir.read import Limits, read
from pactolus_engine.facts import Reading
from pactolus_engine.pack.model import Absence, Binding, Fact, FactType, Pack, Place
from pactolus_engine.values import Codes
from tests.adapters.fhir_read.build import (
    BASE,
    LOINC,
    VERIFICATION,
    concept,
    facts,
    observation,
    pack,
    quantity,
    resource,
    written,
)

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_DRUGS = ("MedicationAdministration", "MedicationStatement")
YES, NO, EITHER = {"true"}, {"false"}, {"true", "false"}


def _asking(element: str, resources: tuple[str, ...], codes: tuple[str, ...], **more: Any) -> Pack:
    """The small pack with one more boolean fact, `asked`."""
    place = Place("facts.yaml", 1, 1)
    binding = Binding(resources, codes, element, more.pop("values", {}), {})
    kind = more.pop("kind", FactType.BOOLEAN)
    asked = Fact("asked", "asked", kind, Absence.REQUIRED, place, binding=binding, **more)
    return replace(pack(), facts={**pack().facts, "asked": asked})


def _asked(asking: Pack, *sent: dict[str, Any]) -> list[Reading]:
    resources = [written(one) for one in sent]
    found = read(resources, b"", "", asking, local_base=BASE, limits=Limits())
    return [reading for reading in found.readings if reading.fact == "asked"]


def _possible(readings: list[Reading]) -> list[set[str]]:
    return [set(one.value.possible) for one in readings if isinstance(one.value, Codes)]


def _myeloma(clinical: str, verified: str) -> dict[str, Any]:
    made = resource("Condition", code=concept("myeloma"))
    if clinical:
        made["clinicalStatus"] = {"coding": [{"system": CLINICAL, "code": clinical}]}
    if verified:
        made["verificationStatus"] = {"coding": [{"system": VERIFICATION, "code": verified}]}
    return made


@pytest.mark.parametrize(
    ("clinical", "verified", "active", "relapsed"),
    [
        ("active", "confirmed", [YES], [NO]),
        ("active", "", [YES], [NO]),
        ("recurrence", "", [YES], [YES]),
        ("relapse", "", [YES], [YES]),
        ("relapse", "provisional", [EITHER], [EITHER]),
        ("inactive", "provisional", [NO], [NO]),
        ("remission", "", [NO], [NO]),
        ("resolved", "", [NO], [NO]),
        ("", "confirmed", [EITHER], []),
        ("", "refuted", [NO], []),
        ("active", "refuted", [NO], [NO]),
    ],
)
def test_clinical_status(clinical: str, verified: str, active: list[Any], relapsed: list[Any]) -> None:
    for element, expected in (("active", active), ("relapsed", relapsed)):
        asking = _asking(element, ("Condition",), ("myeloma",))
        assert _possible(_asked(asking, _myeloma(clinical, verified))) == expected


@pytest.mark.parametrize(
    ("kind", "status", "given", "stopped"),
    [
        ("MedicationAdministration", "completed", [YES], [NO]),
        ("MedicationAdministration", "in-progress", [YES], [NO]),
        ("MedicationAdministration", "stopped", [YES], [YES]),
        ("MedicationAdministration", "on-hold", [EITHER], [NO]),
        ("MedicationAdministration", "unknown", [EITHER], [EITHER]),
        ("MedicationAdministration", "not-done", [], []),
        ("MedicationStatement", "stopped", [YES], [YES]),
        ("MedicationStatement", "intended", [EITHER], [NO]),
        ("MedicationStatement", "not-taken", [], []),
    ],
)
def test_status_of_a_drug(kind: str, status: str, given: list[Any], stopped: list[Any]) -> None:
    drug = resource(kind, status=status, medicationCodeableConcept=concept("isatuximab"))
    if kind == "MedicationAdministration":
        drug["effectiveDateTime"] = "2025-09-01"
    for element, expected in (("presence", given), ("stopped", stopped)):
        assert _possible(_asked(_asking(element, _DRUGS, ("isatuximab",)), drug)) == expected
        assert _asked(_asking(element, _DRUGS, ("carfilzomib",)), drug) == []


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("unsatisfactory", [YES]),
        ("available", [NO]),
        ("unavailable", [NO]),
        ("", []),
        ("entered-in-error", []),
    ],
)
def test_status_of_a_specimen(status: str, expected: list[Any]) -> None:
    specimen = resource("Specimen", type=concept("aspirate"), **({"status": status} if status else {}))
    result = observation(
        subject={"reference": "Patient/p1"},
        specimen={"reference": "Specimen/specimen-1"},
        valueQuantity=quantity("3", "/10*6"),
    )
    asking = _asking("specimen-unsatisfactory", (), (), of="mrd")
    assert _possible(_asked(asking, result, specimen)) == expected


def test_flags_in_no_code_set_are_passed_over() -> None:
    asking = _asking(
        "interpretation", (), (), of="mrd", kind=FactType.CODE, values={"a": "found", "b": "not-found"}
    )
    value = {"valueQuantity": quantity("3", "/10*6")}
    assert _possible(_asked(asking, observation(interpretation=[concept("found")], **value))) == [{"a"}]
    assert _asked(asking, observation(interpretation=[concept("myeloma")], **value)) == []
    assert _asked(asking, observation(**value)) == []


@pytest.mark.parametrize("number", ["93021-4", "93022-2", "38257-2", "88040-1", "11118-7", "1-8"])
def test_check_digits_that_fit(number: str) -> None:
    assert not has_wrong_check_digit({"coding": [{"system": LOINC, "code": number}]})


@pytest.mark.parametrize("number", ["93021-5", "93012-4", "39021-4"])
def test_check_digits_that_do_not_fit(number: str) -> None:
    assert has_wrong_check_digit({"coding": [{"system": LOINC, "code": number}]})
    assert not has_wrong_check_digit({"coding": [{"system": "https://other.example", "code": number}]})
    result = observation(subject={"reference": "Patient/p1"})
    result["code"] = {"coding": [{"system": LOINC, "code": number}]}
    (passed,) = facts(result).passed_over
    assert "check digit" in passed.reason
    assert number not in passed.reason
