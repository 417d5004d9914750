"""Conditions that are never true, or never false."""

import pytest

from tests.engine.checks.findings import rule, said

NEVER = ["rule r: the condition of rule `r` is never true"]
ALWAYS = ["rule r: the condition of rule `r` is never false: its effect meets every patient"]


@pytest.mark.parametrize(
    "when",
    [
        "{all: [{fact: mrd, below: 1e-6}, {fact: mrd, above: 2e-6}]}",
        "{all: [{fact: cycles, above: 5}, {fact: cycles, below: 6}]}",
        "{all: [{fact: specimen, is: blood}, {defined: marrow}]}",
        '{all: [{fact: relapse, is: "true"}, {not: {fact: relapse, in: ["true"]}}]}',
        "{fact: mrd, above: 1}",
        "{all: [{fact: cycles, absent: true}, {fact: cycles, status: unreadable}]}",
    ],
)
def test_limits_that_exclude_each_other(when: str) -> None:
    assert said("constant-conditions", more=rule("r", when, "exclude")) == NEVER
    assert said("constant-conditions", more=rule("r", when, "{caveat: all}")) == NEVER


@pytest.mark.parametrize(
    "when",
    [
        "{any: [{fact: age, below: 66}, {fact: age, at-least: 66}]}",
        "{fact: mrd, at-least: 0}",
        "{fact: cycles, above: -0.0e5}",
    ],
)
def test_limits_that_leave_nothing_out(when: str) -> None:
    expected = [] if "cycles" in when else ALWAYS  # zero cycles are not above zero
    assert said("constant-conditions", more=rule("r", when, "exclude")) == expected
    assert said("constant-conditions", more=rule("r", when, "{caveat: all}")) == []


@pytest.mark.parametrize(
    "when",
    [
        "{all: [{fact: cycles, above: 5}, {fact: cycles, below: 7}]}",
        "{all: [{fact: mrd, at-least: 1e-6}, {fact: mrd, at-most: 1e-6}]}",
        "{any: [{fact: age, below: 66}, {fact: age, above: 66}]}",
    ],
)
def test_one_value_is_enough(when: str) -> None:
    assert said("constant-conditions", more=rule("r", when, "exclude")) == []
