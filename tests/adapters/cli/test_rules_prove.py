"""`pactolus rules prove`: exit codes, output, and the very command it prints shows the finding."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.cli.run import Runner, runner
from tests.engine.pack.minimal import minimal_files

_BLOCK = (
    b"id: few-cycles\ntitle: Few cycles\ntext: Fewer than eight.\nwhen: {fact: cycles, below: 8}\n"
    b"effect: {block: transplant}\nrationale: made\n"
)


@pytest.fixture
def pactolus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return runner(tmp_path / "data", monkeypatch, capsys)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of packs with the minimal pack in it, in which an option is blocked where cycles are few."""
    for name, content in (minimal_files() | {"rules/few-cycles.yaml": _BLOCK}).items():
        path = tmp_path / "packs" / "minimal" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "packs"


def _accept(folder: Path, *findings: dict[str, str]) -> None:
    (folder / "minimal" / "properties.yaml").write_text(
        "accepted:\n"
        + "".join(
            f"  - {{finding: {one['code']}, about: {one['about']}, reason: it is known}}\n"
            for one in findings
        )
    )


def test_a_finding_is_told_and_the_command_beside_it_shows_it(
    pactolus: Runner, folder: Path, tmp_path: Path
) -> None:
    run = pactolus("rules", "prove", "minimal", "--rules", folder, "--witness", tmp_path / "w", "--json")
    assert run.code == 1
    report = json.loads(run.out)
    (gap,) = [one for one in report["findings"] if one["code"] == "gap"]
    (witness,) = gap["witnesses"]
    words = shlex.split(witness["command"])
    shown = pactolus(*words[1:])
    assert shown.code == 0
    assert "OUT_OF_SCOPE" in shown.out
    assert Path(witness["file"]).parent == tmp_path / "w"


def test_what_the_pack_accepts_is_no_longer_found(pactolus: Runner, folder: Path) -> None:
    report = json.loads(pactolus("rules", "prove", "minimal", "--rules", folder, "--json").out)
    found = [
        {"code": one["code"], "about": (one["rules"] or [one["subject"]])[0]} for one in report["findings"]
    ]
    _accept(folder, *[one for one in found if one["code"] != "gap"])
    gap = "gaps:\n  any:\n    reason: nobody knows\n    when: {any: [{fact: specimen, in: [marrow-aspirate]}]}\n"
    path = folder / "minimal" / "properties.yaml"
    path.write_text(path.read_text() + gap)
    run = pactolus("rules", "prove", "minimal", "--rules", folder)
    assert run.code == 0, run.out
    assert "accepted: it is known" in run.out
    assert " 0 found, " in run.out


def test_a_pack_that_is_refused_or_not_there(pactolus: Runner, folder: Path) -> None:
    assert pactolus("rules", "prove", "nothing", "--rules", folder).code == 2
    (folder / "minimal" / "properties.yaml").write_text("gaps: {one: {reason: r}}\n")
    run = pactolus("rules", "prove", "minimal", "--rules", folder)
    assert run.code == 4
    assert "properties.yaml:1:8: missing key `when`" in run.err


def test_without_the_solver_the_way_to_it_is_told(
    pactolus: Runner, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pactolus_adapters.authoring.prove.find_spec", lambda _: None)
    run = pactolus("rules", "prove", "minimal", "--rules", folder)
    assert run.code == 2
    assert "make setup-authoring" in run.err


def test_really_without_the_solver_nothing_breaks(folder: Path) -> None:
    """Not only said to be away: whatever imports it before the question fails here."""
    script = "import sys; sys.modules['z3'] = None; from pactolus_adapters.cli.main import main; main()"
    command = ["rules", "prove", "minimal", "--rules", str(folder)]
    run = subprocess.run(
        [sys.executable, "-c", script, *command], capture_output=True, text=True, check=False
    )
    assert run.returncode == 2 and "make setup-authoring" in run.stderr


def test_a_folder_for_witnesses_that_cannot_be_made_is_told(pactolus: Runner, folder: Path) -> None:
    there = folder / "minimal" / "pack.yaml"
    for command in (["prove", "minimal"], ["diff", "minimal", "minimal"]):
        run = pactolus("rules", *command, "--rules", folder, "--witness", there / "below")
        assert run.code == 2 and "cannot be written" in run.err
