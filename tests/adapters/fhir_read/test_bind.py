"""What each element of each resource says of each fact."""

import itertools
from decimal import Decimal
from typing import Any

import pytest

from pactolus_engine.facts import Standing
from pactolus_engine.values import Codes, Interval, Members, date_interval, exactly
from tests.adapters.fhir_read.build import (
    VERIFICATION,
    bundle,
    component,
    concept,
    facts,
    observation,
    quantity,
    reading,
    readings,
    resource,
)

YES, NO = Codes(frozenset({"true"})), Codes(frozenset({"false"}))
EITHER = Codes(frozenset({"true", "false"}))
MRD = {"valueQuantity": quantity("3", "[ppm]")}


def code(name: str) -> Codes:
    return Codes(frozenset({name}))


def specimen(kind: Any = "aspirate", **more: Any) -> dict[str, Any]:
    collected = {"collectedDateTime": "2026-02-09T23:59:00-08:00"}
    return {"resourceType": "Specimen", "id": "s1", "type": concept(kind), "collection": collected, **more}


def with_specimen(**more: Any) -> dict[str, Any]:
    return observation(**MRD, specimen={"reference": "Specimen/s1"}, **more)


# --- Observation -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("final", Standing.FINAL),
        ("amended", Standing.FINAL),
        ("corrected", Standing.FINAL),
        ("registered", Standing.NOT_FINAL),
        ("preliminary", Standing.NOT_FINAL),
        ("unknown", Standing.NOT_FINAL),
    ],
)
def test_the_status_gives_the_standing(status: str, standing: Standing) -> None:
    assert reading("mrd", observation(**MRD, status=status)).standing is standing


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_withdrawn_results_are_traced_and_not_read(status: str) -> None:
    found = facts(observation(**MRD, status=status), patient="Patient/p1")
    assert found.readings == ()
    assert [one.source.reference for one in found.passed_over] == ["Observation/mrd-1"]


def test_codes_outside_of_the_code_sets_mean_nothing() -> None:
    for wrong in ("93020-6", "93021-5"):
        stranger = {"coding": [{"system": "http://loinc.org", "code": wrong, "display": "MRD"}]}
        found = facts(observation(**MRD, code=stranger))
        assert found.readings == ()
        assert len(found.passed_over) == 1
    elsewhere = {"coding": [{"system": "http://example.org/loinc", "code": "93021-4"}]}
    assert facts(observation(**MRD, code=elsewhere)).readings == ()


def test_a_specimen_gives_type_and_time_of_the_sample() -> None:
    sent = (with_specimen(), specimen())
    assert reading("specimen", *sent).value == code("marrow-aspirate")
    taken = reading("sample-date", *sent)
    assert (taken.value, taken.source.path) == (date_interval(2026, 2, 9), "Specimen.collection.collected")
    assert (taken.origin, taken.source.reference) == ("Observation/mrd-1", "Specimen/s1")
    assert {one.dated for one in facts(*sent).readings} == {date_interval(2026, 2, 9)}


def test_a_contained_specimen_is_read_too() -> None:
    held = observation(**MRD, contained=[specimen(kind="blood")], specimen={"reference": "#s1"})
    found = reading("specimen", held)
    assert (found.value, found.source.path) == (code("blood"), "Observation.contained[0].type")


def test_without_a_collection_time_the_effective_time_counts() -> None:
    found = reading(
        "sample-date",
        with_specimen(effectiveDateTime="2026-02"),
        specimen(collection={"method": {"text": "needle"}}),
    )
    assert found.value == date_interval(2026, 2)


def test_the_code_implies_marrow_and_assay_only_when_the_resource_says_nothing() -> None:
    implied = reading("specimen", observation("mrd-flow", **MRD))
    assert (implied.value, implied.source.path) == (code("marrow-aspirate"), "Observation.code")
    assert "implied" in implied.note
    assert reading("assay", observation("mrd-flow", **MRD)).value == code("ngf")
    assert reading("assay", observation("mrd-flow", **MRD, method=concept("assay-ngs"))).value == code("ngs")
    blood = observation("mrd-flow", **MRD, specimen={"reference": "Specimen/s1"})
    assert reading("specimen", blood, specimen(kind="blood")).value == code("blood")
    assert readings("specimen", observation("mrd-ngs", **MRD)) == []


