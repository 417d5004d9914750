"""Two answers compared: which parts differ, and the class of the difference."""

from dataclasses import fields, replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pactolus_engine.compiled import compile_pack
from pactolus_engine.decision import (
    Decision,
    Explanation,
    OfferedOption,
    Outcome,
    PackIdentity,
    Retracted,
    RuleTrace,
    Trace,
)
from pactolus_engine.evaluate import evaluate
from pactolus_engine.pack.model import Pack
from pactolus_engine.replay.compare import compare, said
from pactolus_engine.replay.result import ReplayClass, Said
from tests.support.decisions import a_decision
from tests.support.generate import INSTANT, packs, random_patient
from tests.support.small_packs import InProcess

_GIVEN = [outcome for outcome in Outcome if outcome is not Outcome.RETRACT]
_PARTS = [part.name for part in fields(Decision)]
_VISIBLE = [name for name in _PARTS if name not in {"decision_id", "pack", "trace", "replacement"}]
_SUBSTANCE = {"options", "conclusions", "blocked_options", "missing", "minimal_missing_sets"} | {
    "possible_outcomes",
    "possible_outcomes_complete",
    "retracted",
}
_TAKEN_BACK = Retracted("ef" * 32, "CarePlan/1", "revoked", "it changed", "7")


def _taking_back(replacement: Decision, *retracted: Retracted) -> Decision:
    """A RETRACT around a decision."""
    return replace(
        a_decision(Outcome.RETRACT), retracted=retracted or (_TAKEN_BACK,), replacement=replacement
    )


_DECISIONS = st.builds(
    a_decision, st.sampled_from(_GIVEN), st.just("Patient/p1"), st.sampled_from(["3e-6", "2e-5"])
)
_ALL = st.one_of(_DECISIONS, _DECISIONS.map(_taking_back))


@given(_ALL, st.booleans())
def test_a_decision_is_identical_with_itself(decision: Decision, same_pack: bool) -> None:
    comparison = compare(decision, replace(decision), same_pack=same_pack)
    assert comparison.fields == () and comparison.result_class is ReplayClass.IDENTICAL


@given(_ALL, _ALL, st.booleans())
def test_what_differs_does_so_both_ways(one: Decision, other: Decision, same_pack: bool) -> None:
    assert compare(one, other, same_pack=same_pack) == compare(other, one, same_pack=same_pack)


@given(_DECISIONS, _DECISIONS, st.sets(st.sampled_from(_VISIBLE)), st.booleans(), st.booleans())
def test_what_a_clinician_reads_is_never_identical_when_it_differs(
    one: Decision, other: Decision, grafted: set[str], same_pack: bool, is_replacement: bool
) -> None:
    """Parts of another answer are put into one, in all ways."""
    mixed = replace(one, **{name: getattr(other, name) for name in grafted})
    differing = {name for name in grafted if getattr(one, name) != getattr(other, name)}
    pair = (_taking_back(one), _taking_back(mixed)) if is_replacement else (one, mixed)
    prefix = "replacement." if is_replacement else ""
    comparison = compare(*pair, same_pack=same_pack)
    assert comparison.fields == tuple(sorted(prefix + name for name in differing))
    expected = ReplayClass.IDENTICAL
    if "outcome" in differing:
        expected = ReplayClass.CHANGED_OUTCOME
    elif differing & _SUBSTANCE:
        expected = ReplayClass.CHANGED_OPTIONS
    elif differing:
        expected = ReplayClass.CHANGED_TEXT
    assert comparison.result_class is expected


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(packs(), st.integers(0, 2**32))
def test_a_real_answer_made_again_is_identical(pack: Pack, seed: int) -> None:
    compiled, matcher, facts = compile_pack(pack), InProcess(), random_patient(Random(seed), pack.facts)
    again = [evaluate(facts, compiled, INSTANT, matcher) for _ in range(2)]
    assert compare(*again, same_pack=True).result_class is ReplayClass.IDENTICAL


