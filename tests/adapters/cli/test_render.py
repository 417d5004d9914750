"""What a person reads on the terminal, line for line; the decisions are made up for this file."""

from dataclasses import replace

import pytest

from pactolus_adapters.cli.render import render_answer, render_error
from pactolus_adapters.cli.terminal import WIDTH, clean, folded
from pactolus_adapters.hallway import Answer
from pactolus_engine.decision import (
    Assumption,
    BlockedOption,
    Caveat,
    Conclusion,
    Decision,
    Evidence,
    FactUsed,
    Missing,
    OfferedOption,
    Outcome,
    PackIdentity,
    PossibleOutcome,
    Reason,
    RuleOffTrace,
    Trace,
)
from pactolus_engine.errors import InputInvalid, MatcherFailed, Violation
from pactolus_engine.facts import PassedOver, Source
from pactolus_engine.ports import Receipt

_TRIAL = Evidence("trial", "Author A et al. Journal 2025", "it shows this", doi="10.1/x")
_REGISTER = Evidence("register", "Trial register", "design", url="https://register.example/1")
_SIGNED = Caveat("pack-not-approved", "not clinically approved")
_COMMON = Caveat("no-superiority", "neither was shown to be better", (_TRIAL,))
_OWN = Caveat("cardiac", "check the heart", (_REGISTER,))
_MRD = FactUsed("mrd", "MRD", "3e-6", (Source("Observation/mrd-1", "Observation.value"),))
_AGE = FactUsed("age", "Age at diagnosis", "unknown: not sent", ())
_OFFER_A = Reason("offer-a", "offer", "true", "A was studied", "The trial compared A.", (_TRIAL,), (_MRD,))
_OFFER_B = Reason("offer-b", "offer", "true", "B was studied", "The trial compared B.", (_TRIAL,), (_MRD,))
_TOO_OLD = Reason("too-old", "exclude", "unknown", "Too old", "The trial had younger ones.", (), (_AGE,))
_TOO_YOUNG = Reason("too-young", "exclude", "unknown", "Too young", "The trial had older ones.", (), (_AGE,))
_OPTION_A = OfferedOption("a", "Way A", "What A is.", (_SIGNED, _COMMON), (_TRIAL,))
_OPTION_B = OfferedOption("b", "Way B", "What B is.", (_SIGNED, _OWN, _COMMON), (_TRIAL,))

_BASE = Decision(
    decision_id="cd" * 32,
    outcome=Outcome.OFFER,
    options=(_OPTION_A, _OPTION_B),
    conclusions=(Conclusion("mrd-status", "negative", "MRD below 1e-5", (_TRIAL,)),),
    reasons=(_OFFER_A, _OFFER_B),
    missing=(),
    minimal_missing_sets=(),
    possible_outcomes=(),
    possible_outcomes_complete=True,
    assumptions=(Assumption("relapse", "false", "no relapse is recorded"),),
    caveats=(_COMMON, _OWN),
    blocked_options=(),
    trace=Trace((), (), ()),
    pack=PackIdentity("midas", "1.0.0", "ab" * 32),
    patient="Patient/p1",
    evaluation_time="2026-03-01T09:00:00.000Z",
)

_RECEIPT = f"""
   pack      midas 1.0.0, sha256 abababababababab...
   at        2026-03-01T09:00:00.000Z
   decision  {"cd" * 32}
   record    7 of log.example
   leaf      {"01" * 32}
"""

_OFFER = f"""\
== patient.json
   OFFER: options to consider, side by side; the order means nothing
   mrd-status: negative (MRD below 1e-5)

   For every option
   ! not clinically approved [pack-not-approved]
   ! neither was shown to be better [no-superiority, trial]

   ( ) a: Way A
       What A is.
       * rests on trial

   ( ) b: Way B
       What B is.
       ! check the heart [cardiac, register]
       * rests on trial

   Why
   - A was studied [offer, offer-a, trial]
     The trial compared A.
   - B was studied [offer, offer-b, trial]
     The trial compared B.
     = MRD: 3e-6 (Observation/mrd-1 Observation.value)

   Assumed, because nobody sent it
   - no relapse is recorded [relapse = false]

   Sources
   * [trial] Author A et al. Journal 2025 doi:10.1/x
     it shows this
   * [register] Trial register https://register.example/1
     design
{_RECEIPT}"""

