"""`pactolus rules coverage` and `generate` together: gaps are told, cases for them are written, and they pass."""

import json
from pathlib import Path

import pytest

from pactolus_adapters.cli.exits import Exit
from pactolus_engine.generate.text import MARK
from tests.adapters.cli.run import Runner, runner
from tests.support.small_files import SMALL, write_pack


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return runner(tmp_path / "data", monkeypatch, capsys)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "small")


def test_a_gap_is_told_with_the_place_of_its_rule(run: Runner, folder: Path) -> None:
    found = run("rules", "coverage", folder)
    assert found.code == Exit.OUTCOME
    assert f"{folder}/rules/negative.yaml:1" in found.out
    assert "never at: mrd < 1e-5" in found.out
    assert "small 1.0.0: looked at with 3 cases" in found.out


def test_what_is_required_decides_the_exit(run: Runner, folder: Path) -> None:
    assert run("rules", "coverage", folder, "--require", "10").code == Exit.OUTCOME
    assert run("rules", "coverage", folder, "--require", "99.9").code == Exit.FOUND
    assert run("rules", "coverage", folder, "--require", "101").code == Exit.USAGE


def test_coverage_for_machines(run: Runner, folder: Path) -> None:
    found = json.loads(run("rules", "coverage", folder, "--json").out)
    (weak,) = [one for one in found["items"] if (one["rule"], one["kind"]) == ("weak-heart", "threshold")]
    assert weak["goals"][1] == {
        "sight": "at",
        "code": "COV302",
        "lacking": False,
        "seenIn": "cases/site-minimum.yaml",
    }
    assert (
        found["shares"]["all"]["asked"] == 33
    )  # 12 truths of rules, 12 of conditions, 9 sides of thresholds


def test_generated_cases_close_the_gaps_load_and_pass(run: Runner, folder: Path) -> None:
    written = run("rules", "generate", folder)
    assert written.code == Exit.OUTCOME
    new = sorted((folder / "cases").glob("generated-*.yaml"))
    assert len(new) > 4
    assert all(file.read_text().startswith(MARK) for file in new)
    tested = run("rules", "test", folder)
    assert (tested.code, tested.out) == (Exit.OUTCOME, f"small 1.0.0: {len(new) + 3} passed\n")
    shares = json.loads(run("rules", "coverage", folder, "--json").out)["shares"]
    assert shares["thresholds"]["percent"] == "100.0"


def test_generating_again_writes_nothing_new(run: Runner, folder: Path) -> None:
    run("rules", "generate", folder)
    before = {file: file.read_bytes() for file in folder.rglob("*.yaml")}
    again = run("rules", "generate", folder)
    assert "0 written" in again.out
    assert {file: file.read_bytes() for file in folder.rglob("*.yaml")} == before


def test_all_of_them_go_elsewhere_and_twice_the_same(run: Runner, folder: Path, tmp_path: Path) -> None:
    run("rules", "generate", folder, "--into", tmp_path / "drafts", "--all")
    first = {file.name: file.read_text() for file in (tmp_path / "drafts").iterdir()}
    assert any(name.endswith("mrd-just-below-1e-5.yaml") for name in first)
    again = run("rules", "generate", folder, "--into", tmp_path / "drafts", "--all")
    assert f"0 written, {len(first)} there already" in again.out


def test_a_neighbour_is_exact_and_says_what_it_came_from(run: Runner, folder: Path) -> None:
    run("rules", "generate", folder)
    (at,) = (folder / "cases").glob("generated-negative-mrd-at-*.yaml")
    text = at.read_text()
    assert "mrd: 1e-5\n" in text
    assert "# base patient: cases/" in text and "stated otherwise: mrd" in text


def test_a_condition_that_cannot_decide_alone_is_told_with_the_reason(run: Runner, tmp_path: Path) -> None:
    rule = SMALL["rules/offered.yaml"].replace(
        "{not: {defined: negative}}", "{any: [{not: {defined: negative}}, {fact: mrd, below: 1e-5}]}"
    )
    cases = {name: text for name, text in SMALL.items() if name != "cases/negative.yaml"}
    found = run("rules", "generate", write_pack(tmp_path / "small", cases, rules__offered=rule))
    told = " ".join(found.out.split())
    assert "the rule asks about `mrd` in (negative) too" in told


def test_nothing_is_written_by_a_dry_run(run: Runner, folder: Path) -> None:
    found = run("rules", "generate", folder, "--dry-run")
    assert "would be written" in found.out
    assert not list((folder / "cases").glob("generated-*"))
