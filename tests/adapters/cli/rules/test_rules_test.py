"""`pactolus rules test`: what a person, a build server and a script are told of the cases of a pack."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pactolus_adapters.cli.exits import Exit
from tests.adapters.cli.run import Runner, runner
from tests.support.small_files import SMALL, write_pack

_WRONG = SMALL["cases/positive.yaml"].replace("outcome: OFFER", "outcome: HOLD").replace("[graft]", "[]")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return runner(tmp_path / "data", monkeypatch, capsys)


def test_a_pack_whose_cases_pass(run: Runner, tmp_path: Path) -> None:
    found = run("rules", "test", write_pack(tmp_path / "small"))
    assert (found.code, found.out) == (Exit.OUTCOME, "small 1.0.0: 3 passed\n")


def test_a_failing_case_is_told_as_a_clinician_reads_it(run: Runner, tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "small", cases__positive=_WRONG)
    found = run("rules", "test", folder)
    assert found.code == Exit.FOUND
    lines = [line.strip() for line in found.out.splitlines()]
    assert lines[:2] == ["FAILED: positive, two grafts", f"{folder}/cases/positive.yaml:1:1"]
    assert "outcome: expected HOLD, got OFFER" in lines
    assert "options: expected none, got graft" in lines
    assert "- true: Title of offered [offer, offered]" in lines
    assert lines[-1] == "small 1.0.0: 2 passed, 1 failed"
    assert "mrd < 1e-5" not in found.out


def test_the_values_behind_a_failure(run: Runner, tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "small", cases__positive=_WRONG)
    found = run("rules", "test", folder, "--var-values")
    assert "[false] mrd < 1e-5" in found.out
    assert "mrd = 2e-4" in found.out
    assert "[true] not" in found.out


def test_reasons_are_an_exact_list(run: Runner, tmp_path: Path) -> None:
    wrong = SMALL["cases/positive.yaml"].replace("reasons: [offered]", "reasons: [offered, no-graft]")
    found = run("rules", "test", write_pack(tmp_path / "small", cases__positive=wrong), "--json")
    (case,) = [one for one in json.loads(found.out)["packs"][0]["cases"] if one["case"] == "positive"]
    assert case["differences"] == [{"key": "reasons", "expected": "offered, no-graft", "got": "offered"}]


def test_one_case_is_chosen_by_name_and_a_mistyped_name_is_no_pass(run: Runner, tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "small")
    assert run("rules", "test", folder, "--case", "pos*").out == "small 1.0.0: 1 passed\n"
    assert run("rules", "test", folder, "--case", "possitive").code == Exit.USAGE


def test_a_pack_without_cases_does_not_pass(run: Runner, tmp_path: Path) -> None:
    files = {name: text for name, text in SMALL.items() if not name.startswith("cases/")}
    found = run("rules", "test", write_pack(tmp_path / "small", files))
    assert (found.code, found.out) == (Exit.FOUND, "small 1.0.0: no cases\n")


def test_a_refused_pack_is_told_and_the_others_run(run: Runner, tmp_path: Path) -> None:
    good = write_pack(tmp_path / "small")
    bad = write_pack(tmp_path / "bad", cases__positive="name: [\n")
    found = run("rules", "test", bad, good)
    assert found.code == Exit.PACK_INVALID
    assert "cases/positive.yaml" in found.err
    assert found.out == "small 1.0.0: 3 passed\n"


def test_the_report_for_build_servers(run: Runner, tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "small", cases__positive=_WRONG)
    run("rules", "test", folder, "--junit", tmp_path / "report.xml")
    (suite,) = ElementTree.parse(tmp_path / "report.xml").getroot()
    assert {key: suite.get(key) for key in ("name", "tests", "failures", "errors")} == {
        "name": "small",
        "tests": "3",
        "failures": "1",
        "errors": "0",
    }
    (failing,) = [case for case in suite if len(case)]
    assert failing.get("file") == str(folder / "cases" / "positive.yaml")
    assert "expected HOLD, got OFFER" in (failing[0].text or "")
