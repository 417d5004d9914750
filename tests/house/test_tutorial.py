"""The tutorial can be followed word for word, and what it shows as output was printed.

Its blocks are run in their order in one folder that looks like a fresh clone. A block ```text right
after a block is its output: every line stands in it, in this order; `...` stands for whatever is left out.
"""

import re
from pathlib import Path

from pactolus_adapters.cli.rules.group import rules
from tests.house.pages import blocks, looks_like_a_clone, promised, run_block
from tests.house.tree import ROOT

_PAGE = ROOT / "docs" / "tutorial.md"
_STEP = re.compile(r"^<!-- run -->\n```sh\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
_VERB = re.compile(r"pactolus rules ([a-z]+) ")
_NOT_TAUGHT = {"schema", "export"}
"""Verbs that no step of the tutorial needs."""


def _steps() -> list[tuple[str, str]]:
    """Each block that is run, with the output that the page shows of it, which may be empty."""
    return _STEP.findall(_PAGE.read_text(encoding="utf-8"))


def _not_printed(shown: str, printed: str) -> list[str]:
    """The first line that is shown and, after those before it, was not printed; and all that follow it."""
    rest = iter(printed.splitlines())
    lines = [line for line in shown.splitlines() if line and line != "..."]
    return [line for line in lines if not any(_fits(line, one) for one in rest)]


def _fits(shown: str, printed: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, shown.split("..."))), printed) is not None


def test_the_tutorial_runs_as_it_stands_and_prints_what_it_shows(tmp_path: Path) -> None:
    place = looks_like_a_clone(tmp_path)
    assert [block for block, _ in _steps()] == blocks(_PAGE, "sh")
    for block, shown in _steps():
        printed = run_block(block, place)
        assert _not_printed(shown, printed) == [], f"{block}\nprints\n{printed}"


def test_every_step_that_runs_pactolus_shows_what_it_says() -> None:
    silent = [block for block, shown in _steps() if "pactolus " in block and not shown]
    assert [block for block in silent if not promised(block)] == []


def test_a_block_leaves_the_reader_where_it_found_him() -> None:
    """Each block is run in the folder of the clone, and the reader's shell is still there."""
    assert [block for block, _ in _steps() if re.search(r"\b(cd|pushd|export) ", block)] == []


def test_every_verb_is_taught() -> None:
    taught = set(_VERB.findall("".join(blocks(_PAGE, "sh"))))
    assert taught == set(rules.commands) - _NOT_TAUGHT


def test_lines_are_looked_for_whole_and_in_their_order() -> None:
    shown = "one\n...\ntwo ... three\n"
    assert _not_printed(shown, "zero\none\nmore\ntwo and three\n") == []
    for other in ("two and three\none\n", "one\nand two and three\n", "one more\ntwo and three\n", "one\n"):
        assert _not_printed(shown, other) != []
