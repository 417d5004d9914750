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
    """A copy of the pack, without its cases and claims, to be changed."""
    folder = tmp_path / "changed" / "midas-endpoint"
    shutil.copytree(_ENDPOINT, folder, ignore=shutil.ignore_patterns("cases", "properties.yaml"))
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


def test_a_dropped_rule_has_a_witness_that_parts_when_it_is_sent(
    run: Runner, copy: Path, tmp_path: Path
) -> None:
    (copy / "rules" / "endpoint-not-reached.yaml").unlink()
    told = run("rules", "diff", _ENDPOINT, copy, "--witness", tmp_path / "out", "--json")
    document = json.loads(told.out)
    assert told.code == 10 and document["whole"] and document["changedRules"] == ["endpoint-not-reached"]
    (one,) = document["answers"]
    assert {each["fact"]: each["in"] for each in one["where"]} == {
        "mrd": "at or above 1e-6",
        "other-subject": "false",
    }
    sent = one["witness"]
    assert sent["differs"] and sent["before"] == one["before"] != one["after"] == sent["after"]
    for folder, wanted in ((_ENDPOINT, "CONCLUDED"), (copy, "OUT_OF_SCOPE")):
        pack = ("--pack", "midas-endpoint", "--rules", folder.parent)
        answered = run("evaluate", sent["file"], "--at", sent["at"], *pack, "--json")
        assert json.loads(answered.out)["decision"]["outcome"] == f"OUTCOME_{wanted}"


def test_region_witness_and_commands_are_printed(run: Runner, copy: Path, tmp_path: Path) -> None:
    _replace(copy / "rules" / "below-endpoint.yaml", "below: 1e-6", "at-most: 1e-6")
    told = run("rules", "diff", _ENDPOINT, copy, "--witness", tmp_path / "out", "--regions", "1")
    assert told.code == 10 and "[mrd]: exactly 1e-6" in told.out
    assert f"$ pactolus evaluate {tmp_path / 'out' / 'witness-01.json'} --at " in told.out
    assert "The bound was met: there may be more." in told.out
