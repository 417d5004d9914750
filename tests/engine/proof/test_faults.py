"""Faults planted in a small pack: each is found, under its code, with a patient whom the evaluation answers so."""

from dataclasses import replace
from decimal import Decimal

import pytest

from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.decision import Outcome
from pactolus_engine.pack.claims import Accepted, Claims, Code, Gap, Monotone, Property, Result
from pactolus_engine.pack.model import All, Any, Condition, Not, Pack, Place, Rule
from pactolus_engine.proof.finding import Finding, Report
from pactolus_engine.proof.patient import Patient, facts_of
from pactolus_engine.proof.prove import prove
from pactolus_engine.proof.search import Search, Tried
from pactolus_engine.values import Interval
from tests.support.small_packs import (
    InProcess,
    a_code,
    a_flag,
    a_fraction,
    a_whole,
    compared,
    is_one_of,
    pack_of,
    rule,
    stands,
)

_HERE = Place("properties.yaml", 1, 1)
_LOW, _HIGH = compared("mrd", "below", "1e-5"), compared("mrd", "at-least", "1e-5")
_MATCHER = InProcess()


def _sound() -> Pack:
    """Below the threshold one option, from it on the other; blood is out of scope, few grafts block one."""
    facts = [
        a_fraction(suspect_from=Decimal("0.05")),
        a_code("specimen", values=("marrow", "blood")),
        a_whole("grafts", "optional"),
        a_flag("relapse", "assumed", assumed_value="false", note="no relapse is recorded"),
    ]
    rules = [
        rule("low-offers-one", "offer", _LOW, "one"),
        rule("high-offers-two", "offer", _HIGH, "two"),
        rule("blood", "exclude", is_one_of("specimen", "blood")),
        rule("relapsed", "exclude", is_one_of("relapse", "true")),
        rule("unreadable", "conflict", stands("mrd", "unreadable")),
        rule("draft", "hold", stands("mrd", "not-final")),
        rule("few-grafts", "block", compared("grafts", "below", "2"), "two"),
        rule("grafts-unknown", "caveat", stands("grafts", "missing")),
        rule("status-low", "conclude", _LOW, "status", value="negative"),
        rule("status-high", "conclude", _HIGH, "status", value="positive"),
    ]
    blood = _property("blood-never-offers", is_one_of("specimen", "blood"), Result((Outcome.OFFER,)))
    high = _property("high-never-offers-one", _HIGH, Result(option="one"))
    unknown = replace(
        _property("unknown-never-offers", is_one_of("relapse", "false"), Result((Outcome.OFFER,))),
        unknown=("mrd",),
    )
    rising = Monotone("rising", "more disease never brings up one", "mrd", True, Result(option="one"), _HERE)
    claims = Claims({one.id: one for one in (blood, high, unknown)}, {"rising": rising})
    return pack_of(facts, rules, claims=claims)


def _property(name: str, when: Condition, result: Result, *, is_always: bool = False) -> Property:
    return Property(name, f"title of {name}", when, is_always, result, (), _HERE)


def _with(*rules: Rule, without: tuple[str, ...] = (), **claims: object) -> CompiledPack:
    pack = _sound()
    kept = {name: one for name, one in pack.rules.items() if name not in without}
    changed = replace(pack, rules=kept | {one.id: one for one in rules}, digest="1" * 64)
    return compile_pack(replace(changed, claims=replace(pack.claims, **claims)))  # type: ignore[arg-type]


def _proved(compiled: CompiledPack) -> Report:
    return prove(compiled, _MATCHER)


def _only(report: Report, code: Code, about: str) -> Finding:
    found = [one for one in report.findings if one.code is code and about in {*one.rules, one.subject}]
    assert len(found) == 1, report.findings
    return found[0]


def _answer(compiled: CompiledPack, patient: Patient) -> Tried:
    return Search(compiled, _MATCHER).tried(patient)


def _mrd(compiled: CompiledPack, patient: Patient) -> Decimal:
    (value,) = (r.value for r in facts_of(compiled.pack, patient).readings if r.fact == "mrd")
    assert isinstance(value, Interval)
    assert value.low is not None and value.is_point
    return value.low


