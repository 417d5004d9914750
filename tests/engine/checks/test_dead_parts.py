"""Parts of conditions that are never true."""

from tests.engine.checks.findings import rule, said

TOLD = ["rule r: a part of the condition of rule `r` is never true"]
DEAD = "{all: [{fact: mrd, below: 1e-6}, {fact: mrd, above: 2e-6}]}"


def test_beside_a_part_that_can_be_true() -> None:
    assert said("dead-parts", more=rule("r", f"{{any: [{{defined: marrow}}, {DEAD}]}}", "exclude")) == TOLD
    assert said("dead-parts", more=rule("r", f"{{not: {DEAD}}}", "{caveat: all}")) == TOLD


def test_a_whole_condition_that_is_never_true_is_for_another_check() -> None:
    assert said("dead-parts", more=rule("r", DEAD, "exclude")) == []


def test_asking_whether_something_is_known_is_no_dead_part() -> None:
    when = "{all: [{defined: marrow}, {any: [{fact: mrd, below: 1e-5}, {fact: mrd, at-least: 1e-5}]}]}"
    assert said("dead-parts", more=rule("r", when, "{caveat: all}")) == []
