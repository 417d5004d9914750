"""`pactolus rules export`: where it writes, what it tells, how it ends."""

import json
from pathlib import Path

import pytest

from tests.adapters.cli.run import Runner, runner


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return runner(tmp_path / "data", monkeypatch, capsys)


def test_every_artifact_is_a_file_and_is_told(run: Runner, tmp_path: Path) -> None:
    done = run("rules", "export", "midas-endpoint", "--into", tmp_path / "out")
    assert done.code == 0
    assert done.out.split() == ["PlanDefinition/midas-endpoint", "Library/midas-endpoint"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "Library-midas-endpoint.json",
        "PlanDefinition-midas-endpoint.json",
    ]


def test_programs_are_told_in_json(run: Runner, tmp_path: Path) -> None:
    file = tmp_path / "all.json"
    done = run("rules", "export", "midas-endpoint", "--bundle", file, "--json")
    told = json.loads(done.out)
    assert (done.code, told["written"], told["pack"]) == (0, [str(file)], "midas-endpoint")
    assert json.loads(file.read_bytes())["resourceType"] == "Bundle"


@pytest.mark.parametrize("both", [True, False])
def test_one_place_must_be_named(run: Runner, tmp_path: Path, both: bool) -> None:
    places = ("--into", tmp_path / "out", "--bundle", tmp_path / "all.json") if both else ()
    done = run("rules", "export", "midas-endpoint", *places)
    assert done.code == 2
    assert "--into DIR or --bundle FILE" in done.err
    assert not list(tmp_path.iterdir())


def test_a_folder_in_use_is_refused(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "older.json").write_text("{}")
    done = run("rules", "export", "midas-endpoint", "--into", tmp_path)
    assert (done.code, "is not empty" in done.err) == (2, True)