@pytest.mark.parametrize(
    "sent",
    [[], [specimen(kind="myeloma")], [specimen(status="entered-in-error")]],
    ids=["unsent", "unlisted", "void"],
)
def test_a_specimen_that_says_nothing_is_traced_and_nothing_is_implied(sent: list[Any]) -> None:
    asked = observation("mrd-flow", **MRD, specimen={"reference": "Specimen/s1"})
    found = facts(asked, *sent, patient="Patient/p1")
    assert [one for one in found.readings if one.fact == "specimen"] == []
    assert found.passed_over


def test_an_unlisted_method_is_traced_and_nothing_is_implied() -> None:
    assert readings("assay", observation("mrd-flow", **MRD, method=concept("blood"))) == []


def test_components_are_read_by_code() -> None:
    diluted = observation(**MRD, component=[component("dilute", valueBoolean=True)])
    found = reading("haemodilution", diluted)
    assert (found.value, found.source.path) == (YES, "Observation.component[0].value")


@pytest.mark.parametrize(
    ("value", "expected", "standing"),
    [
        ({"valueInteger": 6}, exactly(6), Standing.FINAL),
        ({"valueQuantity": quantity("6", "1")}, exactly(6), Standing.FINAL),
        ({"valueQuantity": quantity("6.0", "{cycles}")}, exactly(6), Standing.FINAL),
        ({"valueQuantity": quantity("6", "{#}", ">=")}, Interval(exactly(6).low, True, exactly(60).low, True),
         Standing.FINAL),
        ({"valueQuantity": quantity("5.5", "{cycles}")}, None, Standing.UNREADABLE),
        ({"valueQuantity": quantity("600", "%")}, None, Standing.UNREADABLE),
        ({"valueQuantity": quantity("6", "d")}, None, Standing.UNREADABLE),
        ({"valueQuantity": quantity("61", "1")}, None, Standing.UNREADABLE),
        ({"valueQuantity": {"value": "@6@"}}, None, Standing.UNREADABLE),
        ({"valueString": "6"}, None, Standing.UNREADABLE),
        ({"dataAbsentReason": {"text": "x"}}, None, Standing.UNUSABLE),
    ],
)  # fmt: skip
def test_counts(value: dict[str, Any], expected: Any, standing: Standing) -> None:
    found = reading("induction-cycles", observation("cycles", **value))
    assert (found.value, found.standing) == (expected, standing)


def test_the_effective_time_of_the_cycles_is_the_end_of_induction() -> None:
    period = {"start": "2025-08", "end": "2026-02-01T00:30:00+14:00"}
    sent = observation("cycles", valueInteger=6, effectiveDateTime=None, effectivePeriod=period)
    first, last = date_interval(2025, 8), date_interval(2026, 2, 1)
    assert reading("induction-end", sent).value == Interval(first.low, True, last.high, True)
    assert readings("induction-end", observation("cycles", valueInteger=6, effectiveDateTime=None)) == []


def test_quantities_count_in_their_own_unit_only() -> None:
    good = reading("creatinine", observation("creatinine", valueQuantity=quantity("1.2", "mg/dL")))
    assert good.value == exactly(Decimal("1.2"))
    bad = reading("creatinine", observation("creatinine", valueQuantity=quantity("106", "umol/L")))
    assert (bad.value, bad.standing) == (None, Standing.UNREADABLE)


@pytest.mark.parametrize(
    ("value", "expected", "standing"),
    [
        (concept("vgpr"), code("VGPR"), Standing.FINAL),
        (concept("blood"), None, Standing.UNREADABLE),
        ({"text": "VGPR"}, None, Standing.UNREADABLE),
        ({"coding": concept("vgpr")["coding"] + concept("pr")["coding"]}, None, Standing.UNREADABLE),
    ],
)
def test_coded_values(value: dict[str, Any], expected: Any, standing: Standing) -> None:
    found = reading("response", observation("response", valueCodeableConcept=value))
    assert (found.value, found.standing) == (expected, standing)


