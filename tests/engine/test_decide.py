"""From truths to a decision: every outcome, their order, and everything said beside them."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from functools import partial

import pytest

from pactolus_engine.completions import complete
from pactolus_engine.decision import REVIEW_DATE_RULE, Decision, Evidence, Outcome, PossibleOutcome
from pactolus_engine.facts import Reading
from pactolus_engine.pack.model import All, Any, Fact, Not, Pack, Rule
from pactolus_engine.unsigned import NOT_APPROVED
from tests.support.small_packs import (
    a_flag,
    a_fraction,
    approved,
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

_NEGATIVE = compared("mrd", "below", "1e-5")
_OFFERS = (rule("offer-one", "offer", _NEGATIVE, "one"), rule("offer-two", "offer", Not(_NEGATIVE), "two"))
_ENDINGS = ("conflict", "hold", "exclude")
_ENDED = dict(zip(_ENDINGS, (Outcome.CONFLICT, Outcome.HOLD, Outcome.OUT_OF_SCOPE), strict=True))


def _true(name: str) -> Rule:
    return rule(f"is-{name}", name, is_one_of(name, "true"))


def _pack(*more: Rule, **changes: object) -> Pack:
    facts: list[Fact] = [a_fraction(), *(a_flag(name) for name in (*_ENDINGS, "block"))]
    facts.append(a_flag("optional", "optional"))
    facts.append(a_flag("assumed", "assumed", assumed_value="false", note="taken as false"))
    return pack_of(facts, (*_OFFERS, *map(_true, _ENDINGS), *more), **changes)  # type: ignore[arg-type]


def _readings(mrd: str = "1e-6", **flags: str) -> list[Reading]:
    """Everything known, no ending true, unless said otherwise; an empty text is not sent."""
    known = dict.fromkeys((*_ENDINGS, "block"), "false") | flags
    made = [reading(name, codes(value)) for name, value in known.items() if value]
    return made + ([reading("mrd", point(mrd))] if mrd else [])


def _options(decision: Decision) -> list[str]:
    return [option.id for option in decision.options]


# --- outcomes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mrd", "option"), [("1e-6", "one"), ("1e-5", "two")])
def test_offer(mrd: str, option: str) -> None:
    decision = decided(_pack(), *_readings(mrd))
    assert decision.outcome is Outcome.OFFER
    assert _options(decision) == [option]
    assert (decision.missing, decision.minimal_missing_sets, decision.possible_outcomes) == ((), (), ())


@pytest.mark.parametrize("ending", _ENDINGS)
def test_a_true_rule_ends_the_search(ending: str) -> None:
    decision = decided(_pack(), *_readings(**{ending: "true"}))
    assert decision.outcome is _ENDED[ending]
    assert decision.options == ()


@pytest.mark.parametrize(
    ("true", "outcome"),
    [
        ("conflict hold exclude", Outcome.CONFLICT),
        ("hold exclude", Outcome.HOLD),
        ("conflict exclude", Outcome.CONFLICT),
        ("conflict hold", Outcome.CONFLICT),
        ("exclude", Outcome.OUT_OF_SCOPE),
    ],
)
def test_the_first_in_the_order_gives_the_outcome_and_all_are_reasons(true: str, outcome: Outcome) -> None:
    decision = decided(_pack(), *_readings(**dict.fromkeys(true.split(), "true")))
    assert decision.outcome is outcome
    named = {reason.rule for reason in decision.reasons if reason.truth == "true"}
    assert {f"is-{name}" for name in true.split()} == named & {f"is-{name}" for name in _ENDINGS}


@pytest.mark.parametrize(
    ("unknown", "true", "outcome"),
    [
        ("conflict", "exclude", Outcome.OUT_OF_SCOPE),
        ("conflict", "hold", Outcome.HOLD),
        ("hold", "exclude", Outcome.OUT_OF_SCOPE),
        ("exclude", "", Outcome.NEED_DATA),
    ],
)
def test_an_unknown_rule_does_not_hide_a_true_one(unknown: str, true: str, outcome: Outcome) -> None:
    decision = decided(_pack(), *_readings(**{unknown: ""}, **({true: "true"} if true else {})))
    assert decision.outcome is outcome
    assert (f"is-{unknown}", "unknown") in {(reason.rule, reason.truth) for reason in decision.reasons}


def test_need_data_lists_what_would_settle_it() -> None:
    decision = decided(_pack(), *_readings("", hold="", block=""))
    assert decision.outcome is Outcome.NEED_DATA
    assert decision.options == ()
    assert decision.minimal_missing_sets == (("hold", "mrd"),)
    missing = [(one.fact, one.title, one.reason, one.supply) for one in decision.missing]
    assert missing == [
        ("hold", "the hold", "not sent", "send hold"),
        ("mrd", "the mrd", "not sent", "send mrd"),
    ]
    assert set(decision.possible_outcomes) == {
        PossibleOutcome(Outcome.HOLD, ()),
        PossibleOutcome(Outcome.OFFER, ("one",)),
        PossibleOutcome(Outcome.OFFER, ("two",)),
    }
    assert decision.possible_outcomes_complete


def test_a_value_on_both_sides_of_a_limit_is_missing_with_its_reason() -> None:
    decision = decided(_pack(), *_readings(""), reading("mrd", range_of("[0, 1e-4)")))
    (missing,) = decision.missing
    assert missing.fact == "mrd"
    assert missing.reason == "what was sent leaves it on both sides of a limit that this pack asks for"


def test_an_answer_that_holds_in_every_completion_is_the_answer() -> None:
    maybe = is_one_of("block", "true")
    either = (
        rule("e", "offer", All((maybe, _NEGATIVE)), "two"),
        rule("f", "offer", All((Not(maybe), _NEGATIVE)), "two"),
    )
    decision = decided(_pack(*either), *_readings(block=""))
    assert decision.outcome is Outcome.OFFER
    assert _options(decision) == ["one", "two"]


def test_an_exclusion_that_holds_in_every_completion_is_the_answer() -> None:
    maybe = is_one_of("block", "true")
    decision = decided(_pack(rule("x", "exclude", Any((maybe, Not(maybe))))), *_readings(block=""))
    assert decision.outcome is Outcome.OUT_OF_SCOPE


def _search_at_most(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pactolus_engine.decide.complete", partial(complete, maximum_steps=steps))


def test_the_bound_of_the_search_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    _search_at_most(2, monkeypatch)
    decision = decided(_pack(), *_readings("", hold=""))
    assert decision.outcome is Outcome.NEED_DATA
    assert not decision.possible_outcomes_complete
    assert decision.minimal_missing_sets == ()
    assert [missing.fact for missing in decision.missing] == ["hold", "mrd"]


def test_one_answer_found_before_the_bound_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    _search_at_most(4, monkeypatch)
    decision = decided(_pack(), *_readings("", hold="", exclude=""))
    assert decision.possible_outcomes == (PossibleOutcome(Outcome.OFFER, ("one",)),)
    assert decision.outcome is Outcome.NEED_DATA


# --- blocks ----------------------------------------------------------------------------------------

_BLOCK = rule("no-one", "block", is_one_of("block", "true"), "one")


def test_a_blocked_option_is_named_with_its_rule() -> None:
    decision = decided(_pack(_BLOCK, rule("also", "offer", _NEGATIVE, "two")), *_readings(block="true"))
    assert _options(decision) == ["two"]
    assert [(one.option, one.rule, one.text) for one in decision.blocked_options] == [
        ("one", "no-one", "the text of no-one")
    ]


def test_out_of_scope_when_no_option_remains() -> None:
    decision = decided(_pack(_BLOCK), *_readings(block="true"))
    assert decision.outcome is Outcome.OUT_OF_SCOPE
    assert [one.option for one in decision.blocked_options] == ["one"]


def test_an_option_that_no_rule_offers_is_not_blocked() -> None:
    decision = decided(_pack(_BLOCK), *_readings("1e-4", block="true"))
    assert _options(decision) == ["two"]
    assert decision.blocked_options == ()


@pytest.mark.parametrize(("block", "outcome"), [("", Outcome.NEED_DATA), ("false", Outcome.OFFER)])
def test_a_block_that_may_be_true_leaves_the_answer_open(block: str, outcome: Outcome) -> None:
    assert decided(_pack(_BLOCK), *_readings(block=block)).outcome is outcome


def test_an_optional_fact_that_nobody_sent_blocks_nothing_and_offers_nothing() -> None:
    asks = is_one_of("optional", "true")
    pack = _pack(
        rule("b", "block", asks, "one"),
        rule("n", "block", Not(asks), "one"),
        rule("o", "offer", asks, "two"),
        rule("p", "offer", Not(asks), "two"),
    )
    decision = decided(pack, *_readings())
    assert decision.outcome is Outcome.OFFER
    assert _options(decision) == ["one"]


# --- findings ----------------------------------------------------------------------------------------


def _stages(*rules: Rule) -> Pack:
    return pack_of((a_fraction(), a_flag("x")), rules, ())


_STAGE_I = rule("stage-one", "conclude", _NEGATIVE, "stage", value="I")


@pytest.mark.parametrize(
    ("mrd", "outcome", "found"),
    [
        ("1e-6", Outcome.CONCLUDED, [("stage", "I")]),
        ("1e-5", Outcome.OUT_OF_SCOPE, []),
        ("", Outcome.NEED_DATA, []),
    ],
)
def test_a_pack_without_options_concludes(mrd: str, outcome: Outcome, found: list[tuple[str, str]]) -> None:
    decision = decided(_stages(_STAGE_I), *([reading("mrd", point(mrd))] if mrd else []))
    assert decision.outcome is outcome
    assert [(one.id, one.value) for one in decision.conclusions] == found


def test_a_finding_that_holds_in_every_completion_is_stated() -> None:
    maybe = is_one_of("x", "true")
    pack = _stages(
        rule("with", "conclude", maybe, "stage", value="I"),
        rule("without", "conclude", Not(maybe), "stage", value="I"),
        rule("other", "conclude", All((maybe, Not(maybe))), "stage", value="II"),
    )
    decision = decided(pack)
    assert decision.outcome is Outcome.CONCLUDED
    assert {(one.id, one.value) for one in decision.conclusions} == {("stage", "I")}


def test_the_rules_behind_findings_are_reasons_where_nothing_else_is_given() -> None:
    def told(pack: Pack, **known: str) -> list[tuple[str, str]]:
        readings = [reading(name, point(number)) for name, number in known.items()]
        return [(one.rule, one.truth) for one in decided(pack, *readings).reasons]

    assert told(_stages(_STAGE_I), mrd="1e-6") == [("stage-one", "true")]
    assert told(_stages(_STAGE_I)) == [("stage-one", "unknown")]
    assert told(_stages(_STAGE_I), mrd="1e-5") == []
    assert "stage-one" not in dict(told(_pack(_STAGE_I), mrd="1e-6")), "an option is the better answer"


def test_findings_stand_beside_every_outcome() -> None:
    pack = _pack(rule("status", "conclude", _NEGATIVE, "mrd-status", value="negative"))
    for flags in ({}, {"hold": "true"}, {"exclude": ""}):
        decision = decided(pack, *_readings(**flags))
        assert [(one.id, one.value) for one in decision.conclusions] == [("mrd-status", "negative")]


# --- caveats, review date, approval ----------------------------------------------------------------


def test_caveats_stand_beside_their_options() -> None:
    both = rule("also", "offer", _NEGATIVE, "two")
    general = rule("general", "caveat", _NEGATIVE)
    special = rule("special", "caveat", _NEGATIVE, options=("two",))
    silent = rule("silent", "caveat", is_one_of("block", "true"))
    decision = decided(approved(_pack(both, general, special, silent)), *_readings(block=""))
    caveats = {option.id: [caveat.rule for caveat in option.caveats] for option in decision.options}
    assert caveats == {"one": ["general"], "two": ["general", "special"]}
    assert [caveat.rule for caveat in decision.caveats] == ["general", "special"]


def test_an_offer_of_a_pack_that_nobody_approved_says_so() -> None:
    (option,) = decided(_pack(), *_readings()).options
    assert [caveat.rule for caveat in option.caveats] == [NOT_APPROVED]
    (option,) = decided(approved(_pack()), *_readings()).options
    assert option.caveats == ()


def test_an_offer_of_a_pack_that_changed_after_its_approval_says_whose_approval_lapsed() -> None:
    changed = replace(approved(_pack()), content_digest="d" * 64)
    (option,) = decided(changed, *_readings()).options
    (caveat,) = option.caveats
    assert caveat.rule == NOT_APPROVED
    assert "by Dr. Synthetic (haematologist, 2026-02-01) has lapsed, because" in caveat.text


_LAST_DAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("at", "outcome"),
    [
        ("2026-06-30T23:59:59.999+00:00", Outcome.OFFER),
        ("2026-07-01T00:00:00.000+00:00", Outcome.HOLD),
        ("2026-07-01T01:30:00.000+02:00", Outcome.OFFER),
        ("2026-06-30T20:00:00.000-04:00", Outcome.HOLD),
    ],
)
def test_the_review_date_ends_at_midnight_utc(at: str, outcome: Outcome) -> None:
    decision = decided(_pack(review_by=_LAST_DAY), *_readings(), at=datetime.fromisoformat(at))
    assert decision.outcome is outcome
    assert (decision.reasons[0].rule == REVIEW_DATE_RULE) is (outcome is Outcome.HOLD)


@pytest.mark.parametrize(
    ("flags", "outcome"),
    [
        ({"conflict": "true"}, Outcome.CONFLICT),
        ({"conflict": ""}, Outcome.HOLD),
        ({"hold": "true"}, Outcome.HOLD),
        ({"exclude": "true"}, Outcome.HOLD),
    ],
)
def test_the_review_date_is_a_hold_like_any_other(flags: dict[str, str], outcome: Outcome) -> None:
    decision = decided(_pack(review_by=date(2026, 1, 1)), *_readings(**flags))
    assert decision.outcome is outcome
    assert REVIEW_DATE_RULE in {reason.rule for reason in decision.reasons}


# --- the rest of a decision ------------------------------------------------------------------------


def test_evidence_is_looked_up_and_sorted() -> None:
    sources = {name: Evidence(name, f"citation of {name}", "shown") for name in ("trial", "registry")}
    cited = rule("cited", "offer", _NEGATIVE, "two", evidence=("trial", "registry"))
    decision = decided(_pack(cited, evidence=sources), *_readings())
    (reason,) = [reason for reason in decision.reasons if reason.rule == "cited"]
    assert [one.id for one in reason.evidence] == ["registry", "trial"]


def test_assumptions_are_named_when_a_rule_looks_at_them() -> None:
    asks = rule("x", "exclude", is_one_of("assumed", "true"))
    decision = decided(_pack(asks), *_readings())
    assert [(one.fact, one.value, one.text) for one in decision.assumptions] == [
        ("assumed", "false", "taken as false")
    ]
    assert decided(_pack(), *_readings()).assumptions == ()
    sent = decided(_pack(asks), *_readings(), reading("assumed", codes("false")))
    assert sent.assumptions == ()


def test_the_envelope_of_a_decision() -> None:
    at = datetime(2026, 3, 1, 10, 0, 0, 123000, timezone(timedelta(hours=1)))
    decision = decided(_pack(), *_readings(), at=at)
    assert decision.evaluation_time == "2026-03-01T09:00:00.123Z"
    assert decision.patient == "Patient/p"
    assert (decision.pack.id, decision.pack.version, decision.pack.digest) == ("by-hand", "1.0.0", "0" * 64)


def test_reasons_put_what_is_true_before_what_may_be() -> None:
    decision = decided(_pack(), *_readings(hold=""))
    assert [reason.truth for reason in decision.reasons] == sorted(
        (reason.truth for reason in decision.reasons), key=["true", "unknown"].index
    )
