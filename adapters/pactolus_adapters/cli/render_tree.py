"""How a condition came to its truth, part by part or on one line."""

from collections.abc import Iterator
from typing import Final

from pactolus_adapters.cli.terminal import folded
from pactolus_engine.decision import Explanation

__all__ = ["MARKS", "on_one_line", "tree_lines"]

MARKS: Final = {"true": "+", "false": "-", "unknown": "?"}
"""What stands before a condition for its truth."""

_SHOWN: Final = 6
"""Tests of one rule that are listed; more that are all false are counted, and in `--json`."""


def tree_lines(tree: Explanation, depth: int) -> Iterator[str]:
    """The condition and its parts, each behind the mark of its truth."""
    yield from folded(tree.text, f"{'  ' * depth}{MARKS[tree.truth]} ")
    for part in tree.children:
        yield from tree_lines(part, depth + 1)


def on_one_line(tree: Explanation) -> str:
    """The tests of a tree, each with its truth; `not` stands before what it denies. Many that are all false are
    counted: `--json` lists them."""
    tests = list(dict.fromkeys(_tests(tree, "")))
    if len(tests) > _SHOWN and all(one.startswith("(") and one.endswith(") is false") for one in tests):
        return f"none of its {len(tests)} tests is true, which --json lists"
    return "; ".join(tests)


def _tests(tree: Explanation, before: str) -> Iterator[str]:
    if not tree.children:
        yield f"{before}({tree.text}) is {tree.truth}"
    for part in tree.children:
        yield from _tests(part, f"{before}not: " if tree.text == "not" else before)
