"""The validators are pinned like everything else, and leaving them out is never silent."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.examples import ROOT

_TOOLS = ROOT / "tools/conformance"


def test_every_validator_is_pinned_exactly() -> None:
    wishes = json.loads((_TOOLS / "package.json").read_text())["dependencies"]
    packages = json.loads((_TOOLS / "package-lock.json").read_text())["packages"]
    assert len(wishes) > 3
    for name, version in wishes.items():
        assert packages[f"node_modules/{name}"]["version"] == version


def test_every_installed_file_has_its_hash_and_no_address() -> None:
    packages = json.loads((_TOOLS / "package-lock.json").read_text())["packages"]
    # What comes inside another package is covered by the hash of that one.
    fetched = {name: one for name, one in packages.items() if name and not one.get("inBundle")}
    assert len(fetched) > 10
    assert [name for name, one in fetched.items() if "sha512-" not in one.get("integrity", "")] == []
    assert [name for name, one in packages.items() if "resolved" in one] == []


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_without_node_it_is_said_and_ci_fails(tmp_path: Path, ci: str, code: int) -> None:
    for tool in ("sh", "dirname"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or "")
    done = subprocess.run(
        [tmp_path / "sh", "tools/conformance/run.sh", "python"],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert "conformance: not checked, because there is no `node`" in done.stderr
