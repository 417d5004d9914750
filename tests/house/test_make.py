"""The front door: every target explains itself, help is the default, recipes call files that exist."""

import re
import subprocess

from tests.house.tree import ROOT

_TARGET = re.compile(r"^([a-z][a-z-]*):(?!=)(.*)$", re.MULTILINE)


def _makefile() -> str:
    return (ROOT / "Makefile").read_text(encoding="utf-8")


def _targets() -> dict[str, str]:
    return dict(_TARGET.findall(_makefile()))


def test_every_target_has_a_help_text() -> None:
    targets = _targets()
    assert len(targets) > 15
    assert sorted(name for name, rest in targets.items() if "## " not in rest) == []


def test_every_target_is_phony() -> None:
    declared = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", _makefile(), re.MULTILINE)
    assert declared is not None
    assert set(declared.group(1).replace("\\\n", " ").split()) == set(_targets())


def test_make_alone_prints_every_target() -> None:
    printed = subprocess.run(["make", "-C", ROOT], capture_output=True, text=True, check=True).stdout
    for name in _targets():
        assert f"make {name} " in printed


def test_check_holds_what_the_readme_promises() -> None:
    steps = set(_targets()["check"].split("##")[0].split())
    assert steps >= {"format-check", "lint", "types", "walls", "proto-check", "packs", "conformance", "test"}


def test_files_that_recipes_call_exist() -> None:
    called = set(re.findall(r"\b(?:bench|examples|tools)/\w+\.(?:py|sh)\b", _makefile()))
    assert called
    assert sorted(name for name in called if not (ROOT / name).is_file()) == []


def test_ci_calls_make_and_nothing_else() -> None:
    lines = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line and not line.startswith("#")]
    assert commands[0] == "set -euo pipefail"
    assert all(line.startswith(("make ", "cd ", "export ")) for line in commands[1:])
    assert "make check" in commands


def test_a_python_that_does_not_fit_is_refused_with_advice() -> None:
    asked = subprocess.run(
        ["sh", "tools/find_python.sh", "/bin/false"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 1
    assert "3.11 or 3.12" in asked.stderr