@pytest.mark.parametrize("where", ["root", "component", "specimen"])
def test_a_modifier_that_is_not_understood_makes_everything_unreadable(where: str) -> None:
    modifier = [{"url": "http://example.org/not-really", "valueBoolean": True}]
    sent = with_specimen(
        **({"modifierExtension": modifier} if where == "root" else {}),
        component=[component("lod", modifierExtension=modifier)] if where == "component" else None,
    )
    held = specimen(**({"modifierExtension": modifier} if where == "specimen" else {}))
    found = reading("specimen", sent, held)
    assert (found.value, found.standing) == (None, Standing.UNREADABLE)


# --- Condition, Procedure, Patient -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("confirmed", YES),
        ("refuted", NO),
        ("provisional", EITHER),
        ("differential", EITHER),
        ("unconfirmed", EITHER),
        ("", YES),
    ],
)
def test_a_condition_is_present_as_far_as_it_is_verified(status: str, expected: Codes) -> None:
    verified = (
        {"verificationStatus": {"coding": [{"system": VERIFICATION, "code": status}]}} if status else {}
    )
    found = reading("diagnosis", resource("Condition", code=concept("myeloma"), **verified))
    assert (found.value, found.source.path) == (expected, "Condition.code")


def test_a_resolved_condition_is_still_the_diagnosis() -> None:
    resolved = {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "resolved"}]
    }
    assert (
        reading("diagnosis", resource("Condition", code=concept("myeloma"), clinicalStatus=resolved)).value
        == YES
    )


def test_a_condition_entered_in_error_is_not_read() -> None:
    void = {"coding": [{"system": VERIFICATION, "code": "entered-in-error"}]}
    assert facts(resource("Condition", code=concept("myeloma"), verificationStatus=void)).readings == ()


def test_onset_wins_over_the_recorded_date() -> None:
    made = resource("Condition", code=concept("myeloma"), recordedDate="2025-09-01")
    assert reading("diagnosis-date", made).value == date_interval(2025, 9, 1)
    assert reading("diagnosis-date", {**made, "onsetDateTime": "2025"}).value == date_interval(2025)
    told = reading("diagnosis-date", {**made, "onsetString": "last summer"})
    assert (told.value, told.standing) == (None, Standing.UNUSABLE)


@pytest.mark.parametrize(
    ("status", "expected"),
    [("completed", YES), ("not-done", NO), ("in-progress", EITHER), ("stopped", EITHER), ("unknown", EITHER)],
)
def test_procedures(status: str, expected: Codes) -> None:
    made = resource("Procedure", code=concept("transplant"), status=status, performedDateTime="2020-01-05")
    assert reading("transplant", made).value == expected
    assert reading("transplant-date", made).value == date_interval(2020, 1, 5)


def test_a_planned_procedure_says_nothing_and_is_traced() -> None:
    made = resource("Procedure", code=concept("transplant"), status="preparation")
    found = facts(made)
    assert not [reading for reading in found.readings if reading.fact in {"transplant", "transplant-date"}]
    assert {each.reason for each in found.passed_over} == {"the procedure is planned and has not begun"}


def test_a_birth_date_may_be_partial() -> None:
    assert reading("birth-date", {"resourceType": "Patient", "birthDate": "1968"}).value == date_interval(
        1968
    )


# --- drugs -----------------------------------------------------------------------------------------


def drug(kind: str, status: str, **medication: Any) -> dict[str, Any]:
    given = medication or {"medicationCodeableConcept": concept("isatuximab")}
    return resource(kind, status=status, effectiveDateTime="2025-10-01", **given)