_NEED_DATA = f"""\
== patient.json
   NEED_DATA: the answer depends on facts that are not known

   Missing
   - age: Age at diagnosis (not sent)
     send: Patient.birthDate
   > settled by: age

   Still possible
   - OFFER: a | b
   - OUT_OF_SCOPE

   True as well, but nothing is offered on it
   - A was studied [offer, offer-a]

   Still open: what is known of these facts leaves these rules undecided
   = Age at diagnosis: unknown: not sent
     - may yet exclude: Too old [too-old]
     - may yet exclude: Too young [too-young]

   Assumed, because nobody sent it
   - no relapse is recorded [relapse = false]
{_RECEIPT}"""


def _rendered(decision: Decision, name: str = "patient.json") -> str:
    return render_answer(name, Answer(decision, b"{}", Receipt("log.example", 7, b"\x01" * 32)))


def _need_data(**other: object) -> Decision:
    basis = replace(
        _BASE,
        outcome=Outcome.NEED_DATA,
        options=(),
        conclusions=(),
        reasons=(_OFFER_A, _TOO_OLD, _TOO_YOUNG),
        missing=(Missing("age", "Age at diagnosis", "not sent", "Patient.birthDate"),),
        minimal_missing_sets=(("age",),),
        possible_outcomes=(
            PossibleOutcome(Outcome.OFFER, ("a", "b")),
            PossibleOutcome(Outcome.OUT_OF_SCOPE, ()),
        ),
    )
    return replace(basis, **other)  # type: ignore[arg-type]


def test_an_offer_says_common_caveats_once_and_own_ones_beside_their_option() -> None:
    assert _rendered(_BASE) == _OFFER


def test_findings_come_with_their_rule_and_the_caveats_beside_them() -> None:
    why = Reason("is-low", "conclude", "true", "MRD is low", "It is below.", (_TRIAL,), (_MRD,))
    text = _rendered(replace(_BASE, outcome=Outcome.CONCLUDED, options=(), reasons=(why,)))
    assert "   mrd-status: negative (MRD below 1e-5)\n" in text
    assert "   Beside the findings\n   ! neither was shown to be better [no-superiority, trial]\n" in text
    assert "   Why\n   - MRD is low [conclude, is-low, trial]\n     It is below.\n     = MRD: 3e-6" in text
    assert "[register] Trial register" in text, "the sources of caveats are told too"


@pytest.mark.parametrize("outcome", [Outcome.HOLD, Outcome.NEED_DATA, Outcome.CONFLICT])
def test_a_finding_that_is_true_beside_another_outcome_is_not_told_as_an_offer(outcome: Outcome) -> None:
    why = Reason("is-low", "conclude", "true", "MRD is low", "It is below.", (_TRIAL,), (_MRD,))
    text = _rendered(replace(_BASE, outcome=outcome, options=(), reasons=(why,)))
    told = "   True as well: findings that stand, though the outcome is another\n   - MRD is low [conclude, is-low]\n"
    assert told in text
    assert "   mrd-status: negative (MRD below 1e-5)\n" in text
    assert "nothing is offered on it" not in text


def test_what_is_missing_stands_before_what_is_open_and_caveats_of_no_option_are_left_out() -> None:
    assert _rendered(_need_data()) == _NEED_DATA


def test_a_single_option_keeps_all_its_caveats_beside_it() -> None:
    text = _rendered(replace(_BASE, options=(_OPTION_B,)))
    assert "For every option" not in text
    for caveat in _OPTION_B.caveats:
        assert f"       ! {caveat.text} [" in text