def test_nothing_is_found_in_a_sound_pack() -> None:
    report = _proved(_with())
    assert report.findings == ()
    assert report.undecided == ()
    assert set(report.proved) >= {
        Code.GAP,
        Code.CONTRADICTION,
        Code.NEVER_OFFERED,
        Code.PROPERTY_VIOLATED,
        Code.NOT_MONOTONE,
        Code.OFFERED_WHILE_BLOCKED,
        Code.BLOCK_NOT_TOLD,
    }


def test_the_same_pack_gives_the_same_report() -> None:
    compiled = _with(rule("high-offers-two", "offer", compared("mrd", "above", "1e-5"), "two"))
    assert _proved(compiled) == _proved(compiled)


def test_an_off_by_one_threshold_is_a_gap_at_exactly_the_threshold() -> None:
    compiled = _with(rule("high-offers-two", "offer", compared("mrd", "above", "1e-5"), "two"))
    (witness,) = _only(_proved(compiled), Code.GAP, "").witnesses
    assert _mrd(compiled, witness) == Decimal("1e-5")
    decision = _answer(compiled, witness).decision
    assert decision.outcome is Outcome.OUT_OF_SCOPE
    assert decision.options == ()


def test_an_overlap_is_a_contradiction_at_exactly_the_threshold() -> None:
    low = compared("mrd", "at-most", "1e-5")
    compiled = _with(rule("status-low", "conclude", low, "status", value="negative"))
    (witness,) = _only(_proved(compiled), Code.CONTRADICTION, "status-low").witnesses
    assert _mrd(compiled, witness) == Decimal("1e-5")
    stated = {one.value for one in _answer(compiled, witness).decision.conclusions}
    assert stated == {"negative", "positive"}


def test_a_declared_gap_is_left_out_and_an_empty_one_told() -> None:
    above = rule("high-offers-two", "offer", compared("mrd", "above", "1e-5"), "two")
    exactly = Gap("exactly", "nobody decided yet", compared("mrd", "equals", "1e-5"), _HERE)
    report = _proved(_with(above, gaps={"exactly": exactly}))
    assert not [one for one in report.findings if one.code in {Code.GAP, Code.EMPTY_GAP}]
    _only(_proved(_with(gaps={"exactly": exactly})), Code.EMPTY_GAP, "exactly")


def test_a_swapped_option_violates_a_property() -> None:
    compiled = _with(
        rule("high-offers-two", "offer", _HIGH, "one"), rule("low-offers-one", "offer", _LOW, "two")
    )
    report = _proved(compiled)
    (witness,) = _only(report, Code.PROPERTY_VIOLATED, "high-never-offers-one").witnesses
    tried = _answer(compiled, witness)
    assert tried.holds(_HIGH)
    assert [option.id for option in tried.decision.options] == ["one"]
    one, other = _only(report, Code.NOT_MONOTONE, "rising").witnesses
    assert _mrd(compiled, one) < _mrd(compiled, other)
    assert [o.id for o in _answer(compiled, other).decision.options] == ["one"]
    assert "one" not in {o.id for o in _answer(compiled, one).decision.options}


def test_a_dropped_exclusion_violates_a_property() -> None:
    compiled = _with(without=("blood",))
    (witness,) = _only(_proved(compiled), Code.PROPERTY_VIOLATED, "blood-never-offers").witnesses
    tried = _answer(compiled, witness)
    assert tried.holds(is_one_of("specimen", "blood"))
    assert tried.decision.outcome is Outcome.OFFER


def test_an_answer_that_does_not_wait_for_what_is_unknown_violates_a_property() -> None:
    """Both options for everybody: no MRD is needed to offer them."""
    anything = Any((_LOW, _HIGH))
    offers = [rule(f"offers-{option}", "offer", anything, option) for option in ("one", "two")]
    compiled = _with(*offers, without=("low-offers-one", "high-offers-two"))
    (witness,) = _only(_proved(compiled), Code.PROPERTY_VIOLATED, "unknown-never-offers").witnesses
    assert "mrd" not in {one.fact for one in witness.statements}
    assert _answer(compiled, witness).decision.outcome is Outcome.OFFER


def test_an_unknown_number_may_turn_out_whole() -> None:
    """All of the cells: the number 1 of a fact that has fractions."""
    compiled = _with(rule("all-clonal", "exclude", compared("mrd", "at-least", "1")))
    assert Code.PROPERTY_VIOLATED not in {finding.code for finding in _proved(compiled).findings}


