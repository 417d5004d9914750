"""The shape of the tree: folders that are source roots, sizes, docstrings."""

import ast
from pathlib import Path

import pytest

from tests.house.tree import ROOT, SOURCE_ROOTS, functions, parsed, python_files

FILE_LINES = 400
FUNCTION_LINES = 60


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _too_long(path: Path) -> list[str]:
    """Files and functions of this file beyond the limits, with their sizes."""
    lines = len(path.read_text(encoding="utf-8").splitlines())
    found = [f"{_name(path)}: {lines} lines, at most {FILE_LINES}"] if lines > FILE_LINES else []
    for function in functions(parsed(path)):
        size = (function.end_lineno or function.lineno) - function.lineno + 1
        if size > FUNCTION_LINES:
            found.append(f"{_name(path)}:{function.lineno}: `{function.name}` has {size} lines")
    return found


@pytest.mark.parametrize("folder", [*SOURCE_ROOTS, "proto", "rules"])
def test_a_source_root_is_not_a_package(folder: str) -> None:
    """`proto`, `rules` and `adapters` are import names of published packages: nothing may shadow them."""
    assert sorted(path.name for path in (ROOT / folder).glob("*.py")) == []


def test_rules_are_data() -> None:
    assert sorted(map(_name, (ROOT / "rules").rglob("*.py"))) == []


def test_files_and_functions_stay_short() -> None:
    found = [line for path in python_files() for line in _too_long(path)]
    assert found == []


def test_the_length_check_sees_an_offence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.house.test_layout.ROOT", tmp_path)
    offender = tmp_path / "long.py"
    offender.write_text("def f() -> None:\n" + "    pass\n" * FILE_LINES)
    assert len(_too_long(offender)) == 2


def test_every_module_says_what_it_is_for() -> None:
    bare = [
        _name(path)
        for path in python_files()
        if path.stat().st_size > 0 and not ast.get_docstring(parsed(path))
    ]
    assert bare == []


def _undocumented(path: Path) -> list[str]:
    """Public classes and functions at module level without a docstring."""
    return [
        f"{_name(path)}:{node.lineno}: `{node.name}`"
        for node in parsed(path).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]


def test_public_names_are_documented() -> None:
    found = [line for path in python_files(*SOURCE_ROOTS) for line in _undocumented(path)]
    assert found == []


def _declares_all(path: Path) -> bool:
    return any(
        isinstance(target, ast.Name) and target.id == "__all__"
        for node in parsed(path).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    )


def test_every_module_lists_its_public_names() -> None:
    modules = [path for path in python_files(*SOURCE_ROOTS) if path.name != "__init__.py"]
    assert [_name(path) for path in modules if not _declares_all(path)] == []
