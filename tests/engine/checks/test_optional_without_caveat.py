"""Optional facts whose absence nobody tells."""

from tests.engine.checks.findings import rule, said

TOLD = [
    "rule offer-go-on: the rule looks at `cycles`, which is optional, and nothing is said when it is absent"
]


def test_without_the_caveat_it_is_told() -> None:
    change = ("rules/cycles-unknown.yaml", "{fact: cycles, absent: true}", "{fact: age, above: 3}")
    assert said("optional-without-caveat", change) == TOLD


def test_a_test_of_the_status_is_not_enough() -> None:
    change = (
        "rules/cycles-unknown.yaml",
        "{fact: cycles, absent: true}",
        "{fact: cycles, status: unreadable}",
    )
    assert said("optional-without-caveat", change) == TOLD


def test_with_it_nothing_is_told() -> None:
    assert said("optional-without-caveat") == []


def test_a_caveat_that_looks_at_an_optional_fact_may_be_silent() -> None:
    change = (
        "rules/offer-go-on.yaml",
        "- {fact: cycles, within: [{parameter: minimum-cycles}, 12]}",
        "- {fact: age, above: 1}",
    )
    gone = ("rules/cycles-unknown.yaml", "{fact: cycles, absent: true}", "{fact: age, above: 3}")
    more = rule("many", "{fact: cycles, above: 8}", "{caveat: all}")
    assert said("optional-without-caveat", change, gone, more=more) == []
