"""Facts that nothing looks at."""

from tests.engine.checks.findings import rule, said

APART = (
    "facts.yaml",
    "years-between: [birth-date, sample-date]",
    "years-between: [birth-date, evaluation-date]",
)
"""Lets rules test both derived facts of the minimal pack."""


def test_a_fact_that_no_rule_tests_is_told() -> None:
    assert said("unused-facts") == ["fact sample-age: no rule and no other fact looks at fact `sample-age`"]


def test_a_test_of_it_anywhere_is_use() -> None:
    more = rule("old-sample", "{not: {any: [{fact: sample-age, above: 90}]}}", "{caveat: all}")
    assert said("unused-facts", APART, more=more) == []


def test_a_rule_that_is_off_is_use_too() -> None:
    assert said("unused-facts", switched=True) == [
        "fact sample-age: no rule and no other fact looks at fact `sample-age`"
    ]


def test_what_only_chooses_among_its_own_readings_is_not_used() -> None:
    change = (
        "facts.yaml",
        "  derive: {years-between: [birth-date, sample-date]}",
        '  derive: {years-between: [birth-date, sample-date]}\nextra:\n  title: E\n  type: boolean\n  absence: optional\n  read: {resource: Condition, codes: [relapse], element: presence}\n  only: {fact: extra, is: "true"}',
    )
    assert "fact extra: no rule and no other fact looks at fact `extra`" in said("unused-facts", change)


def test_the_day_of_a_resource_in_use_is_in_use() -> None:
    change = (
        "facts.yaml",
        "days-between: [sample-date, evaluation-date]",
        "days-between: [birth-date, evaluation-date]",
    )
    assert said("unused-facts", APART, change) == [
        "fact sample-age: no rule and no other fact looks at fact `sample-age`"
    ]
