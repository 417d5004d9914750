"""Who the patient is, what references mean, and what happens to resources about somebody else."""

from typing import Any

import pytest

from pactolus_engine.facts import FactSet, PatientIdentity
from tests.adapters.fhir_read.build import bundle, facts, observation, quantity, readings

BASE = "https://ehr.example/fhir"
IDENTIFIER = {"system": "http://hospital.example/mrn", "value": "T-1"}
MRD = {"valueQuantity": quantity("3", "[ppm]")}


def patient(name: str = "p1", **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": name, "birthDate": "1968-05-14", **more}


def about(reference: str = "Patient/p1", **more: Any) -> dict[str, Any]:
    return observation(**MRD, subject={"reference": reference}, **more)


def is_conflict(found: FactSet) -> bool:
    """The resource is called somebody else's, and nothing else of it is read."""
    named = {one.fact for one in found.readings if one.origin.startswith("Observation")}
    return named == {"other-subject"}


def is_read(found: FactSet) -> bool:
    facts_read = {one.fact for one in found.readings}
    return "mrd" in facts_read and "other-subject" not in facts_read


@pytest.mark.parametrize(
    ("sent", "asked", "expected"),
    [
        ([observation(**MRD)], "", PatientIdentity()),
        ([about()], "", PatientIdentity("Patient/p1", "Patient/p1")),
        ([about("Patient/p1/_history/3")], "", PatientIdentity("Patient/p1", "Patient/p1")),
        ([patient()], "", PatientIdentity("Patient/p1", "Patient/p1")),
        (
            [patient(identifier=[IDENTIFIER])],
            "",
            PatientIdentity("http://hospital.example/mrn|T-1", "Patient/p1"),
        ),
        ([patient(identifier=[IDENTIFIER])], "Patient/p1", PatientIdentity("Patient/p1", "Patient/p1")),
        ([about()], "Patient/p1/_history/2", PatientIdentity("Patient/p1", "Patient/p1")),
        ([about()], "p1", PatientIdentity("Patient/p1", "Patient/p1")),
        (
            [patient(identifier=[IDENTIFIER])],
            "http://hospital.example/mrn|T-1",
            PatientIdentity("http://hospital.example/mrn|T-1", "Patient/p1"),
        ),
    ],
)
def test_who_the_patient_is(sent: list[Any], asked: str, expected: PatientIdentity) -> None:
    assert facts(*sent, patient=asked).patient == expected


@pytest.mark.parametrize(
    ("patient_url", "observation_url", "reference"),
    [
        ("urn:uuid:0a", "urn:uuid:0b", "urn:uuid:0a"),
        (f"{BASE}/Patient/p1", f"{BASE}/Observation/mrd-1", "Patient/p1"),
        (f"{BASE}/Patient/p1", "urn:uuid:0b", f"{BASE}/Patient/p1/_history/7"),
        ("urn:uuid:0a", f"{BASE}/Observation/mrd-1", f"{BASE}/Patient/p1"),
        ("urn:uuid:0a", "urn:uuid:0b", "Patient/p1/_history/1"),
    ],
)
def test_references_resolve(patient_url: str, observation_url: str, reference: str) -> None:
    found = facts(sent=bundle((patient_url, patient()), (observation_url, about(reference))))
    assert is_read(found)
    assert [one.source.reference for one in found.readings if one.fact == "birth-date"] == ["Patient/p1"]


def test_a_base_that_is_known_is_stripped_and_another_is_not() -> None:
    absolute = about(f"{BASE}/Patient/p1")
    assert is_conflict(facts(patient(), absolute))
    assert is_read(facts(patient(), absolute, known_bases=[BASE]))


@pytest.mark.parametrize(
    ("sent", "bases"),
    [
        ([bundle((f"{BASE}/Patient/p1/_history/2", patient()))], []),
        ([bundle((f"{BASE}/Observation/mrd-1", about()))], []),
        ([bundle((f"{BASE}/Observation/mrd-1", about(f"{BASE}/Patient/p1")))], []),
        ([about()], [BASE]),
        ([about(f"{BASE}/Patient/p1")], [BASE]),
    ],
)
def test_a_patient_is_named_by_the_address_too(sent: list[Any], bases: list[str]) -> None:
    assert set(facts(*sent, known_bases=bases).patient.names) == {"Patient/p1", f"{BASE}/Patient/p1"}


def test_a_full_url_that_is_no_address_names_nobody() -> None:
    assert facts(sent=bundle(("urn:uuid:0a", patient()))).patient.names == ("Patient/p1",)


def test_two_servers_may_use_the_same_id() -> None:
    sent = bundle(
        (f"{BASE}/Patient/p1", patient()),
        (f"{BASE}/Observation/mrd-1", about()),
        ("https://other.example/fhir/Observation/mrd-1", about(f"{BASE}/Patient/p1", status="amended")),
    )
    assert {one.origin for one in readings("mrd", sent=sent)} == {
        f"{BASE}/Observation/mrd-1",
        "https://other.example/fhir/Observation/mrd-1",
    }


@pytest.mark.parametrize(
    ("reference", "is_own"),
    [
        (f"{BASE}/Patient/p1", True),
        ("https://other.example/fhir/Patient/p1", False),
        ("Patient/p1", False),
    ],
)
def test_the_same_id_on_another_server_is_another_patient(reference: str, is_own: bool) -> None:
    sent = bundle(
        (f"{BASE}/Patient/p1", patient()),
        ("https://other.example/fhir/Observation/mrd-1", about(reference)),
    )
    assert is_read(facts(sent=sent)) is is_own
    assert is_conflict(facts(sent=sent)) is not is_own


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        ([patient(), about("Patient/p2")], ""),
        ([about("Patient/p2")], "Patient/p1"),
        ([patient(), about("Group/p1")], ""),
        ([patient(), observation(**MRD, subject={"display": "somebody"})], ""),
        ([patient(), observation(**MRD, subject={"identifier": {**IDENTIFIER, "value": "T-2"}})], ""),
        (
            [patient(), about("#x", contained=[{"resourceType": "Patient", "id": "x"}])],
            "",
        ),
        ([about(), about("Patient/p2", id="mrd-2")], ""),
        ([patient(), about(focus=[{"reference": "Patient/p2"}])], ""),
        ([patient(), about(focus=[{"reference": "Patient/p1"}, {"reference": "Device/d"}])], ""),
        (
            [
                patient(identifier=[IDENTIFIER]),
                observation(
                    **MRD, subject={"reference": "Patient/p1", "identifier": {**IDENTIFIER, "value": "T-2"}}
                ),
            ],
            "",
        ),
    ],
)
def test_a_result_of_somebody_else_is_named_and_not_read(sent: list[Any], asked: str) -> None:
    assert is_conflict(facts(*sent, patient=asked))


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        ([patient(), observation(**MRD)], ""),
        ([about()], "Patient/p1"),
        ([patient(identifier=[IDENTIFIER]), observation(**MRD, subject={"identifier": IDENTIFIER})], ""),
        (
            [
                patient(identifier=[IDENTIFIER]),
                about("#x", contained=[{"resourceType": "Patient", "id": "x", "identifier": [IDENTIFIER]}]),
            ],
            "",
        ),
        ([about(), about("Patient/p2", id="mrd-2", status="entered-in-error")], ""),
        ([patient(), about(focus=[{"reference": "Patient/p1"}])], ""),
        *(
            (
                [
                    patient(identifier=[IDENTIFIER, {**IDENTIFIER, "value": "T-3"}]),
                    observation(**MRD, subject={"reference": "Patient/p1", "identifier": identifier}),
                ],
                "",
            )
            for identifier in (
                IDENTIFIER,
                {**IDENTIFIER, "value": "T-3"},
                {"system": "http://registry.example/number", "value": "9"},
            )
        ),
    ],
)
def test_a_result_of_the_patient_is_read(sent: list[Any], asked: str) -> None:
    assert is_read(facts(*sent, patient=asked))


