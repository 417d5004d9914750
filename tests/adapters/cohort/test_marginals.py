"""The numbers of the trial stand in the files, and nothing in them looks like a person."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from fhir.resources.R4B import get_fhir_model_class

from pactolus_adapters.cohort.trial import ARMS, COMPARISONS, COMPLETED, ENROLLED
from tests.adapters.cohort.reading import Body, lines_of, patient_of, resources

FIRST, SECOND = "post-induction", "pre-maintenance"
ARM_SIZES = {"A": 243, "B": 242, "C": 109, "D": 124}
_TRANSPLANT = "709115004"


def _arms(folder: Path, snapshot: str) -> Counter[str]:
    return Counter(one.get("assignedArm", "")[:1] for one in resources(folder / snapshot, "ResearchSubject"))


def test_everybody_enrolled_is_in_the_first_snapshot_and_everybody_randomised_in_the_second(
    folder: Path,
) -> None:
    assert len(resources(folder / FIRST, "Patient")) == ENROLLED == 791
    assert len(resources(folder / SECOND, "Patient")) == 718


def test_the_arms_have_the_sizes_of_the_trial(folder: Path) -> None:
    assert _arms(folder, FIRST) == {**ARM_SIZES, "": 39 + 34}
    assert _arms(folder, SECOND) == ARM_SIZES


def test_so_many_completed_induction(folder: Path) -> None:
    statuses = Counter(one["status"] for one in resources(folder / FIRST, "ResearchSubject"))
    assert ENROLLED - statuses["off-study"] == COMPLETED == 757
    assert statuses == {"on-study-intervention": 718, "off-study": 34, "withdrawn": 4, "ineligible": 35}


def test_the_numbers_behind_the_published_percentages_round_to_them() -> None:
    for arm in ARMS:
        assert round(100 * arm.reached / arm.patients) == arm.percent
    assert {arm.letter: arm.percent for arm in ARMS} == {"A": 84, "B": 86, "C": 40, "D": 32}
    assert [(one.first, one.second) for one in COMPARISONS] == [("B", "A"), ("D", "C")]
    already = {arm.letter: round(100 * arm.already_below / arm.patients) for arm in ARMS if arm.already_below}
    assert already == {"A": 76, "B": 73}


def test_transplants_go_with_the_arm_and_15_percent_of_tandem_had_one(folder: Path) -> None:
    arms = {patient_of(one): one["assignedArm"][0] for one in resources(folder / SECOND, "ResearchSubject")}
    done = Counter(
        patient_of(one)
        for one in resources(folder / SECOND, "Procedure")
        if one["code"]["coding"][0]["code"] == _TRANSPLANT
    )
    died = {one["id"] for one in resources(folder / SECOND, "Patient") if "deceasedDateTime" in one}
    counts = Counter((arm, done[patient]) for patient, arm in arms.items() if patient not in died)
    assert counts == {("A", 0): 242, ("B", 1): 242, ("C", 1): 109, ("D", 1): 18, ("D", 2): 105}
    assert len(died) == 2


def test_no_transplant_is_known_when_consolidation_is_decided(folder: Path) -> None:
    codes = {one["code"]["coding"][0]["code"] for one in resources(folder / FIRST, "Procedure")}
    assert codes == {"49401003"}


@pytest.mark.parametrize("snapshot", [FIRST, SECOND])
def test_each_resource_is_a_line_about_a_patient_of_its_snapshot_and_marked_as_test_data(
    folder: Path, snapshot: str
) -> None:
    found = resources(folder / snapshot)
    patients = {one["id"] for one in resources(folder / snapshot, "Patient")}
    for one in found:
        assert one["meta"]["security"][0]["code"] == "HTEST"
        assert one["resourceType"] == "ResearchStudy" or patient_of(one) in patients
    named = Counter((one["resourceType"], one["id"], one["meta"].get("versionId")) for one in found)
    assert set(named.values()) == {1}


@pytest.mark.parametrize("snapshot", [FIRST, SECOND])
def test_nobody_looks_real(folder: Path, snapshot: str) -> None:
    for one in resources(folder / snapshot, "Patient"):
        assert re.fullmatch(r"synthetic-midas-[0-9]{6}", one["id"])
        assert one["name"] == [{"family": "Synthetic", "given": [f"Patient {one['id'][-6:]}"]}]
        (identifier,) = one["identifier"]
        assert identifier["system"].startswith("https://synthetic.example/")
        assert identifier["value"].startswith("SYNTHETIC-")
        assert not {"address", "telecom", "photo", "contact"} & set(one)


def test_what_the_service_does_not_read_is_valid_r4_too(folder: Path) -> None:
    """The reader passes over the types of the study, so no other test looks at their form."""
    for kind in ("ResearchStudy", "ResearchSubject"):
        for body in resources(folder / FIRST, kind):
            get_fhir_model_class(kind).model_validate(body)


def test_results_come_in_versions_of_which_the_newest_is_final(folder: Path) -> None:
    versions: dict[str, list[Body]] = {}
    for one in resources(folder / FIRST, "Observation"):
        versions.setdefault(one["id"], []).append(one)
    several = [
        sorted(each, key=lambda one: one["meta"]["versionId"]) for each in versions.values() if each[1:]
    ]
    stories = Counter(tuple(one["status"] for one in each) for each in several)
    assert set(stories) == {("preliminary", "final"), ("final", "corrected"), ("final", "amended")}
    assert stories["preliminary", "final"] > 50
    assert all(each[0]["meta"]["lastUpdated"] < each[1]["meta"]["lastUpdated"] for each in several)


def test_units_comparators_and_partial_days_vary(folder: Path) -> None:
    results = [one for one in resources(folder / FIRST, "Observation") if "-mrd" in one["id"]]
    quantities = [one["valueQuantity"] for one in results if "valueQuantity" in one]
    assert {"1", "%", "[ppm]", "/10*6", "{cells}/10*6{cells}", "10*-6{ratio}"} <= {
        one["code"] for one in quantities
    }
    assert {"<", ">", ">="} == {one["comparator"] for one in quantities if "comparator" in one}
    days = Counter(len(one["effectiveDateTime"]) for one in results)
    assert set(days) == {len("2023-01"), len("2023-01-01"), len("2023-01-01T09:15:00+01:00")}
    births = Counter(len(one["birthDate"]) for one in resources(folder / FIRST, "Patient"))
    assert set(births) == {4, 7, 10}


def test_the_median_age_is_the_published_one_and_nobody_was_66(folder: Path) -> None:
    """Of whoever has whole days for both; the rest is spread alike."""
    born = {one["id"]: one["birthDate"] for one in resources(folder / FIRST, "Patient")}
    ages = []
    for one in resources(folder / FIRST, "Condition"):
        birth, onset = born[patient_of(one)], one["recordedDate"]
        if one["id"].endswith("-myeloma") and len(birth) == 10:
            ages.append((date.fromisoformat(onset) - date.fromisoformat(birth)).days // 365.25)
    assert (sorted(ages)[len(ages) // 2], max(ages)) == (59, 65)


def test_the_readme_says_what_it_is_and_when_to_evaluate(folder: Path) -> None:
    text = (folder / "README.txt").read_text(encoding="ascii")
    assert text.startswith("A SYNTHETIC COHORT, MADE TO MATCH")
    assert "seed 1, scale 1" in text
    assert (
        "pactolus replay COHORT/post-induction --pack midas-consolidation --at 2024-06-01T12:00:00Z" in text
    )
    assert "pactolus replay COHORT/pre-maintenance --pack midas-endpoint --at 2025-06-01T12:00:00Z" in text
    assert max(map(len, text.splitlines())) <= 120


def test_lines_end_with_a_line_break_and_hold_none(folder: Path) -> None:
    for file in (folder / FIRST).glob("*.ndjson"):
        assert file.read_bytes().endswith(b"}\n")
    assert all(line.startswith(b'{"resourceType":"') for line in lines_of(folder / FIRST))
