"""Which earlier suggestions fall, why, and what the answer says then."""

from dataclasses import replace

import pytest

from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.decision import Decision, Outcome
from pactolus_engine.evaluate import evaluate
from pactolus_engine.facts import FactSet, Reading, Source, Taken, Withdrawn
from pactolus_engine.pack.model import Effect, Pack
from pactolus_engine.record import decision_id
from pactolus_engine.retract import (
    TAKEN_RULE,
    Earlier,
    EarlierSuggestion,
    retractions,
)
from tests.support.small_packs import (
    INSTANT,
    InProcess,
    a_date,
    a_flag,
    a_fraction,
    codes,
    compared,
    days,
    derived,
    is_one_of,
    pack_of,
    patient,
    point,
    range_of,
    reading,
    rule,
)

MRD = "Observation/mrd"


def _pack() -> Pack:
    """Option one below 1e-5 within 30 days, and a fact that no rule looks at."""
    return pack_of(
        [
            a_fraction("mrd"),
            a_fraction("unused"),
            a_flag("relapse"),
            a_date("start"),
            a_date("end"),
            derived("span", "days-between", "start", "end"),
        ],
        [
            rule("offer-one", Effect.OFFER, compared("mrd", "below", "1e-5"), "one"),
            rule("too-late", Effect.EXCLUDE, compared("span", "above", "30")),
            rule("relapsed", Effect.EXCLUDE, is_one_of("relapse", "true")),
        ],
        ["one"],
    )


@pytest.fixture(scope="module")
def compiled() -> CompiledPack:
    return compile_pack(_pack())


def _then(*others: Reading) -> FactSet:
    return patient(
        reading("mrd", point("3e-6"), MRD),
        reading("relapse", codes("false")),
        reading("start", days("2026-01-01")),
        reading("end", days("2026-01-20")),
        *others,
    )


def _now(mrd: Reading | None = None, **changed: Reading | None) -> FactSet:
    new = {"mrd": mrd, **changed}
    readings = [new.get(one.fact) or one for one in _then().readings if one.fact not in new or new[one.fact]]
    return patient(*readings)


def _withdrawn(now: FactSet, *references: str, status: str = "entered-in-error") -> FactSet:
    gone = tuple(Withdrawn(Source(one, one.split("/")[0], "2"), status) for one in references)
    return replace(now, withdrawn=gone)


def _suggestion(now: FactSet, then: FactSet | None = None, index: str = "7") -> EarlierSuggestion:
    return EarlierSuggestion("d" * 64, "plan", index, then or _then(), now)


def _told(compiled: CompiledPack, *suggestions: EarlierSuggestion, is_complete: bool = True) -> Decision:
    facts = suggestions[-1].now
    return evaluate(facts, compiled, INSTANT, InProcess(), Earlier(suggestions, is_complete))


@pytest.mark.parametrize(
    ("mrd", "falls"),
    [
        ("3e-6", False),
        ("9.999999e-6", False),
        ("1e-5", True),
        ("1.000001e-5", True),
        ("[0, 1e-5)", False),
        ("[0, 1e-5]", True),
        ("[0, 1]", True),
    ],
)
def test_a_result_that_moves_to_other_cells(compiled: CompiledPack, mrd: str, falls: bool) -> None:
    value = range_of(mrd) if mrd.startswith("[") else point(mrd)
    found = retractions(Earlier((_suggestion(_now(reading("mrd", value, MRD))),)), compiled, INSTANT)
    assert [one.new_status for one in found] == (["revoked"] if falls else [])
    if falls:
        assert found[0].cause.startswith("the mrd changed from 3e-6 to ")


@pytest.mark.parametrize("standing", ["not-final", "unusable", "unreadable"])
def test_a_result_that_can_be_relied_on_less(compiled: CompiledPack, standing: str) -> None:
    now = _now(reading("mrd", None, MRD, standing))
    assert retractions(Earlier((_suggestion(now),)), compiled, INSTANT)


def test_a_result_that_is_no_longer_read(compiled: CompiledPack) -> None:
    (found,) = retractions(Earlier((_suggestion(_now(None)),)), compiled, INSTANT)
    assert found.cause == f"the mrd is no longer known ({MRD})"


def test_a_change_is_told_in_what_was_written(compiled: CompiledPack) -> None:
    now = _now(reading("mrd", point("3e-6"), MRD), end=reading("end", days("2026-03-02")))
    (found,) = retractions(Earlier((_suggestion(now),)), compiled, INSTANT)
    assert found.cause == "the span changed from 19 a to 60 a (Observation/end, Observation/start)"


def test_what_follows_from_a_withdrawn_result_is_not_told_as_a_change(compiled: CompiledPack) -> None:
    now = _withdrawn(_now(reading("mrd", point("3e-6"), MRD), end=None), "Observation/end")
    (found,) = retractions(Earlier((_suggestion(now),)), compiled, INSTANT)
    assert found.cause == "Observation/end version 2 was entered in error"


def test_what_also_changed_beside_a_withdrawn_result_is_told(compiled: CompiledPack) -> None:
    now = _now(reading("mrd", point("3e-6"), MRD), end=None, start=reading("start", days("2025-01-01")))
    (found,) = retractions(Earlier((_suggestion(_withdrawn(now, "Observation/end")),)), compiled, INSTANT)
    assert "; the span is no longer known (" in found.cause