@pytest.mark.parametrize(
    ("kind", "status", "surely"),
    [
        ("MedicationAdministration", "completed", True),
        ("MedicationAdministration", "in-progress", True),
        ("MedicationAdministration", "stopped", True),
        ("MedicationAdministration", "on-hold", False),
        ("MedicationAdministration", "unknown", False),
        ("MedicationStatement", "active", True),
        ("MedicationStatement", "intended", False),
    ],
)
def test_drugs_are_given_surely_or_possibly(kind: str, status: str, surely: bool) -> None:
    one = frozenset({"isatuximab"})
    expected = Members(one) if surely else Members(frozenset(), one)
    assert reading("regimen", drug(kind, status)).value == expected


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("MedicationAdministration", "not-done"),
        ("MedicationAdministration", "entered-in-error"),
        ("MedicationStatement", "not-taken"),
    ],
)
def test_drugs_not_given_are_traced(kind: str, status: str) -> None:
    found = facts(drug(kind, status))
    assert found.readings == ()
    assert len(found.passed_over) == 1


def test_a_medication_may_be_referred_to() -> None:
    medication = {"resourceType": "Medication", "id": "m1", "code": concept("carfilzomib")}
    sent = drug("MedicationStatement", "active", medicationReference={"reference": "Medication/m1"})
    assert reading("regimen", sent, medication).value == Members(frozenset({"carfilzomib"}))
    held = drug(
        "MedicationStatement", "active", medicationReference={"reference": "#m1"}, contained=[medication]
    )
    assert reading("regimen", held).value == Members(frozenset({"carfilzomib"}))
    assert facts(sent).readings == ()


def test_other_drugs_are_passed_over() -> None:
    other = {"coding": [{"system": "http://www.whocc.no/atc", "code": "J01CA04"}]}
    found = facts(drug("MedicationStatement", "active", medicationCodeableConcept=other))
    assert found.readings == ()
    assert len(found.passed_over) == 1


# --- the whole request -----------------------------------------------------------------------------


def test_other_types_are_passed_over_and_traced() -> None:
    found = facts(observation(**MRD), {"resourceType": "Encounter", "id": "e1", "nonsense": True})
    assert [one.source.reference for one in found.passed_over] == ["Encounter/e1"]


def test_order_and_repetition_do_not_matter() -> None:
    sent = [
        with_specimen(),
        specimen(),
        observation("cycles", id="c", valueInteger=6),
        {"resourceType": "Patient"},
    ]
    expected = facts(*sent)
    for order in itertools.permutations(sent):
        assert facts(list(order)) == expected
        assert facts(*order, sent=bundle(*order)) == expected


def version(number: str, text: str, **more: Any) -> dict[str, Any]:
    return observation(valueQuantity=quantity(text, "[ppm]"), meta={"versionId": number, **more})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (version("9", "50"), version("10", "3")),
        (version("a", "50", lastUpdated="2026-02-11T10:00:00+02:00"),
         version("b", "3", lastUpdated="2026-02-11T09:00:00Z")),
    ],
)  # fmt: skip
def test_the_newest_version_counts_whatever_came_first(old: Any, new: Any) -> None:
    for order in ((old, new), (new, old)):
        found = facts(*order)
        (mrd,) = [one for one in found.readings if one.fact == "mrd"]
        assert (mrd.shown, mrd.source.version) == ("3 [ppm]", new["meta"]["versionId"])
        assert [one.source.version for one in found.passed_over] == [old["meta"]["versionId"]]


def test_a_withdrawal_in_a_newer_version_withdraws() -> None:
    void = {**version("2", "3"), "status": "entered-in-error"}
    assert facts(version("1", "3"), void, patient="Patient/p1").readings == ()


def test_a_resource_without_a_name_is_named_by_its_content() -> None:
    one, other = observation(**MRD, id=None), observation("cycles", valueInteger=6, id=None)
    assert facts(one, other) == facts(other, one)
    origins = {reading.origin for reading in facts(one, other).readings}
    assert len(origins) == 2
    assert all(origin.startswith("urn:uuid:") for origin in origins)
