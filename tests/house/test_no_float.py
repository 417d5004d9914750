"""No binary float stands between an assay and a threshold.

`10 * 1e-6 < 1e-5` is true in binary floats and calls a positive patient negative, so the core and
the FHIR pipe hold no float: no literal, no call, no annotation, and no JSON or YAML read as float.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, parsed, python_files

# JSON that holds no clinical value, so that its numbers need not be exact.
ONLY_NAMES = {"engine/pactolus_engine/match/durable.py": "names of rules, from the C module"}
CLINICAL = ("engine", "adapters/pactolus_adapters/fhir", "adapters/pactolus_adapters/packs")


def _offences(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield node.lineno, "a float literal"
        elif isinstance(node, ast.Name) and node.id == "float":
            if not _only_refuses(node, tree):
                yield node.lineno, "the name `float`"
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            if not _is_path(node):
                yield node.lineno, "a division `/`"
        elif isinstance(node, ast.Call) and _reads_json(node) and not _reads_exactly(node):
            yield node.lineno, "`json.loads` without `parse_float`"


def _only_refuses(name: ast.Name, tree: ast.Module) -> bool:
    """`isinstance(x, float)` is how a float is refused at the door."""
    return any(
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "isinstance"
        and name in ast.walk(call)
        for call in ast.walk(tree)
    )


def _is_path(node: ast.BinOp) -> bool:
    """`folder / "name"`: a string is never divided by."""
    return isinstance(node.right, ast.Constant | ast.JoinedStr) and not isinstance(
        getattr(node.right, "value", ""), int
    )


def _reads_json(call: ast.Call) -> bool:
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr in {"load", "loads"}
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "json"
    )


def _reads_exactly(call: ast.Call) -> bool:
    return any(keyword.arg == "parse_float" for keyword in call.keywords)


def _found(path: Path) -> list[str]:
    name = path.relative_to(ROOT).as_posix()
    offences = sorted(_offences(parsed(path)))
    return [
        f"{name}:{line}: {what}" for line, what in offences if not ("json" in what and name in ONLY_NAMES)
    ]


def test_no_float_near_a_clinical_value() -> None:
    assert [line for path in python_files(*CLINICAL) for line in _found(path)] == []


@pytest.mark.parametrize(
    "code",
    [
        "x = 1e-5",
        "x = float('1')",
        "def f(x: float) -> None: ...",
        "y = a / b",
        "y = 10 / 3",
        "json.loads(s)",
    ],
)
def test_the_check_sees_an_offence(code: str) -> None:
    assert list(_offences(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    ["isinstance(x, float)", "p = folder / 'name'", "json.loads(s, parse_float=Decimal)", "n = 7 // 2"],
)
def test_the_check_passes_what_is_exact(code: str) -> None:
    assert not list(_offences(ast.parse(code)))
