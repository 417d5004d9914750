"""`pactolus rules explain`: a case, a file, and what is refused."""

import json
from pathlib import Path

import pytest

from tests.adapters.cli.run import Runner, runner
from tests.support.examples import EXAMPLES

_AT = ("--at", "2026-03-01T09:00:00Z")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return runner(tmp_path / "data", monkeypatch, capsys)


def test_a_case_tells_why_why_not_and_what_would_flip_it(run: Runner, tmp_path: Path) -> None:
    told = run("rules", "explain", "midas-consolidation", "--case", "t05-blood")
    assert told.code == 0
    assert "The MRD sample is blood or plasma [exclude, specimen-is-blood]" in told.out
    assert "offer-tandem-asct is not true: (mrd >= 1e-5) is false (mrd: 3e-6)" in told.out
    assert "- Specimen of the MRD sample: blood -> marrow-aspirate" in told.out
    assert "every change of up to 2 facts was tried" in told.out
    assert not (tmp_path / "data").exists()


def test_a_file_that_lacks_facts_tells_what_they_could_bring(run: Runner) -> None:
    told = run("rules", "explain", "midas-consolidation", EXAMPLES / "lone-observation.json", *_AT, "--json")
    (document,) = map(json.loads, told.out.splitlines())
    assert document["answer"]["outcome"] == "NEED_DATA"
    brings = {
        one["fact"]: {each["value"]: each["answers"] for each in one["brings"]}
        for one in document["notKnown"]
    }
    assert [one["outcome"] for one in brings["induction-cycles"]["at or below 5"]] == ["OUT_OF_SCOPE"]
    assert "mrd" not in brings


def test_the_threshold_is_the_nearest_change_of_an_offer(run: Runner) -> None:
    told = run(
        "rules", "explain", "midas-consolidation", EXAMPLES / "exactly-1e-5-percent.json", *_AT, "--json"
    )
    changes = json.loads(told.out)["nearestChanges"]["changes"]
    flips = {
        (one["changes"][0]["to"], tuple(one["answer"]["options"]))
        for one in changes
        if one["changes"][0]["fact"] == "mrd"
    }
    assert ("below 1e-5", ("asct-isa-krd-x2", "isa-krd-x6")) in flips
    assert not {one["fact"] for each in changes for one in each["changes"]} & {
        "birth-date",
        "diagnosis-date",
        "diagnosis",
    }


def test_the_bound_is_said(run: Runner) -> None:
    told = run("rules", "explain", "midas-endpoint", EXAMPLES / "endpoint-reached.json", *_AT, "--steps", "5")
    assert "the search met its bound of 5 evaluations before it was through" in " ".join(told.out.split())


def test_what_is_not_there_is_refused(run: Runner) -> None:
    assert run("rules", "explain", "midas-consolidation").code == 2
    unknown = run("rules", "explain", "midas-endpoint", "--case", "no-such-case")
    assert unknown.code == 2 and "no case `no-such-case` in the pack" in unknown.err
    assert run("rules", "explain", "no-such-pack", "--case", "t05-blood").code == 2


def test_a_file_that_must_be_refused_is_refused(run: Runner, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("{", encoding="utf-8")
    assert run("rules", "explain", "midas-endpoint", bad, *_AT).code == 3
