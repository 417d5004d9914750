"""Every bad request is refused with all of its violations, at their places, without its values."""

from typing import Any

import pytest

from pactolus_adapters.fhir.read import Limits
from tests.adapters.fhir_read.build import (
    VERIFICATION,
    bundle,
    component,
    concept,
    facts,
    observation,
    places,
    quantity,
    resource,
    violations,
)

HERE = "resources_json[0].Observation"
PATIENT = {"resourceType": "Patient", "id": "p1"}


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        (observation(status=None), f"{HERE}.status"),
        (observation(status="banana"), f"{HERE}.status"),
        (observation(code=None), f"{HERE}.code"),
        (observation(valueQuantity=quantity("1", "%", "~")), f"{HERE}.valueQuantity.comparator"),
        (observation(valueInteger=1, dataAbsentReason={"text": "x"}), f"{HERE}.dataAbsentReason"),
        (
            observation(component=[component("lod", valueInteger=1, dataAbsentReason={"text": "x"})]),
            f"{HERE}.component[0].dataAbsentReason",
        ),
        (observation(valueInteger=1, component=[component("mrd-ngs")]), f"{HERE}.component[0].code"),
        (observation(valueInteger=1, valueString="x"), f"{HERE}.value"),
        (observation(valueInteger="6"), f"{HERE}.valueInteger"),
        (observation(valueInteger=6.5), f"{HERE}.valueInteger"),
        (observation(valueBoolean="true"), f"{HERE}.valueBoolean"),
        (observation(valueQuantity={"value": "0.1"}), f"{HERE}.valueQuantity.value"),
        (observation(valueQuantity='{"value": 1}'), f"{HERE}.valueQuantity"),
        (observation(effectiveDateTime="2026-02-30"), f"{HERE}.effectiveDateTime"),
        (observation(effectiveDateTime="2026-02-10T10:00"), f"{HERE}.effectiveDateTime"),
        (observation(effectiveDateTime=20260210), f"{HERE}.effectiveDateTime"),
        (
            observation(effectiveDateTime=None, effectivePeriod={"start": "2026-03", "end": "2026-02"}),
            f"{HERE}.effectivePeriod",
        ),
        (observation(id="a b"), f"{HERE}.id"),
        (observation(id="a" * 65), f"{HERE}.id"),
        (observation(colour="x"), f"{HERE}.children()[5]"),
        (observation(janeCanary="x"), f"{HERE}.children()[5]"),
        (observation(fhir_comments="x"), f"{HERE}.children()[5]"),
        (observation(resource_type="x"), f"{HERE}.children()[5]"),
        (observation(method={}), f"{HERE}.method"),
        (observation(category=[]), f"{HERE}.category"),
        (observation(category=[None]), f"{HERE}.category[0]"),
        (observation(code={"coding": [{"system": "a b", "code": " c"}]}), f"{HERE}.code.coding[0].code"),
        (observation(contained=[{"resourceType": "Specimen", "id": "s"}]), f"{HERE}.contained[0]"),
        (observation(specimen={"reference": "#s"}), f"{HERE}.specimen.reference"),
        (
            resource("Condition", code=concept("myeloma"), verificationStatus={"text": "sure"}),
            "resources_json[0].Condition.verificationStatus",
        ),
        (
            resource("MedicationStatement", status="active"),
            "resources_json[0].MedicationStatement.medication",
        ),
        ({"resourceType": "Patient", "gender": "banana"}, "resources_json[0].Patient.gender"),
        ({"resourceType": "Patient", "birthDate": "1968-13"}, "resources_json[0].Patient.birthDate"),
        ({"resourceType": "Patient", "birthDate": "1968-00"}, "resources_json[0].Patient.birthDate"),
        ({"resourceType": "Bundle"}, "resources_json[0].Bundle.type"),
        ([PATIENT, 7], "resources_json[0][1]"),
        ({"no": "type"}, "resources_json[0]"),
        ({"resourceType": 7}, "resources_json[0]"),
        (b"null", "resources_json[0]"),
        (b"[]", "resources_json"),
        (b"not JSON", "resources_json[0]"),
    ],
)  # fmt: skip
def test_one_fault_is_one_violation_at_its_place(broken: Any, place: str) -> None:
    assert places(broken) == [place]


