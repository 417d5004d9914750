"""Definitions that no condition uses."""

from tests.engine.checks.findings import said


def test_a_name_that_nothing_uses_is_told() -> None:
    more = {
        "rules/old.yaml": b"id: old\ntitle: Old\nwhen: {fact: age, above: 90}\neffect: {define: very-old}\n"
    }
    assert said("unused-definitions", more=more) == [
        "definition very-old: no condition uses definition `very-old`"
    ]


def test_use_by_a_rule_or_by_the_choice_of_a_fact() -> None:
    assert said("unused-definitions") == []
    change = ("rules/negative.yaml", ", {defined: marrow}", "")
    assert said("unused-definitions", change) == []  # `prefer` of mrd still names it