def test_only_the_patient_asked_for_gives_a_birth_date() -> None:
    sent = [patient(), patient("p2", birthDate="2000-01-01")]
    (found,) = readings("birth-date", *sent, patient="Patient/p2")
    assert found.shown == "2000-01-01"
    assert readings("birth-date", patient(), patient="Patient/p9") == []


def test_a_specimen_of_somebody_else_gives_nothing() -> None:
    specimen = {"resourceType": "Specimen", "id": "s", "subject": {"reference": "Patient/p2"}}
    found = facts(patient(), about(specimen={"reference": "Specimen/s"}), specimen)
    assert {one.fact for one in found.readings if one.origin == "Specimen/s"} == {"other-subject"}
    assert not [one for one in found.readings if one.fact == "specimen"]


def test_a_contained_specimen_of_somebody_else_is_found() -> None:
    held = {"resourceType": "Specimen", "id": "s", "subject": {"reference": "Patient/p2"}}
    found = facts(patient(), about(contained=[held], specimen={"reference": "#s"}))
    places = [one.source.path for one in found.readings if one.fact == "other-subject"]
    assert places == ["Observation.contained[0].subject"]


def test_a_merged_record_is_a_conflict() -> None:
    link = [{"type": "replaced-by", "other": {"reference": "Patient/p2"}}]
    (found,) = readings("other-subject", patient(link=link), about())
    assert found.source.path == "Patient.link"