_OFFER = a_decision(Outcome.OFFER)
_RULE = RuleTrace("r", "offer", "true", Explanation("mrd < 1e-5", "true"))


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("decision_id", "ab" * 32),
        ("pack", PackIdentity("midas-consolidation", "2.0.0", "ef" * 32)),
        ("trace", Trace((_RULE,), (), ())),
    ],
)
def test_what_only_names_the_pack_counts_under_the_same_pack_alone(part: str, value: object) -> None:
    other = replace(_OFFER, **{part: value})
    assert compare(_OFFER, other, same_pack=True).fields == (part,)
    assert compare(_OFFER, other, same_pack=True).result_class is ReplayClass.CHANGED_TEXT
    for pair in ((_OFFER, other), (_taking_back(_OFFER), _taking_back(other))):
        assert compare(*pair, same_pack=False).result_class is ReplayClass.IDENTICAL


def _option(name: str, title: str = "") -> OfferedOption:
    return OfferedOption(name, title or name, "", (), ())


def test_the_order_of_options_is_no_other_option() -> None:
    one, other = (replace(_OFFER, options=tuple(map(_option, order))) for order in ("ab", "ba"))
    assert compare(one, other, same_pack=False).result_class is ReplayClass.CHANGED_TEXT


def test_another_title_of_an_option_is_another_text() -> None:
    one, other = (replace(_OFFER, options=(_option("a", title),)) for title in ("x", "y"))
    comparison = compare(one, other, same_pack=False)
    assert comparison.result_class is ReplayClass.CHANGED_TEXT and comparison.fields == ("options",)


@pytest.mark.parametrize(
    ("other", "fields_", "result_class"),
    [
        (_taking_back(a_decision(Outcome.HOLD)), None, ReplayClass.CHANGED_OUTCOME),
        (_taking_back(replace(_OFFER, options=())), ("replacement.options",), ReplayClass.CHANGED_OPTIONS),
        (_taking_back(_OFFER, replace(_TAKEN_BACK, index="8")), ("retracted",), ReplayClass.CHANGED_OPTIONS),
        (
            _taking_back(_OFFER, replace(_TAKEN_BACK, new_status="entered-in-error")),
            ("retracted",),
            ReplayClass.CHANGED_OPTIONS,
        ),
        (_taking_back(_OFFER, replace(_TAKEN_BACK, cause="else")), ("retracted",), ReplayClass.CHANGED_TEXT),
        (_taking_back(_OFFER, replace(_TAKEN_BACK, care_plan_id="x")), (), ReplayClass.IDENTICAL),
        (_taking_back(_OFFER, replace(_TAKEN_BACK, decision_id="x")), (), ReplayClass.IDENTICAL),
    ],
)
def test_a_retract_is_compared_with_what_it_takes_back_and_what_replaces_it(
    other: Decision, fields_: tuple[str, ...] | None, result_class: ReplayClass
) -> None:
    comparison = compare(_taking_back(_OFFER), other, same_pack=False)
    assert comparison.result_class is result_class
    assert fields_ is None or comparison.fields == fields_


def test_a_suggestion_that_stands_now_is_another_outcome() -> None:
    comparison = compare(_taking_back(_OFFER), _OFFER, same_pack=False)
    assert comparison.result_class is ReplayClass.CHANGED_OUTCOME
    assert {"outcome", "replacement", "retracted"} <= set(comparison.fields)


def test_an_answer_in_short() -> None:
    assert said(_OFFER) == Said("OFFER", ("isa-krd-x6", "bare"), ("mrd-status=negative",), ("the-rule",))
    assert said(a_decision(Outcome.NEED_DATA)) == Said("NEED_DATA")


def test_a_retract_in_short_holds_what_replaces_it() -> None:
    short = said(_taking_back(_OFFER))
    assert short.outcome == "RETRACT"
    assert (short.options, short.rules) == (("isa-krd-x6", "bare"), ("the-rule",))
