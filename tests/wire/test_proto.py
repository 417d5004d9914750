"""The contract and its stubs: up to date, and the check sees when they are not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

SCRIPT = ROOT / "tools" / "generate_proto.py"


def _house(folder: Path) -> Path:
    """A copy of the contract with the script, to be spoiled."""
    shutil.copytree(ROOT / "proto", folder / "proto")
    (folder / "tools").mkdir()
    shutil.copy(SCRIPT, folder / "tools")
    return folder


def _run(house: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(house / "tools" / SCRIPT.name), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_stubs_are_what_the_contract_generates() -> None:
    assert _run(ROOT, "--check").returncode == 0


def test_a_stale_stub_is_named(tmp_path: Path) -> None:
    house = _house(tmp_path)
    contract = house / "proto" / "pactolus" / "v1" / "decision.proto"
    contract.write_text(contract.read_text().replace("string patient = 17", "string person = 17"))
    (house / "proto" / "gen" / "pactolus" / "v1" / "left_over_pb2.py").write_text("")
    done = _run(house, "--check")
    assert done.returncode == 1
    assert "proto/gen/pactolus/v1/decision_pb2.py differs" in done.stderr
    assert "proto/gen/pactolus/v1/left_over_pb2.py differs" in done.stderr
    assert _run(house).returncode == 0
    assert _run(house, "--check").returncode == 0


def test_a_contract_that_does_not_compile_changes_nothing(tmp_path: Path) -> None:
    house = _house(tmp_path)
    (house / "proto" / "pactolus" / "v1" / "broken.proto").write_text("syntax = nonsense")
    before = sorted((house / "proto" / "gen").rglob("*.py"))
    assert _run(house).returncode == 1
    assert sorted((house / "proto" / "gen").rglob("*.py")) == before


def test_the_contract_passes_the_linter() -> None:
    buf = Path(sys.executable).with_name("buf")
    if not buf.exists():
        pytest.fail("buf is not installed beside python; it is a development dependency")
    done = subprocess.run([str(buf), "lint"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