def test_a_rule_that_never_comes_true_is_unreachable() -> None:
    compiled = _with(rule("impossible", "exclude", All((_LOW, _HIGH))))
    assert _only(_proved(compiled), Code.UNREACHABLE_RULE, "impossible").witnesses == ()


def test_a_rule_that_asks_for_a_value_nobody_can_see_is_unreachable() -> None:
    """An MRD that cannot be read has no number that could lie below anything."""
    compiled = _with(rule("blind", "caveat", All((stands("mrd", "unreadable"), _LOW))))
    _only(_proved(compiled), Code.UNREACHABLE_RULE, "blind")


@pytest.mark.parametrize(
    "late",
    [
        rule("late", "exclude", stands("mrd", "unreadable")),
        rule("late", "caveat", is_one_of("specimen", "blood")),
        rule("late", "block", _HIGH, "one"),
        rule("late", "offer", All((_HIGH, is_one_of("specimen", "blood"))), "one"),
    ],
    ids=lambda one: one.effect,
)
def test_a_rule_that_never_counts_is_shadowed(late: Rule) -> None:
    compiled = _with(late)
    (witness,) = _only(_proved(compiled), Code.SHADOWED_RULE, "late").witnesses
    assert _answer(compiled, witness).rule("late") == "true"


def test_a_rule_that_another_one_says_too_is_subsumed() -> None:
    compiled = _with(rule("blood-and-high", "exclude", All((is_one_of("specimen", "blood"), _HIGH))))
    finding = _only(_proved(compiled), Code.SUBSUMED_RULE, "blood-and-high")
    assert finding.rules == ("blood-and-high", "blood")
    (witness,) = finding.witnesses
    assert {_answer(compiled, witness).rule(name) for name in finding.rules} == {"true"}


def test_a_rule_whose_loss_nobody_would_see_is_redundant() -> None:
    """Two others say together what it says: none of them alone does."""
    every = Any((is_one_of("specimen", "blood"), is_one_of("relapse", "true")))
    compiled = _with(rule("either", "exclude", All((every, Not(stands("grafts", "unusable"))))))
    _only(_proved(compiled), Code.REDUNDANT_RULE, "either")


def test_an_option_for_nobody_is_told() -> None:
    compiled = _with(rule("always-blocked", "block", _HIGH, "two"))
    finding = _only(_proved(compiled), Code.NEVER_OFFERED, "two")
    assert finding.rules == ("high-offers-two",)


def test_a_block_that_cannot_be_told_needs_a_caveat() -> None:
    compiled = _with(without=("grafts-unknown",))
    (witness,) = _only(_proved(compiled), Code.BLOCK_NOT_TOLD, "few-grafts").witnesses
    tried = _answer(compiled, witness)
    assert [option.id for option in tried.decision.options] == ["two"]
    assert tried.rule("few-grafts") == "unknown"


def test_a_property_that_fits_nobody_says_nothing() -> None:
    empty = _property("empty", All((_LOW, _HIGH)), Result((Outcome.OFFER,)))
    _only(_proved(_with(properties={"empty": empty})), Code.EMPTY_PROPERTY, "empty")


def test_what_must_always_be_is_looked_at_in_those_of_whom_little_is_seen() -> None:
    """An MRD that is not final holds; claimed is a conflict."""
    wrong = _property("wrong", stands("mrd", "not-final"), Result((Outcome.CONFLICT,)), is_always=True)
    compiled = _with(properties={"wrong": wrong})
    (witness,) = _only(_proved(compiled), Code.PROPERTY_VIOLATED, "wrong").witnesses
    assert _answer(compiled, witness).decision.outcome is Outcome.HOLD


def test_a_finding_is_accepted_with_its_reason_and_an_idle_acceptance_told() -> None:
    late = rule("late", "exclude", stands("mrd", "unreadable"))
    known = Accepted(Code.SHADOWED_RULE, "late", "kept for its text", _HERE)
    idle = Accepted(Code.SUBSUMED_RULE, "blood", "no longer so", _HERE)
    report = _proved(_with(late, accepted=(known, idle)))
    assert _only(report, Code.SHADOWED_RULE, "late").accepted == "kept for its text"
    assert [one.code for one in report.open_findings] == [Code.UNUSED_ACCEPTANCE]
