"""`pactolus serve` that must not start: a broken pack, a taken port, a held store, an open address."""

import shutil
from pathlib import Path

import pytest

from tests.adapters.cli.run import Runner, runner
from tests.support.examples import ROOT, request
from tests.support.service import service


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return runner(data, monkeypatch, capsys)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Our rules with three mistakes in two files."""
    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", rules)
    pack = rules / "midas-consolidation"
    text = (pack / "parameters.yaml").read_text()
    (pack / "parameters.yaml").write_text(text + "\nbroken-one: 3\nbroken-two: {default: x}\n")
    rule = next(iter(sorted((pack / "rules").glob("offer-*.yaml"))))
    rule.write_text(rule.read_text() + "\nno-such-key: 1\n")
    return rules


def _places(text: str) -> set[tuple[str, int]]:
    """File and line of every issue that is told as file:line:column."""
    found = set()
    for line in text.splitlines():
        parts = line.strip().split(":", 3)
        if len(parts) == 4 and parts[1].isdigit() and parts[2].isdigit():
            found.add((parts[0], int(parts[1])))
    return found


@pytest.mark.parametrize("command", ["serve", "evaluate"])
def test_a_broken_pack_is_refused_whole_with_every_place(
    run: Runner, broken: Path, data: Path, command: str
) -> None:
    arguments = ["--port", 0] if command == "serve" else [ROOT / "examples/lone-observation.json"]
    done = run(command, *arguments, "--rules", broken)
    assert done.code == 4
    assert done.out == ""
    parameters = broken / "midas-consolidation/parameters.yaml"
    last = len(parameters.read_text().splitlines())
    rule = next(iter(sorted((broken / "midas-consolidation/rules").glob("offer-*.yaml"))))
    assert _places(done.err) >= {
        ("midas-consolidation/parameters.yaml", last - 1),
        ("midas-consolidation/parameters.yaml", last),
        (f"midas-consolidation/rules/{rule.name}", len(rule.read_text().splitlines())),
    }
    assert not data.exists(), "nothing is written before the packs are read"


def test_without_the_default_pack_nothing_is_served(run: Runner, data: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run("serve", "--port", 0, "--rules", tmp_path / "empty")
    assert (done.code, done.out) == (4, "")
    assert not data.exists()


def test_a_rules_folder_that_is_not_there_is_told(run: Runner, tmp_path: Path) -> None:
    done = run("serve", "--port", 0, "--rules", tmp_path / "nowhere")
    assert done.code == 4
    assert "cannot be read" in done.err


def test_a_second_server_on_a_taken_port_says_so_and_exits(run: Runner, tmp_path: Path) -> None:
    with service(tmp_path / "first") as first:
        done = run("serve", "--port", first.port)
        assert done.code == 2
        assert "the port is taken" in done.err
        assert f":{first.port}" in done.err
        assert "serves on" not in done.out
        assert first.evaluate(request("lone-observation.json")).receipt.index == 0


def test_a_second_server_on_the_same_data_names_the_first(run: Runner, data: Path) -> None:
    with service(data):
        done = run("serve", "--port", 0)
    assert (done.code, done.out) == (5, "")
    assert "held by process `" in done.err


def test_an_address_that_others_reach_is_not_served_in_plain_text(run: Runner, data: Path) -> None:
    done = run("serve", "--host", "0.0.0.0", "--port", 0)
    assert done.code == 2
    assert "PACTOLUS_PLAINTEXT" in done.err
    assert not data.exists()