def test_all_faults_of_a_request_are_reported_at_once() -> None:
    sent = bundle(observation(id="other", status="banana"), {"resourceType": "Specimen", "type": 7})
    found = places(observation(status=None, valueInteger=1.5), b"[", sent=sent)
    assert found == [
        "bundle_json.Bundle.entry[0].resource.Observation.status",
        "bundle_json.Bundle.entry[1].resource.Specimen.type",
        "resources_json[0].Observation.status",
        "resources_json[0].Observation.valueInteger",
        "resources_json[1]",
    ]


def test_two_patients_need_to_be_told_apart() -> None:
    other = {"resourceType": "Patient", "id": "p2"}
    assert places(PATIENT, other) == ["patient"]
    assert facts(PATIENT, other, patient="Patient/p2").patient.reference == "Patient/p2"


@pytest.mark.parametrize("patient", ["John Doe", "Group/1", "#p", "Patient/", "javascript:alert(1)"])
def test_a_patient_that_is_no_reference_is_refused(patient: str) -> None:
    assert places(PATIENT, patient=patient) == ["patient"]


def test_an_empty_request_is_refused() -> None:
    assert places() == ["resources_json"]
    assert places(sent={"resourceType": "Bundle", "type": "collection"}) == ["resources_json"]


def test_the_bundle_field_takes_a_bundle_only() -> None:
    assert places(sent=PATIENT) == ["bundle_json"]
    assert places(sent=b"null") == ["bundle_json"]


def test_sizes_are_limited() -> None:
    small = Limits(resource_bytes=200, request_bytes=1000)
    long_ = observation(note=[{"text": "x" * 300}])
    assert places(long_, limits=small) == ["resources_json[0]"]
    assert facts([long_], limits=small).patient.key == ""
    assert places(*[PATIENT] * 50, limits=small) == ["resources_json"]


def test_versions_that_cannot_be_ordered_are_refused() -> None:
    assert places(observation(), observation(status="amended")) == ["resources_json[1].Observation"]


def test_names_that_are_no_element_names_are_counted_not_repeated() -> None:
    (only,) = violations(observation(**{"Jane Canary": 1}))
    assert only.field == f"{HERE}.children()[5]"
    assert "Canary" not in only.description


def test_an_unknown_element_is_answered_with_what_was_probably_meant() -> None:
    (only,) = violations(observation(effectiveDatetime="2026-02-10"))
    assert only.description.endswith("did you mean `effectiveDateTime`?")
    assert "effectiveDatetime" not in only.description


@pytest.mark.parametrize("kind", ["Canary", "observation", "Resource", "DomainResource", "JaneDoe"])
def test_a_type_that_fhir_does_not_have_is_refused_and_not_repeated(kind: str) -> None:
    (only,) = violations({"resourceType": kind, "id": "1"})
    assert only.field == "resources_json[0]"
    assert kind not in only.description


@pytest.mark.parametrize("kind", ["Encounter", "MedicinalProduct"])
def test_another_type_of_r4_is_passed_over(kind: str) -> None:
    found = facts([PATIENT, {"resourceType": kind, "id": "1"}])
    assert [one.source.reference for one in found.passed_over] == [f"{kind}/1"]


def test_required_codes_are_listed_and_the_value_is_not() -> None:
    (only,) = violations(observation(status="banana"))
    assert "`entered-in-error`" in only.description
    assert "banana" not in only.description


def test_a_flood_of_faults_is_cut_and_says_so() -> None:
    found = violations([observation(status="x") for _ in range(1500)])
    assert len(found) == 1001
    assert found[0].field == ""


def test_clinical_status_and_verification_are_bound() -> None:
    good = {"coding": [{"system": VERIFICATION, "code": "confirmed"}]}
    bad = {"coding": [{"system": VERIFICATION, "code": "certain"}]}
    assert facts(resource("Condition", code=concept("myeloma"), verificationStatus=good)).readings
    assert places(resource("Condition", code=concept("myeloma"), verificationStatus=bad)) == [
        "resources_json[0].Condition.verificationStatus"
    ]
