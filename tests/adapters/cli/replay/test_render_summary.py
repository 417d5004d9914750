"""A replay on a terminal: forty lines at most, whatever it came to, and nothing that acts as a command."""

from dataclasses import replace
from pathlib import Path

import pytest

from pactolus_adapters.cli.replay.render_summary import render_summary
from pactolus_adapters.cli.terminal import WIDTH
from pactolus_adapters.replay.report.summary import Flow, NotCompared, OptionOffered, RuleMoved, Summary
from pactolus_engine.replay.result import ReplayClass
from tests.adapters.replay.report.golden import a_summary


@pytest.fixture(scope="module")
def summary() -> Summary:
    return a_summary()


def test_the_longest_replay_has_forty_lines(summary: Summary) -> None:
    crowded = replace(
        summary,
        classes={one.value: 10**9 + place for place, one in enumerate(ReplayClass)},
        flows=tuple(Flow(f"B{one}", f"A{one}", 9, 9) for one in range(99)),
        rules=tuple(
            RuleMoved("r" * 500, "true", "false", 9, 9, {"c" * 500: 1, "d": 1}, ()) for _ in range(99)
        ),
        options=tuple(OptionOffered("o" * 500, 9, 9, 10**9, 10**9) for _ in range(99)),
        not_compared=tuple(NotCompared("error", "why " * 99, 9) for _ in range(51)),
    )
    lines = render_summary(crowded, Path("report")).splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines[2:])) <= 1.5 * WIDTH
    for told in ("96 more", "95 more", "49 more"):
        assert any(told in line for line in lines)


def test_the_folder_is_told_where_there_is_one(summary: Summary) -> None:
    assert render_summary(summary, Path("a/b")).endswith("\nreport   a/b")
    assert render_summary(summary).endswith(summary.root)


def test_nothing_acts_as_a_command(summary: Summary) -> None:
    hostile = "\x1b[2J\u202e\n\r"
    rules = tuple(replace(one, rule=hostile, because={hostile: 1}) for one in summary.rules)
    flows = tuple(replace(one, before=hostile, after="x" + hostile) for one in summary.flows)
    reasons = tuple(replace(one, detail=hostile) for one in summary.not_compared)
    text = render_summary(replace(summary, rules=rules, flows=flows, not_compared=reasons), Path(hostile))
    assert all(one.isprintable() for line in text.split("\n") for one in line)


def test_what_was_not_compared_is_never_called_identical(summary: Summary) -> None:
    classes = dict.fromkeys(summary.classes, 0) | {"identical": 9, "error": 1}
    text = render_summary(replace(summary, classes=classes, results=10, differences=0))
    assert "No differences among 9 decisions compared; 1 could not be compared." in text
    assert "All identical" not in text
