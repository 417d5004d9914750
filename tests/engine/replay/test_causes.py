"""Because of what a rule moved: small packs with one thing changed, and the only causes that may be named."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pactolus_engine.decision import Decision, Evidence
from pactolus_engine.facts import Reading
from pactolus_engine.pack.model import (
    Absence,
    All,
    Binding,
    CodeSet,
    Coding,
    Comparison,
    Defined,
    Derivation,
    Effect,
    Fact,
    FactType,
    Operator,
    Pack,
    Place,
    Rule,
    RuleOff,
)
from pactolus_engine.replay.causes import UNEXPLAINED, causes, moved
from pactolus_engine.replay.compare import compare
from pactolus_engine.replay.pack_change import PackChange
from pactolus_engine.replay.result import Moved, ReplayClass
from tests.support.small_packs import (
    a_flag,
    a_fraction,
    codes,
    compared,
    decided,
    is_one_of,
    pack_of,
    point,
    range_of,
    reading,
    rule,
)

_MRD = reading("mrd", point("5e-5"))
_NO, _YES = (reading("flag", codes(value)) for value in ("false", "true"))
_SOURCE = Evidence("trial", "A trial", "what it showed")


def _rules(threshold: str = "1e-5", **more: Any) -> list[Rule]:
    return [
        rule("low-defined", "define", compared("mrd", "below", threshold), "low"),
        rule("offer-one", "offer", Defined("low"), "one", **more),
        rule("offer-two", "offer", compared("mrd", "at-least", "1e-5"), "two"),
        rule("out", "exclude", is_one_of("flag", "true")),
    ]


def _pack(rules: Iterable[Rule] = (), **more: Any) -> Pack:
    return pack_of([a_fraction(), a_flag()], list(rules) or _rules(), **more)


def _moved(before: Pack, after: Pack, *readings: Reading, software: str = "") -> tuple[Moved, ...]:
    pair = decided(before, *readings), decided(after, *readings)
    found = moved(*pair, PackChange.between(before, after), software)
    result_class = compare(*pair, same_pack=False).result_class
    assert result_class is ReplayClass.IDENTICAL or causes(found)
    return found


def test_a_definition_is_named_and_not_the_rule_that_rests_on_it() -> None:
    found = _moved(_pack(), _pack(_rules("1e-4")), _MRD, _NO)
    assert found == (Moved("offer-one", "false", "true", ("rule:low-defined",)),)


def test_a_definition_that_came_out_alike_is_no_cause() -> None:
    """Two parts changed; only the one that has another truth is named."""
    parts = [rule("high-defined", "define", compared("mrd", "at-least", "1e-6"), "high")]
    both = rule("offer-one", "offer", All((Defined("low"), Defined("high"))), "one")
    before = [*parts, both, *(one for one in _rules() if one.id != "offer-one")]
    after = [replace(parts[0], condition=compared("mrd", "at-least", "1e-7")), both]
    after += [one for one in _rules("1e-4") if one.id != "offer-one"]
    (one,) = _moved(_pack(before), _pack(after), _MRD, _NO)
    assert one == Moved("offer-one", "false", "true", ("rule:low-defined",))


def test_a_rule_that_is_gone_or_new_is_its_own_cause() -> None:
    without = [one for one in _rules() if one.id != "out"]
    assert _moved(_pack(), _pack(without), _MRD, _YES) == (Moved("out", "true", "absent", ("rule:out",)),)
    assert _moved(_pack(without), _pack(), _MRD, _YES) == (Moved("out", "absent", "true", ("rule:out",)),)
    assert _moved(_pack(), _pack(without), _MRD, _NO) == ()


def _with_parameter(value: str, written: str = "low-limit") -> Pack:
    condition = Comparison("mrd", Operator.BELOW, Decimal(value), written)
    rules = [replace(one, condition=condition) if one.id == "low-defined" else one for one in _rules()]
    return _pack(rules, parameter_values={"low-limit": Decimal(value)})


def test_a_parameter_is_named_and_not_the_rule_that_asks_for_it() -> None:
    found = _moved(_with_parameter("1e-5"), _with_parameter("1e-4"), _MRD, _NO)
    assert causes(found) == ("parameter:low-limit",)


def test_a_parameter_without_the_recorded_pack_is_known_from_the_record() -> None:
    before, after = _with_parameter("1e-5"), _with_parameter("0.00010")
    pair = decided(before, _MRD, _NO), decided(after, _MRD, _NO)
    change = PackChange.between({"low-limit": "0.00001"}, after)
    assert change.changed.parameters == {"low-limit": ("0.00001", "0.0001")}
    assert causes(moved(*pair, change, "")) == ("parameter:low-limit",)


def test_a_number_written_in_place_of_a_parameter_is_another_rule() -> None:
    after = replace(_with_parameter("1e-4", written=""), parameter_values={"low-limit": Decimal("1e-5")})
    assert causes(_moved(_with_parameter("1e-5"), after, _MRD, _NO)) == ("rule:low-defined",)


def test_a_rule_that_is_switched_on_names_the_parameter_that_it_lacked() -> None:
    off = RuleOff("out", "title of out", "the text of out", Effect.EXCLUDE, ("limit",), rationale="made")
    before = replace(_pack([one for one in _rules() if one.id != "out"]), rules_off={"out": off})
    after = replace(_pack(), parameter_values={"limit": Decimal(1)})
    assert _moved(before, after, _MRD, _YES) == (Moved("out", "off", "true", ("parameter:limit",)),)
    assert _moved(before, after, _MRD, _NO) == ()
    kept = PackChange.between({}, after)
    pair = decided(before, _MRD, _YES), decided(after, _MRD, _YES)
    assert causes(moved(*pair, kept, "")) == ("parameter:limit",)


def test_a_rule_that_does_something_else_is_named_though_it_is_true_in_both() -> None:
    swapped = [replace(one, target="one") if one.id == "offer-two" else one for one in _rules()]
    found = _moved(_pack(), _pack(swapped), _MRD, _NO)
    assert found == (Moved("offer-two", "true", "true", ("rule:offer-two",)),)


def test_open_rules_that_may_come_out_otherwise_are_named_when_nothing_else_moved() -> None:
    """What is possible differs though no truth does: beside the unknown flag lies another limit."""
    asks = rule("asks", "hold", compared("mrd", "below", "1e-5"))
    wider = replace(asks, condition=compared("mrd", "at-least", "1e-5"))
    value = reading("mrd", range_of("[0, 1]"))
    only_offers = [rule("offer-one", "offer", compared("mrd", "below", "1e-6"), "one")]
    found = _moved(_pack([*only_offers, asks]), _pack([*only_offers, wider]), value)
    assert found == (Moved("asks", "unknown", "unknown", ("rule:asks",)),)


# --- words ---------------------------------------------------------------------------------------------


def test_another_text_is_a_rule_that_did_not_move() -> None:
    worded = [replace(one, text="otherwise") if one.id == "offer-two" else one for one in _rules()]
    found = _moved(_pack(), _pack(worded), _MRD, _NO)
    assert found == (Moved("offer-two", "true", "true", ("rule:offer-two",)),)
    assert _moved(_pack(), _pack(worded), reading("mrd", point("1e-6")), _NO) == ()


def test_another_citation_is_told_by_its_source() -> None:
    cited = [replace(one, evidence=("trial",)) if one.id == "offer-two" else one for one in _rules()]
    before, after = (
        _pack(cited, evidence={"trial": one}) for one in (_SOURCE, replace(_SOURCE, doi="10.1/x"))
    )
    found = _moved(before, after, _MRD, _NO)
    assert found == (Moved("offer-two", "true", "true", ("evidence:trial",)),)


def test_words_of_an_option_are_told_by_no_rule() -> None:
    before = _pack()
    options = before.options | {"two": replace(before.options["two"], description="otherwise")}
    found = _moved(before, replace(before, options=options), _MRD, _NO)
    assert found == (Moved("", "", "", ("option:two",)),)


def test_words_of_a_missing_fact_are_told_by_the_fact() -> None:
    before = _pack()
    facts = before.facts | {"mrd": replace(before.facts["mrd"], supply="otherwise")}
    assert causes(_moved(before, replace(before, facts=facts), _NO)) == ("fact:mrd",)


def test_words_of_a_finding_are_told_by_its_rule() -> None:
    found = rule("found", "conclude", compared("mrd", "at-least", "1e-5"), "status", value="high")
    before, after = (_pack([*_rules(), replace(found, title=title)]) for title in ("one", "other"))
    assert _moved(before, after, _MRD, _NO) == (Moved("found", "true", "true", ("rule:found",)),)


# --- facts ---------------------------------------------------------------------------------------------


def test_a_fact_that_is_weighed_otherwise_is_named_with_what_it_rests_on() -> None:
    """A definition chooses among the readings; the rule itself is as it was."""
    chosen = replace(a_fraction(), only=Defined("counts"))
    rules = [*_rules(), rule("counts-defined", "define", compared("mrd", "below", "1e-5"), "counts")]
    wider = [
        replace(one, condition=compared("mrd", "below", "1")) if one.id == "counts-defined" else one
        for one in rules
    ]
    before, after = (pack_of([chosen, a_flag()], own) for own in (rules, wider))
    found = _moved(before, after, _MRD, _NO)
    assert {one.rule for one in found} == {"offer-one", "offer-two"}
    assert causes(found) == ("fact:mrd", "rule:counts-defined")


def test_what_it_means_that_nobody_sent_a_fact_is_named() -> None:
    """Nobody sent it in both: shown alike, and weighed otherwise."""
    asks = rule("asks", "exclude", compared("mrd", "below", "0"))
    before, after = (pack_of([a_fraction(absence=how)], [asks]) for how in ("optional", "required"))
    found = _moved(before, after)
    assert found == (Moved("asks", "unknown", "false", ("fact:mrd",)),)


def test_what_a_fact_is_derived_from_is_named() -> None:
    """The flag that counts is chosen otherwise, and what rests on it moves with it."""
    count = Fact(
        "many", "how many", FactType.INTEGER, Absence.REQUIRED, Place("x", 1, 1), "1", Decimal(0),
        derivation=Derivation("count", ("mrd",), compared("mrd", "below", "1e-5")),
    )  # fmt: skip
    asks = rule("many-low", "exclude", compared("many", "at-least", "1"))
    wider = replace(count, derivation=Derivation("count", ("mrd",), compared("mrd", "below", "1e-4")))
    before, after = (
        pack_of([a_fraction(), one], [asks, rule("offer", "offer", All(()), "one")]) for one in (count, wider)
    )
    assert causes(_moved(before, after, _MRD)) == ("fact:many",)


def _read_by(*given: str) -> Pack:
    """A pack that reads the flag by these codes. The readings are what a reader would have made of them."""
    binding = Binding(("Observation",), ("flags",), "value", {}, {})
    flags = CodeSet("flags", tuple(Coding("local", code) for code in given))
    return pack_of([a_fraction(), replace(a_flag(), binding=binding)], _rules(), code_sets={"flags": flags})


def test_a_code_set_is_named_behind_the_fact_that_it_reads() -> None:
    before, after = _read_by("a"), _read_by("a", "b")
    pair = decided(before, _MRD), decided(after, _MRD, _YES)
    found = moved(*pair, PackChange.between(before, after), "")
    assert found == (Moved("out", "unknown", "true", ("code-set:flags", "fact:flag")),)


def test_the_text_that_a_system_prints_for_a_code_is_no_change() -> None:
    before = _read_by("a")
    shown = CodeSet("flags", (Coding("local", "a", "shown"),))
    assert (
        PackChange.between(before, replace(before, code_sets={"flags": shown})).changed.code_sets
        == frozenset()
    )


# --- software ------------------------------------------------------------------------------------------


def _weighed_otherwise(pack: Pack) -> tuple[Decision, Decision]:
    return decided(pack, _MRD, _NO), decided(pack, _MRD, _YES)


@pytest.mark.parametrize(("software", "cause"), [("9.9.9", "software:9.9.9"), ("", UNEXPLAINED)])
def test_by_the_same_pack_it_is_the_software_or_a_defect(software: str, cause: str) -> None:
    found = moved(*_weighed_otherwise(_pack()), None, software)
    assert found == (Moved("out", "false", "true", tuple(sorted(("fact:flag", cause)))),)


@pytest.mark.parametrize(("software", "cause"), [("9.9.9", "software:9.9.9"), ("", UNEXPLAINED)])
def test_what_no_change_of_the_pack_explains_is_said(software: str, cause: str) -> None:
    before = _pack()
    found = moved(*_weighed_otherwise(before), PackChange.between(before, _pack(_rules("1e-4"))), software)
    assert found == (Moved("out", "false", "true", tuple(sorted(("fact:flag", cause)))),)


def test_words_by_the_same_pack_are_the_software_too() -> None:
    one = decided(_pack(), _MRD, _NO)
    other = replace(one, reasons=tuple(replace(reason, text="otherwise") for reason in one.reasons))
    (found,) = moved(one, other, None, "9.9.9")
    assert found == Moved("offer-two", "true", "true", ("software:9.9.9",))


def test_a_part_that_no_rule_tells_has_a_cause_too() -> None:
    one = decided(_pack(), _MRD, _NO)
    assert moved(one, replace(one, patient="Patient/q"), None, "") == (Moved("", "", "", (UNEXPLAINED,)),)


def test_nothing_moved_when_nothing_differs() -> None:
    one = decided(_pack(), _MRD, _NO)
    assert moved(one, replace(one), None, "9.9.9") == ()


# --- what is built in ------------------------------------------------------------------------------------


def test_the_review_date_is_told_by_the_pack() -> None:
    before = _pack()
    after = replace(before, review_by=before.evidence_as_of, version="2.0.0")
    (found,) = _moved(before, after, _MRD, _NO)
    assert found == Moved("pack-review-date", "absent", "true", ("pack:2.0.0",))


def test_an_approval_that_lapsed_is_told_by_the_pack() -> None:
    from tests.support.small_packs import approved

    before = approved(_pack())
    after = replace(before, content_digest="d" * 64, version="2.0.0")
    (found,) = _moved(before, after, _MRD, _NO)
    assert found == Moved("pack-not-approved", "absent", "true", ("pack:2.0.0",))
