"""What is named as missing is exactly what would settle the decision, no more and no less."""

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from pactolus_engine.compiled import compile_pack
from pactolus_engine.facts import FactSet, PatientIdentity
from pactolus_engine.pack.model import All, Condition, Pack
from pactolus_engine.turning_points import turning_points
from pactolus_engine.values import Interval, exactly
from tests.support.every_day import answers_on_every_day, smallest_settling_sets
from tests.support.small_packs import (
    a_code,
    a_date,
    a_fraction,
    codes,
    compared,
    decided,
    derived,
    is_one_of,
    pack_of,
    point,
    reading,
    rule,
)

BEGIN = date(2026, 1, 1).toordinal()
SPAN = range(BEGIN - 55, BEGIN + 55)


def _within(fact: str, low: int, high: int) -> Condition:
    return All((compared(fact, "at-least", str(low)), compared(fact, "at-most", str(high))))


def _pack(low: int, high: int) -> Pack:
    """The end of induction decides whether the sample is in the window and the response counts."""
    facts = [
        a_date("end"),
        a_fraction("mrd"),
        a_date("sample-day", of="mrd"),
        derived("sample-days", "days-between", "end", "sample-day", low=Decimal(-999), high=Decimal(999)),
        a_code("response", only=_within("response-days", low, high)),
        a_date("response-day", absence="optional", of="response"),
        derived("response-days", "days-between", "end", "response-day", low=Decimal(-999), high=Decimal(999)),
    ]
    rules = [
        rule("early", "exclude", compared("sample-days", "below", str(low))),
        rule("late", "exclude", compared("sample-days", "above", str(high))),
        rule("progressed", "exclude", is_one_of("response", "c")),
        rule("negative", "offer", compared("mrd", "below", "1e-5"), "one"),
        rule("positive", "offer", compared("mrd", "at-least", "1e-5"), "two"),
    ]
    return pack_of(facts, rules)


def _sent(sample: int, response: int | None, mrd: str = "3e-6") -> list:
    found = [
        reading("mrd", point(mrd), "Observation/m"),
        reading("sample-day", exactly(sample), "Observation/m"),
    ]
    if response is not None:
        found.append(reading("response", codes("a"), "Observation/r"))
        found.append(reading("response-day", exactly(response), "Observation/r"))
    return found


@settings(max_examples=25)
@given(st.integers(-9, 0), st.integers(0, 20), st.integers(-20, 20), st.none() | st.integers(-30, 30))
def test_minimal_sets_are_exact_where_an_open_date_decides_what_counts(
    low: int, high: int, sample: int, response: int | None
) -> None:
    pack = _pack(low, high)
    sent = _sent(BEGIN + sample, None if response is None else BEGIN + response)
    decision = decided(pack, *sent)
    compiled = compile_pack(pack)
    answers = answers_on_every_day(compiled, FactSet(PatientIdentity(), tuple(sent)), ("end",), SPAN)
    places = {"response": sorted(compiled.partitions).index("response")}
    expected = smallest_settling_sets(compiled, answers, ("end",), places)
    assert decision.minimal_missing_sets == expected
    assert {(p.outcome, p.options) for p in decision.possible_outcomes} == {
        (answer.outcome, answer.options) for answer in answers.values()
    }


@settings(max_examples=8)
@given(st.integers(-3, 0), st.integers(0, 4), st.integers(-6, 6))
def test_minimal_sets_are_exact_with_two_open_dates(low: int, high: int, response: int) -> None:
    pack = _pack(low, high)
    sent = [one for one in _sent(BEGIN, BEGIN + response) if one.fact != "sample-day"]
    dates, compiled = ("end", "sample-day"), compile_pack(pack)
    answers = answers_on_every_day(
        compiled, FactSet(PatientIdentity(), tuple(sent)), dates, range(BEGIN - 18, BEGIN + 18)
    )
    places = {"response": sorted(compiled.partitions).index("response")}
    assert decided(pack, *sent).minimal_missing_sets == smallest_settling_sets(
        compiled, answers, dates, places
    )


def test_a_response_of_the_day_of_the_sample_needs_no_new_one() -> None:
    decision = decided(_pack(-7, 42), *_sent(BEGIN, BEGIN))
    assert decision.minimal_missing_sets == (("end",),)


def test_a_response_of_another_day_may_turn_out_not_to_count() -> None:
    decision = decided(_pack(-7, 42), *_sent(BEGIN, BEGIN - 3))
    assert decision.minimal_missing_sets == (("end", "response"),)


@settings(max_examples=60)
@given(
    st.sampled_from(["days-between", "years-between"]),
    st.booleans(),
    st.dates(date(1990, 1, 1), date(2012, 12, 31)),
    st.integers(0, 25),
)
def test_between_two_turning_points_nothing_turns(
    kind: str, moves_start: bool, known: date, cut: int
) -> None:
    start, end = ("open", "known") if moves_start else ("known", "open")
    facts = [
        a_date("open"),
        a_date("known"),
        derived("between", kind, start, end, low=Decimal(-20000), high=Decimal(20000)),
    ]
    asked = compared("between", "at-least", str(cut))
    pack = pack_of(facts, [rule("x", "exclude", asked), rule("o", "offer", asked, "one")])
    first = known.toordinal() - 30 * 366
    within = Interval(exactly(first).low, True, exactly(first + 60 * 366).low, True)
    points = turning_points(pack, [asked], "open", within, {"known": frozenset({known.toordinal()})})
    truths = [
        _holds(kind, moves_start, known, date.fromordinal(day), cut) for day in range(first, first + 60 * 366)
    ]
    turns = [first + place for place in range(1, len(truths)) if truths[place] != truths[place - 1]]
    assert set(turns) <= set(points)


def _holds(kind: str, moves_start: bool, known: date, moved: date, cut: int) -> bool:
    start, end = (moved, known) if moves_start else (known, moved)
    if kind == "days-between":
        return (end - start).days >= cut
    years = end.year - start.year - ((end.month, end.day) < (start.month, start.day))
    return years >= cut
