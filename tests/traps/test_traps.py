"""The traps of measurable residual disease by name: every one told in cases, every case as it says."""

import re

import pytest

from tests.house.tree import ROOT
from tests.traps.run import TRAPS, TrapCase, failures, loaded_tree, pack_files, trap_cases

_NAME = re.compile(r"`([^`]+)`")


def test_every_trap_has_a_case() -> None:
    assert [trap for trap in TRAPS if not any(case.trap == trap for case in trap_cases())] == []
    assert {case.trap for case in trap_cases()} == set(TRAPS)


@pytest.mark.parametrize("trap", trap_cases(), ids=lambda trap: trap.name)
def test_trap(trap: TrapCase) -> None:
    assert failures(trap.case, loaded_tree(trap.case.overlay)) == {}, trap.case.name


def _row(trap: str) -> str:
    """The row of a trap in the table of the pack's README."""
    rows = [line for line in pack_files()["README.md"].decode().splitlines() if line.startswith(f"| {trap} ")]
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize("trap", TRAPS)
def test_the_table_of_the_readme_names_what_is_there(trap: str) -> None:
    _, _, cases, guards, _ = _row(trap).split("|")
    assert cases.strip() == f"`cases/{trap.lower()}-*.yaml`"
    named = _NAME.findall(guards)
    assert named
    assert [name for name in named if not _is_there(name)] == []


def _is_there(name: str) -> bool:
    """Whether a name in the table is a file of the tree or the pack, or something the pack declares."""
    if name.endswith(".py"):
        folders = ("", "adapters/pactolus_adapters/", "engine/pactolus_engine/")
        return any((ROOT / folder / name).is_file() for folder in folders)
    pack = loaded_tree().compiled.pack
    declared = {*pack.rules, *pack.rules_off, *pack.facts, *pack.code_sets, *pack.parameters, "review-by"}
    return name in declared or name in pack_files()
