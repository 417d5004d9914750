"""Options that are never offered."""

from tests.engine.checks.findings import said


def test_an_option_that_no_rule_offers_is_told() -> None:
    change = ("rules/offer-transplant.yaml", "{offer: transplant}", "{block: transplant}")
    assert said("unused-options", change) == ["option transplant: no rule offers option `transplant`"]


def test_an_offer_is_use() -> None:
    assert said("unused-options") == []
