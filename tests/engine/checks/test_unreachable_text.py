"""Texts about an option that is never offered."""

from tests.engine.checks.findings import said


def test_caveat_and_block_of_an_option_that_is_never_offered() -> None:
    change = ("rules/offer-transplant.yaml", "{offer: transplant}", "{offer: go-on}")
    assert said("unreachable-text", change) == [
        "rule cycles-unknown: rule `cycles-unknown` is about `transplant`, which no rule offers: nobody reads its text",
        "rule regimen: rule `regimen` is about `transplant`, which no rule offers: nobody reads its text",
    ]


def test_one_option_that_is_offered_is_enough() -> None:
    assert said("unreachable-text") == []
    change = ("rules/offer-transplant.yaml", "{offer: transplant}", "{offer: go-on}")
    beside = ("rules/cycles-unknown.yaml", "[transplant]", "[transplant, go-on]")
    assert len(said("unreachable-text", change, beside)) == 1