def test_no_caveat_of_an_option_is_lost() -> None:
    text = _rendered(_BASE)
    for option in _BASE.options:
        for caveat in option.caveats:
            assert text.count(f"[{caveat.rule}") == 1


@pytest.mark.parametrize(
    ("effect", "outcome"),
    [("exclude", Outcome.OUT_OF_SCOPE), ("hold", Outcome.HOLD), ("conflict", Outcome.CONFLICT)],
)
def test_the_deciding_rule_is_told_in_full_and_true_offers_only_by_title(
    effect: str, outcome: Outcome
) -> None:
    reason = replace(_TOO_OLD, effect=effect, truth="true", evidence=(_REGISTER,))
    text = _rendered(replace(_BASE, outcome=outcome, options=(), reasons=(reason, _OFFER_A)))
    why, _, rest = text.partition("True as well, but nothing is offered on it")
    assert f"   - Too old [{effect}, too-old, register]\n     The trial had younger ones.\n" in why
    assert "A was studied" not in why
    assert "   - A was studied [offer, offer-a]\n" in rest
    assert "The trial compared A." not in text
    assert "* [register] Trial register" in rest


def test_a_blocked_option_is_named_with_the_rule_and_the_fact_that_block_it() -> None:
    block = Reason("one-graft", "block", "true", "One graft", "One graft is in store.", (), (_AGE,))
    blocked = (BlockedOption("b", "one-graft", "One graft is in store."),)
    text = _rendered(replace(_BASE, reasons=(_OFFER_A, block), blocked_options=blocked))
    told = "   Not offered\n   - b: One graft is in store. [block, one-graft]\n     = Age at diagnosis: unknown: not sent\n"
    assert told in text
    assert text.count("One graft is in store.") == 1
    assert "True as well" not in text


def test_a_bounded_search_says_that_there_may_be_more() -> None:
    text = _rendered(_need_data(possible_outcomes_complete=False, minimal_missing_sets=()))
    assert "the search met its bound: there may be more than these" in text
    assert "settled by" not in text


def test_a_set_of_all_missing_facts_is_not_repeated_by_name() -> None:
    missing = tuple(Missing(name, name, "not sent", f"send {name}") for name in ("age", "mrd"))
    text = _rendered(_need_data(missing=missing, minimal_missing_sets=(("age", "mrd"),)))
    assert "   > settled by: all of these together\n" in text
    other = _rendered(_need_data(missing=missing, minimal_missing_sets=(("age",), ("mrd",))))
    assert "   > settled by: age\n   > settled by: mrd\n" in other


def test_what_was_passed_over_is_named() -> None:
    passed = (PassedOver(Source("Observation/else", "Observation.code"), "its code is in no code set"),)
    text = _rendered(replace(_BASE, trace=Trace((), (), passed)))
    told = "Passed over\n   - Observation/else Observation.code: its code is in no code set\n"
    assert told in text


def test_what_was_not_checked_is_told_once_for_each_setting_it_needs() -> None:
    off = (
        RuleOffTrace("clearance-low", "Clearance is too low", "block", ("clearance-minimum",)),
        RuleOffTrace("lvef-low", "LVEF is too low", "block", ("lvef-minimum",)),
        RuleOffTrace("lvef-unknown", "LVEF is not known", "caveat", ("lvef-minimum",)),
    )
    text = _rendered(replace(_BASE, trace=Trace((), (), (), off)))
    told = (
        "Not checked: this site has not set what these rules need\n"
        "   - set clearance-minimum for: Clearance is too low\n"
        "   - set lvef-minimum for: LVEF is too low; LVEF is not known\n"
    )
    assert told in text


def test_what_a_source_shows_stands_below_it() -> None:
    text = _rendered(_BASE)
    assert "   * [trial] Author A et al. Journal 2025 doi:10.1/x\n     it shows this\n" in text
    assert text.count("it shows this") == 1