@pytest.mark.parametrize(("end", "falls"), [("2026-01-31", False), ("2026-02-01", True)])
def test_a_date_counts_by_what_follows_from_it(compiled: CompiledPack, end: str, falls: bool) -> None:
    now = _now(reading("mrd", point("3e-6"), MRD), end=reading("end", days(end)))
    assert bool(retractions(Earlier((_suggestion(now),)), compiled, INSTANT)) is falls


def test_a_fact_that_no_rule_looks_at_counts_for_nothing(compiled: CompiledPack) -> None:
    then = _then(reading("unused", point("1e-6"), "Observation/unused"))
    moved = patient(*_then().readings, reading("unused", point("0.5"), "Observation/unused"))
    gone = _withdrawn(_then(), "Observation/unused")
    for now in (moved, gone):
        assert retractions(Earlier((_suggestion(now, then),)), compiled, INSTANT) == ()


@pytest.mark.parametrize(
    ("status", "new_status", "words"),
    [
        ("entered-in-error", "entered-in-error", "was entered in error"),
        ("cancelled", "revoked", "was cancelled"),
    ],
)
@pytest.mark.parametrize("reference", [MRD, "Observation/end", "Observation/relapse"])
def test_what_it_rests_on_is_withdrawn(
    compiled: CompiledPack, reference: str, status: str, new_status: str, words: str
) -> None:
    now = patient(*(one for one in _then().readings if one.origin != reference))
    (found,) = retractions(
        Earlier((_suggestion(_withdrawn(now, reference, status=status)),)), compiled, INSTANT
    )
    assert found.new_status == new_status
    assert f"{reference} version 2 {words}" in found.cause


def test_a_withdrawal_counts_even_if_another_result_says_the_same(compiled: CompiledPack) -> None:
    twin = reading("mrd", point("3e-6"), "Observation/twin")
    now = _withdrawn(patient(*_now(None).readings, twin), MRD)
    (found,) = retractions(Earlier((_suggestion(now, _then(twin)),)), compiled, INSTANT)
    assert found.cause == f"{MRD} version 2 was entered in error"


def test_a_withdrawal_of_something_else_is_nothing(compiled: CompiledPack) -> None:
    now = _withdrawn(_then(), "Observation/else")
    assert retractions(Earlier((_suggestion(now),)), compiled, INSTANT) == ()


def test_one_error_among_causes_makes_it_an_error(compiled: CompiledPack) -> None:
    now = _withdrawn(_now(None, end=reading("end", days("2026-06-01"))), MRD)
    (found,) = retractions(Earlier((_suggestion(now),)), compiled, INSTANT)
    assert found.new_status == "entered-in-error"
    assert found.cause.count(";") == 1
    assert "; the span is no longer known: end: dated after the evaluation instant" in found.cause


def test_the_answer_wraps_the_new_decision(compiled: CompiledPack) -> None:
    now = _now(reading("mrd", point("1e-4"), MRD))
    alone = evaluate(now, compiled, INSTANT, InProcess())
    told = _told(compiled, _suggestion(now, index="3"), _suggestion(now, index="12"))
    assert told.outcome is Outcome.RETRACT
    assert told.replacement == alone
    assert [one.index for one in told.retracted] == ["3", "12"]
    assert told.decision_id == decision_id(told) != alone.decision_id
    empty = (
        told.options,
        told.conclusions,
        told.missing,
        told.caveats,
        told.blocked_options,
        told.assumptions,
    )
    assert set(empty) == {()}
    assert [reason.effect for reason in told.reasons] == ["retract", "retract"]


def test_a_suggestion_that_stands_changes_nothing(compiled: CompiledPack) -> None:
    assert _told(compiled, _suggestion(_then())) == evaluate(_then(), compiled, INSTANT, InProcess())


def test_only_those_that_fall_are_named(compiled: CompiledPack) -> None:
    moved = _now(reading("mrd", point("1e-4"), MRD))
    told = _told(compiled, _suggestion(_then(), index="1"), _suggestion(moved, index="2"))
    assert [one.index for one in told.retracted] == ["2"]


def test_that_more_was_recorded_than_looked_at_is_said(compiled: CompiledPack) -> None:
    moved = _now(reading("mrd", point("1e-4"), MRD))
    told = _told(compiled, _suggestion(moved), is_complete=False)
    assert "suggestions older than these" in told.reasons[-1].text
    assert len(_told(compiled, _suggestion(moved)).reasons) == 1


@pytest.mark.parametrize("mrd", ["3e-6", "1e-4"])
def test_what_was_taken_is_said_beside_every_option(compiled: CompiledPack, mrd: str) -> None:
    taken = (Taken(Source("Patient/p", "Patient"), "4", "it was not sent again"),)
    facts = replace(_now(reading("mrd", point(mrd), MRD)), taken=taken)
    decision = evaluate(facts, compiled, INSTANT, InProcess())
    assert decision.trace.taken_from_earlier == taken
    assert decision.caveats[0].rule == TAKEN_RULE
    assert "one resource comes from audit record 4" in decision.caveats[0].text
    assert [option.caveats[0].rule for option in decision.options] == [TAKEN_RULE] * len(decision.options)
