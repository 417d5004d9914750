"""A cohort's answers out of the report of a real replay, and what is no report of it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pactolus_adapters.cli.main import cli
from pactolus_adapters.cohort.answers import patient_answers
from pactolus_adapters.cohort.tables import AnswersDoNotFit
from pactolus_adapters.cohort.write_folder import write_cohort
from tests.support.examples import ROOT

PATIENTS = 10
AT = "2024-06-01T12:00:00Z"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first patients of a cohort, with all that is about them."""
    whole, cut = (tmp_path_factory.mktemp(name) for name in ("whole", "cut"))
    write_cohort(whole / "cohort", 1, 1)
    found = whole / "cohort" / "post-induction"
    lines = (found / "Patient.ndjson").read_text().splitlines()[:PATIENTS]
    kept = {f"Patient/{json.loads(line)['id']}" for line in lines}
    for file in sorted(found.glob("*.ndjson")):
        whose = [one for one in file.read_text().splitlines() if _whose(json.loads(one)) & kept]
        (cut / file.name).write_text("".join(f"{one}\n" for one in whose))
    return cut


def _whose(body: dict[str, object]) -> set[str]:
    names = {f"{body['resourceType']}/{body['id']}"}
    references = (body.get(name) for name in ("subject", "individual", "patient"))
    return names | {str(one["reference"]) for one in references if isinstance(one, dict)}


@pytest.fixture(scope="module")
def report(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("replay")
    options = (
        "--pack",
        "midas-consolidation",
        "--at",
        AT,
        "--runner",
        "inline",
        "--rules",
        str(ROOT / "rules"),
    )
    places = ("--data", str(folder / "data"), "--report", str(folder / "report"))
    run = CliRunner().invoke(cli, ["replay", str(snapshot), *options, *places])
    assert run.exit_code == 0, run.output
    return folder / "report"


def test_each_patient_has_the_answer_to_their_own_resources(snapshot: Path, report: Path) -> None:
    found = patient_answers(snapshot, report, "midas-consolidation")
    ids = {json.loads(line)["id"] for line in (snapshot / "Patient.ndjson").read_text().splitlines()}
    assert {one.patient for one in found} == ids and len(found) == PATIENTS
    arms = {
        subject["individual"]["reference"].removeprefix("Patient/"): subject.get("assignedArm", "")
        for subject in map(json.loads, (snapshot / "ResearchSubject.ndjson").read_text().splitlines())
    }
    strata = {"A": "negative", "B": "negative", "C": "positive", "D": "positive"}
    randomised = [one for one in found if arms[one.patient]]
    assert randomised, "the first patients of a cohort are expected to be in arms"
    for one in randomised:
        assert (one.outcome, one.conclusions["mrd-status"]) == ("OFFER", strata[arms[one.patient][0]])


def test_a_report_of_something_else_is_refused(snapshot: Path, report: Path, tmp_path: Path) -> None:
    with pytest.raises(AnswersDoNotFit, match="midas-endpoint"):
        patient_answers(snapshot, report, "midas-endpoint")
    with pytest.raises(AnswersDoNotFit, match="no finished replay"):
        patient_answers(snapshot, tmp_path, "midas-consolidation")
    (tmp_path / "Patient.ndjson").write_text('{"resourceType":"Patient","id":"one"}\n')
    with pytest.raises(AnswersDoNotFit, match="about no patient"):
        patient_answers(tmp_path, report, "midas-consolidation")
