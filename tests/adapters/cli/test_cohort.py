"""`pactolus cohort midas`: it writes once, says what it is, and never over anything."""

import json
from pathlib import Path

import pytest

from pactolus_adapters.cli.exits import Exit
from tests.adapters.cli.run import Runner, runner


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return runner(tmp_path / "data", monkeypatch, capsys)


def test_it_writes_a_cohort_once_and_tells_what_as_json(run: Runner, tmp_path: Path) -> None:
    made = run("cohort", "midas", tmp_path / "new", "--seed", 7, "--json")
    assert (made.code, made.err) == (Exit.OUTCOME, "")
    told = json.loads(made.out)
    assert (told["seed"], told["scale"], told["synthetic"]) == (7, 1, True)
    assert [(one["pack"], one["at"], one["patients"]) for one in told["snapshots"]] == [
        ("midas-consolidation", "2024-06-01T12:00:00Z", 791),
        ("midas-endpoint", "2025-06-01T12:00:00Z", 718),
    ]
    for one in told["snapshots"]:
        for kind, number in one["resources"].items():
            assert len((Path(one["folder"]) / f"{kind}.ndjson").read_bytes().splitlines()) == number
    before = sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*"))
    again = run("cohort", "midas", tmp_path / "new")
    assert (again.code, again.out) == (Exit.USAGE, "")
    assert again.err == f"error: `{tmp_path / 'new'}` is there already; name a new folder\n"
    assert sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("option", ["--seed=-1", "--scale=0", "--scale=x"])
def test_numbers_out_of_range_are_usage(run: Runner, tmp_path: Path, option: str) -> None:
    assert run("cohort", "midas", tmp_path / "new", option).code == Exit.USAGE
    assert not (tmp_path / "new").exists()


def test_the_help_says_that_it_tests_the_pipeline(run: Runner) -> None:
    help_text = " ".join(run("cohort", "midas", "--help").out.split())
    assert "it tests the pipeline, not the trial" in help_text
