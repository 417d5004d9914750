"""What counts as covered, what a patient shows, and what is left out with a reason."""

from decimal import Decimal

import pytest

from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.coverage import Coverage, Item, Kind, Share, Tally, side_of
from pactolus_engine.facts import Reading
from pactolus_engine.pack.model import (
    Any,
    Comparison,
    Condition,
    Defined,
    Effect,
    Fact,
    Operator,
    Rule,
    RuleOff,
)
from pactolus_engine.values import Interval
from tests.support.small_packs import (
    a_flag,
    a_fraction,
    a_whole,
    compared,
    is_one_of,
    pack_of,
    point,
    range_of,
    reading,
    rule,
    weighed,
)

_AT = compared("mrd", "below", "1e-5")


def _told(compiled: CompiledPack, *patients: list[Reading]) -> Coverage:
    tally = Tally([compiled])
    for readings in patients:
        tally.add("a case", compiled, weighed(compiled.pack, *readings))
    return tally.coverage()


def _pack(*rules: Rule, facts: list[Fact] | None = None, **more: object) -> CompiledPack:
    facts = facts or [a_fraction(), a_whole("grafts", "optional"), a_flag("declined")]
    return compile_pack(pack_of(facts, rules, **more))


def _sights(coverage: Coverage, kind: Kind, name: str) -> dict[str, bool]:
    (item,) = [one for one in coverage.items if one.kind is kind and one.rule == name]
    return {goal.sight: bool(goal.seen_in) for goal in item.goals}


@pytest.mark.parametrize(
    ("value", "side"),
    [
        (point("9.99e-6"), "below"),
        (point("1e-5"), "at"),
        (point("1.01e-5"), "above"),
        (range_of("[0, 1e-5)"), "below"),
        (range_of("[0, 1e-5]"), ""),
        (range_of("(1e-5, 1]"), "above"),
        (range_of("[1e-5, 1]"), ""),
        (range_of("[1e-6, 1e-4]"), ""),
    ],
)
def test_a_value_counts_for_a_side_when_it_surely_lies_there(value: Interval, side: str) -> None:
    compiled = _pack(rule("low", "hold", _AT))
    assert side_of(_AT, weighed(compiled.pack, reading("mrd", value))) == side


def test_each_truth_of_a_rule_and_its_condition_is_counted_once_seen() -> None:
    compiled = _pack(rule("low", "hold", _AT))
    below, above = [reading("mrd", point("1e-6"))], [reading("mrd", point("1e-4"))]
    seen = {"true": True, "false": False, "unknown": True}
    assert _sights(_told(compiled, below, []), Kind.RULE, "low") == seen
    assert _sights(_told(compiled, below, []), Kind.CONDITION, "low") == seen
    assert _sights(_told(compiled, below, above), Kind.THRESHOLD, "low") == {
        "below": True,
        "at": False,
        "above": True,
    }


def test_a_condition_in_a_definition_counts_once_and_an_unused_definition_not_at_all() -> None:
    compiled = _pack(
        rule("named", "define", _AT, "negative"),
        rule("unused", "define", compared("grafts", "below", "2"), "few"),
        rule("one", "hold", Defined("negative")),
        rule("two", "exclude", Any((Defined("negative"), is_one_of("declined", "true")))),
    )
    items = _told(compiled).items
    conditions = [(item.rule, item.text) for item in items if item.kind is Kind.CONDITION]
    assert conditions == [("named", "mrd < 1e-5"), ("two", "declined is true")]
    assert {item.rule for item in items if item.kind is Kind.RULE} == {"named", "one", "two"}


def _impossible(condition: Condition, **domain: Decimal) -> dict[str, str]:
    compiled = _pack(rule("low", "hold", condition), facts=[a_fraction(**domain)])
    (item,) = [one for one in _told(compiled).items if one.kind is Kind.THRESHOLD]
    return {goal.sight: goal.impossible for goal in item.goals if goal.impossible}


def test_a_side_that_the_domain_does_not_have_is_left_out_with_the_reason() -> None:
    assert _impossible(compared("mrd", "above", "0")) == {"below": "`mrd` is never below 0"}
    assert _impossible(compared("mrd", "below", "1")) == {"above": "`mrd` is never above 1"}
    suspect = "a value of `mrd` from 0.05 on is not read"
    beyond = _impossible(compared("mrd", "below", "0.05"), suspect_from=Decimal("0.05"))
    assert beyond == {"at": suspect, "above": suspect}


def test_what_was_waived_is_left_out_and_what_was_seen_counts_all_the_same() -> None:
    compiled = _pack(rule("low", "hold", _AT))
    waived = {("COV302", "low"): "no laboratory reports it", ("COV303", "low"): "as above"}
    tally = Tally([compiled], waived)
    tally.add("a case", compiled, weighed(compiled.pack, reading("mrd", point("1e-4"))))
    found = tally.coverage()
    (item,) = [one for one in found.items if one.kind is Kind.THRESHOLD]
    assert [goal.sight for goal in item.lacking] == ["below"]
    assert found.share(Kind.THRESHOLD) == Share(1, 2)


def test_a_rule_that_no_case_puts_in_force_is_a_gap() -> None:
    off = RuleOff("weak-heart", "Weak heart", "text", Effect.HOLD, ("lvef-minimum",))
    compiled = _pack(rule("low", "hold", _AT), rules_off={"weak-heart": off})
    (item,) = [one for one in _told(compiled).gaps if one.rule == "weak-heart"]
    assert (item.text, item.place.file) == ("off: no case sets `lvef-minimum`", "rules/weak-heart.yaml")
    assert len(item.lacking) == 3


def test_a_rule_counts_under_every_overlay_that_cases_put_in_force() -> None:
    """The same rule with another number is the same item."""
    own = _pack(rule("low", "hold", _AT))
    site = _pack(rule("low", "hold", Comparison("mrd", Operator.BELOW, Decimal("1e-4"))))
    tally = Tally([own, site])
    tally.add("a", own, weighed(own.pack, reading("mrd", point("1e-6"))))
    tally.add("b", site, weighed(site.pack, reading("mrd", point("1e-4"))))
    (item,) = [one for one in tally.coverage().items if one.kind is Kind.THRESHOLD]
    assert {goal.sight: goal.seen_in for goal in item.goals} == {"below": "a", "at": "b", "above": ""}


@pytest.mark.parametrize(("seen", "asked", "permille"), [(1999, 2000, 999), (2, 2, 1000), (0, 0, 1000)])
def test_a_share_is_whole_only_when_all_was_seen(seen: int, asked: int, permille: int) -> None:
    assert Share(seen, asked).permille == permille


def test_items_are_in_the_order_of_the_rules() -> None:
    compiled = _pack(rule("b", "hold", _AT), rule("a", "hold", _AT))
    order = [(item.rule, item.kind) for item in _told(compiled).items]
    assert order == [(name, kind) for name in ("a", "b") for kind in Kind]
    assert all(isinstance(item, Item) for item in _told(compiled).gaps)