_HOSTILE = "\x1b[31mred\x07\x9b2J\u202e6-e3\u2066\r\nnew line\x00\u200b"


def _hostile_decision() -> Decision:
    """Every text of a decision, each hostile."""
    evidence = (Evidence(_HOSTILE, _HOSTILE, _HOSTILE, _HOSTILE, _HOSTILE),)
    source = Source(_HOSTILE, _HOSTILE, _HOSTILE)
    fact = FactUsed(_HOSTILE, _HOSTILE, _HOSTILE, (source,))
    caveats = (Caveat(_HOSTILE, _HOSTILE, evidence),)
    option = OfferedOption(_HOSTILE, _HOSTILE, _HOSTILE, caveats, evidence)
    reasons = [
        Reason(_HOSTILE, effect, truth, _HOSTILE, _HOSTILE, evidence, (fact,))
        for effect in ("exclude", "offer", "block")
        for truth in ("true", "unknown")
    ]
    return Decision(
        decision_id=_HOSTILE,
        outcome=Outcome.NEED_DATA,
        options=(option, option),
        conclusions=(Conclusion(_HOSTILE, _HOSTILE, _HOSTILE, evidence),),
        reasons=tuple(reasons),
        missing=(Missing(_HOSTILE, _HOSTILE, _HOSTILE, _HOSTILE),),
        minimal_missing_sets=((_HOSTILE,),),
        possible_outcomes=(PossibleOutcome(Outcome.OFFER, (_HOSTILE,)),),
        possible_outcomes_complete=False,
        assumptions=(Assumption(_HOSTILE, _HOSTILE, _HOSTILE),),
        caveats=caveats,
        blocked_options=(BlockedOption(_HOSTILE, _HOSTILE, _HOSTILE),),
        trace=Trace(
            (),
            (),
            (PassedOver(source, _HOSTILE),),
            (RuleOffTrace(_HOSTILE, _HOSTILE, _HOSTILE, (_HOSTILE,)),),
        ),
        pack=PackIdentity(_HOSTILE, _HOSTILE, _HOSTILE),
        patient=_HOSTILE,
        evaluation_time=_HOSTILE,
    )


def _is_harmless(text: str) -> bool:
    return all(line.isprintable() for line in text.split("\n"))


def test_nothing_that_was_sent_acts_on_the_terminal() -> None:
    answer = Answer(_hostile_decision(), b"", Receipt(_HOSTILE, 0, b""))
    text = render_answer(_HOSTILE, answer)
    assert _is_harmless(text)
    assert "\N{REPLACEMENT CHARACTER}[31mred" in text


def test_a_refusal_names_every_place_and_lets_nothing_through() -> None:
    refusal = InputInvalid(
        [Violation("Observation.status", "expected a code"), Violation(_HOSTILE, _HOSTILE)]
    )
    text = render_error(_HOSTILE, refusal)
    assert _is_harmless(text)
    assert "   INVALID_ARGUMENT: nothing was evaluated\n" in text
    assert "   - Observation.status: expected a code\n" in text


def test_another_error_is_told_as_it_is() -> None:
    assert render_error("x.json", MatcherFailed("it stopped")) == "== x.json\n   refused: it stopped\n"


def test_long_lines_are_folded_under_their_text_and_words_are_not_cut_at_hyphens() -> None:
    lines = folded("tandem-asct " * 40, "- ")  # the first part of the last word would fit
    assert all(len(line) <= WIDTH for line in lines)
    assert lines[0].startswith("   - tandem-asct")
    assert all(line.startswith("     ") and line[5] != " " for line in lines[1:])
    assert {word for line in lines for word in line.split()} == {"-", "tandem-asct"}


def test_letters_of_any_language_stay_as_they_are() -> None:
    assert clean("Zoë  Łukasz\n患者 ≥ 1e-5") == "Zoë Łukasz 患者 ≥ 1e-5"
