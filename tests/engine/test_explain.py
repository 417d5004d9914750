"""Facts used, what is missing, and the trace."""

from pactolus_engine.decision import Decision, Missing
from pactolus_engine.facts import Source
from pactolus_engine.pack.model import All, Any, Defined, Not, Pack
from tests.support.small_packs import (
    a_date,
    a_flag,
    a_fraction,
    codes,
    compared,
    days,
    decided,
    derived,
    is_one_of,
    pack_of,
    point,
    reading,
    rule,
    stands,
)

_NEGATIVE = compared("mrd", "below", "1e-5")
_OLD = compared("age", "at-least", "66")


def _pack() -> Pack:
    facts = (
        a_fraction(),
        a_flag(),
        a_date("birth"),
        a_date("diagnosis"),
        derived("age", "years-between", "birth", "diagnosis"),
    )
    rules = (
        rule("offer-one", "offer", Defined("fits"), "one"),
        rule("fits", "define", All((_NEGATIVE, Not(is_one_of("flag", "true")))), "fits"),
        rule("old", "exclude", _OLD),
    )
    return pack_of(facts, rules)


_MRD = reading("mrd", point("1e-6"))
_FLAG = reading("flag", codes("false"), "Observation/flag-1")
_DIAGNOSED = reading("diagnosis", days("2025-06-01"))


def _born(first: str, last: str = "") -> Decision:
    return decided(_pack(), _MRD, _FLAG, _DIAGNOSED, reading("birth", days(first, last)))


def test_facts_used_come_in_the_order_of_the_condition_with_their_sources() -> None:
    decision = _born("1970-01-01")
    (reason,) = [reason for reason in decision.reasons if reason.rule == "offer-one"]
    assert [(used.fact, used.title, used.shown) for used in reason.facts] == [
        ("mrd", "the mrd", "1e-6"),
        ("flag", "the flag", "false"),
    ]
    assert reason.facts[1].sources == (Source("Observation/flag-1", "Observation.value"),)


def test_an_inexact_date_is_missing_and_not_the_age() -> None:
    decision = _born("1959-01-01", "1959-12-31")
    assert decision.minimal_missing_sets == (("birth",),)
    (missing,) = decision.missing
    assert missing.supply == "send birth"


def test_an_inexact_date_that_makes_no_difference_is_not_missing() -> None:
    assert _born("1960-01-01", "1960-12-31").missing == ()


def test_both_dates_are_missing_when_both_are() -> None:
    decision = decided(_pack(), _MRD, _FLAG)
    assert decision.minimal_missing_sets == (("birth", "diagnosis"),)


def test_dates_that_contradict_each_other_are_both_in_question() -> None:
    decision = _born("2025-06-02")
    reason = "it cannot be right together with another fact that was sent"
    assert decision.missing == (
        Missing("birth", "the birth", reason, "send birth"),
        Missing("diagnosis", "the diagnosis", reason, "send diagnosis"),
    )


def test_the_evaluation_date_is_never_missing() -> None:
    since = derived("since", "days-between", "day", "evaluation-date")
    late = rule("late", "exclude", compared("since", "at-least", "30"))
    pack = pack_of((a_date(), since, a_fraction()), (late, rule("o", "offer", _NEGATIVE, "one")))
    assert decided(pack, _MRD).minimal_missing_sets == (("day",),)


def test_a_fact_whose_samples_may_disagree_is_missing_once() -> None:
    rules = (
        rule("o", "offer", _NEGATIVE, "one"),
        rule("c", "conflict", stands("mrd", "disagreeing")),
    )
    pack = pack_of((a_fraction(several="agree"),), rules)
    other = reading("mrd", None, "Observation/2")
    assert decided(pack, _MRD, other).minimal_missing_sets == (("mrd",),)


def test_the_trace_tells_every_rule_part_by_part() -> None:
    decision = decided(_pack(), _MRD, _DIAGNOSED, reading("birth", days("1970-01-01")))
    (offer, old) = decision.trace.rules
    assert (offer.rule, offer.effect, offer.truth) == ("offer-one", "offer", "unknown")
    named = offer.explanation
    assert (named.text, named.truth) == ("fits", "unknown")
    (both,) = named.children
    assert (both.text, [child.truth for child in both.children]) == ("all of", ["true", "unknown"])
    assert both.children[0].text == "mrd < 1e-5"
    assert (both.children[1].text, both.children[1].children[0].text) == ("not", "flag is true")
    assert (old.truth, old.explanation.text) == ("false", "age >= 66 a")


def test_the_trace_tells_every_fact_with_its_cells() -> None:
    decision = decided(_pack(), _MRD, reading("birth", days("1959-01-01", "1959-12-31")), _DIAGNOSED)
    facts = {fact.fact: fact for fact in decision.trace.facts}
    assert set(facts) == {"mrd", "flag", "birth", "diagnosis", "age"}
    assert (facts["mrd"].status, facts["mrd"].cells) == ("known", ("[0, 1e-5)",))
    assert (facts["flag"].status, facts["flag"].shown, facts["flag"].cells) == (
        "missing",
        "unknown: not sent",
        ("false", "true"),
    )
    assert facts["age"].shown == "[65, 66] a (a date it follows from is not exact)"
    assert [source.reference for source in facts["age"].sources] == [
        "Observation/birth",
        "Observation/diagnosis",
    ]
    assert facts["birth"].cells == ()


def test_alternatives_are_explained_too() -> None:
    pack = pack_of(
        (a_fraction(), a_flag()), (rule("o", "offer", Any((_NEGATIVE, is_one_of("flag", "true"))), "one"),)
    )
    (explained,) = decided(pack, _MRD).trace.rules
    assert (explained.explanation.text, explained.explanation.truth) == ("any of", "true")
