"""Intervals between the same dates: only days that can be are completed, and all of them are."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pactolus_engine.compiled import compile_pack
from pactolus_engine.completions import Skeleton, complete
from pactolus_engine.decision import Outcome
from pactolus_engine.facts import Reading
from pactolus_engine.pack.model import Comparison, Effect, Fact, Rule, Status
from pactolus_engine.shared_dates import NOTHING_SHARED, shared_dates
from tests.support.small_packs import (
    INSTANT,
    a_date,
    compared,
    days,
    decided,
    derived,
    pack_of,
    reading,
    rule,
    weighed,
)

_TODAY = INSTANT.date().toordinal()
_FIRST = date(2026, 2, 20)
_DATES = ("first", "middle", "last")
_SPANS = {
    "a": ("first", "middle"),
    "b": ("middle", "last"),
    "c": ("first", "last"),
    "d": ("last", "evaluation-date"),
}
_CONSTANTS = st.integers(0, 6)
_RANGES = st.tuples(st.integers(0, 5), st.integers(2, 5)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def _facts() -> Iterator[Fact]:
    yield from (a_date(name) for name in _DATES)
    for name, (start, end) in _SPANS.items():
        yield derived(name, "days-between", start, end, low=Decimal(-100), high=Decimal(100))


@st.composite
def _rules(draw: st.DrawFn) -> tuple[Rule, ...]:
    """Up to seven rules, each of one interval and a constant."""
    made = []
    for number in range(draw(st.integers(3, 7))):
        test = compared(
            draw(st.sampled_from("abcd")),
            draw(st.sampled_from(["below", "at-least", "equals"])),
            str(draw(_CONSTANTS)),
        )
        effect = draw(st.sampled_from(["exclude", "conclude", "conclude", "conclude"]))
        target, value = ("found", draw(st.sampled_from(["yes", "no"]))) if effect == "conclude" else ("", "")
        made.append(rule(f"r{number}", effect, test, target, value=value))
    return tuple(made)


def _said(ranges: dict[str, tuple[int, int]]) -> list[Reading]:
    """What was sent: each date with its first and its last possible day, counted from `_FIRST`."""
    return [reading(name, days(*(str(_FIRST + timedelta(n)) for n in ends))) for name, ends in ranges.items()]


def test_completions_are_those_of_every_choice_of_days() -> None:
    narrower = 0

    @settings(max_examples=250, suppress_health_check=list(HealthCheck))
    @given(_rules(), st.tuples(_RANGES, _RANGES, _RANGES))
    def property_(rules: tuple[Rule, ...], chosen: tuple[tuple[int, int], ...]) -> None:
        nonlocal narrower
        compiled = compile_pack(pack_of(_facts(), rules, ()))
        states = weighed(compiled.pack, *_said(dict(zip(_DATES, chosen, strict=True))))
        vector = compiled.vector(states)
        found = complete(compiled, vector, shared=shared_dates(compiled, states, _TODAY)).skeletons
        choices = product(*(range(first, last + 1) for first, last in chosen))
        assert set(found) == {_of_days(rules, choice) for choice in choices}
        narrower += set(found) < set(complete(compiled, vector).skeletons)

    property_()
    assert narrower > 20, "the dates ruled out too little to be a test"


_HALVES = (
    rule("early", "conclude", compared("a", "at-least", "5"), "found", value="yes"),
    rule("late", "conclude", compared("b", "at-least", "5"), "found", value="yes"),
)
"""Of eleven days, five lie before the middle one or five after it, wherever it is."""


def test_what_holds_on_every_possible_day_is_the_answer() -> None:
    found = decided(pack_of(_facts(), _HALVES, ()), *_said({"first": (0, 0), "last": (10, 10)}))
    assert (found.outcome, [each.value for each in found.conclusions]) == (Outcome.CONCLUDED, ["yes", "yes"])
    open_ = decided(pack_of(_facts(), _HALVES, ()), *_said({"first": (0, 0), "last": (8, 8)}))
    assert open_.outcome is Outcome.NEED_DATA
    assert open_.minimal_missing_sets == (("middle",),)


def test_dates_that_contradict_one_another_leave_every_interval_to_itself() -> None:
    pack = pack_of(_facts(), _HALVES, ())
    states = weighed(pack, *_said({"first": (0, 0), "middle": (0, 200), "last": (0, 0)}))
    assert shared_dates(compile_pack(pack), states, _TODAY) is not NOTHING_SHARED
    apart = weighed(pack, *_said({"first": (0, 0), "middle": (-160, -150), "last": (0, 0)}))
    assert apart["a"].statuses == {Status.UNREADABLE}
    assert shared_dates(compile_pack(pack), apart, _TODAY) is NOTHING_SHARED


def test_a_pack_whose_intervals_share_nothing_is_not_slowed() -> None:
    alone = pack_of(_facts(), (_HALVES[0], rule("x", "exclude", compared("d", "below", "1"))), ())
    assert shared_dates(compile_pack(alone), weighed(alone), _TODAY).spans == {}


def _of_days(rules: tuple[Rule, ...], choice: tuple[int, ...]) -> Skeleton:
    """The skeleton of three exact days, by arithmetic alone."""
    day = dict(zip(_DATES, choice, strict=True)) | {"evaluation-date": _TODAY - _FIRST.toordinal()}
    true = [each for each in rules if _holds(each, day)]
    if any(each.effect is Effect.EXCLUDE for each in true):
        return Skeleton(Outcome.OUT_OF_SCOPE)
    findings = tuple(sorted({(each.target, each.value) for each in true}))
    return Skeleton(Outcome.CONCLUDED if findings else Outcome.OUT_OF_SCOPE, (), findings)


def _holds(one: Rule, day: dict[str, int]) -> bool:
    assert isinstance(one.condition, Comparison)
    start, end = _SPANS[one.condition.fact]
    length, constant = day[end] - day[start], int(one.condition.constant)
    return {"below": length < constant, "at-least": length >= constant, "equals": length == constant}[
        one.condition.operator
    ]
