"""`pactolus rules diff`: exit codes, the witness as FHIR that both packs answer otherwise, JSON."""

import json
import shutil
from pathlib import Path

import pytest

from tests.adapters.cli.run import Runner, runner
from tests.support.examples import ROOT

_ENDPOINT = ROOT / "rules" / "midas-endpoint"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return runner(tmp_path / "data", monkeypatch, capsys)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the pack, without its cases, to be changed."""
    folder = tmp_path / "changed" / "midas-endpoint"
    shutil.copytree(_ENDPOINT, folder, ignore=shutil.ignore_patterns("cases"))
    return folder


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_pack_beside_itself_is_the_same(run: Runner) -> None:
    told = run("rules", "diff", "midas-endpoint", _ENDPOINT)
    assert told.code == 0 and "No complete patient is answered otherwise." in told.out


def test_another_text_moves_no_answer(run: Runner, copy: Path) -> None:
    _replace(copy / "pack.yaml", "title: ", "title: Other, ")
    told = run("rules", "diff", _ENDPOINT, copy)
    assert told.code == 0 and "- pack: title" in told.out


def test_a_code_more_is_told_as_a_difference(run: Runner, copy: Path) -> None:
    _replace(
        copy / "codes.yaml",
        "mrd-ngs:\n  codes:\n",
        "mrd-ngs:\n  codes:\n    - {system: local:mrd, code: other-ngs}\n",
    )
    told = run("rules", "diff", _ENDPOINT, copy)
    assert told.code == 10 and "code set mrd-ngs: with local:mrd other-ngs now" in told.out


def test_a_dropped_rule_has_witnesses_that_part_when_they_are_sent(
    run: Runner, copy: Path, tmp_path: Path
) -> None:
    (copy / "rules" / "relapse-before-maintenance.yaml").unlink()
    out = tmp_path / "witnesses"
    told = run("rules", "diff", _ENDPOINT, copy, "--witness", out, "--json")
    document = json.loads(told.out)
    assert (
        told.code == 10 and document["whole"] and document["changedRules"] == ["relapse-before-maintenance"]
    )
    assert document["answers"] and len(list(out.iterdir())) == len(document["answers"])
    for one in document["answers"]:
        sent = one["witness"]
        assert sent["differs"] and sent["before"] == one["before"] != one["after"] == sent["after"]
        for folder, wanted in ((_ENDPOINT, one["before"]), (copy, one["after"])):
            pack = ("--pack", "midas-endpoint", "--rules", folder.parent)
            answered = run("evaluate", sent["file"], "--at", sent["at"], *pack, "--json")
            assert json.loads(answered.out)["decision"]["outcome"] == f"OUTCOME_{wanted['outcome']}"


def test_the_commands_are_printed_with_the_region(run: Runner, copy: Path, tmp_path: Path) -> None:
    (copy / "rules" / "relapse-before-maintenance.yaml").unlink()
    told = run("rules", "diff", _ENDPOINT, copy, "--witness", tmp_path / "out", "--regions", "1")
    assert told.code == 10 and "The bound was met: there may be more." in told.out
    assert f"$ pactolus evaluate {tmp_path / 'out' / 'witness-01.json'} --at " in told.out
    assert "Myeloma in relapse before maintenance [relapse]: true" in told.out
