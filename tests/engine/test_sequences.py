"""All of the last N, and how many: compared with every order, choice and value tried one by one."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import combinations, pairwise, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pactolus_engine.facts import Reading, Source, Standing
from pactolus_engine.join import Sample
from pactolus_engine.kleene import Truth
from pactolus_engine.pack.model import Absence, Derivation, Fact, FactType, Place, Status
from pactolus_engine.sequences import Assessment, over_samples
from pactolus_engine.states import FactState
from pactolus_engine.values import Codes, Interval, exactly

_HERE = Place("by-hand.yaml", 1, 1)
_LAST_DAY = 6
_T, _F, _U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


def _last(count: int, apart: int = 0, absence: str = "required") -> Fact:
    derivation = Derivation("all-of-last", ("mrd", "assay"), last=count, days_apart=apart)
    return Fact("twice", "t", FactType.BOOLEAN, Absence(absence), _HERE, derivation=derivation)


def _many(absence: str = "required") -> Fact:
    derivation = Derivation("count", ("mrd",))
    return Fact(
        "many", "m", FactType.INTEGER, Absence(absence), _HERE, "1", Decimal(0), derivation=derivation
    )


def _one(
    truth: Truth,
    first: int | None,
    last: int | None = None,
    *,
    counts: bool = True,
    standing: Standing = Standing.FINAL,
) -> Assessment:
    """A sample of one day, of the days from the first to the last, or without a day."""
    days = (
        None
        if first is None
        else Interval(Decimal(first), True, Decimal(first if last is None else last), True)
    )
    reading = Reading(
        "mrd", Source("Observation/m", "Observation.value"), "Observation/m", None, standing, dated=days
    )
    open_facts = frozenset({"assay"}) if truth is _U else frozenset[str]()
    return Assessment(Sample("mrd", (reading,), in_doubt=not counts), truth, open_facts)


def _truth(state: FactState) -> Truth:
    assert isinstance(state.value, Codes)
    return _U if len(state.value.possible) == 2 else Truth(min(state.value.possible))


# --- the same, by trying everything ------------------------------------------------------------------


def _worlds(sent: list[Assessment]) -> Iterator[list[tuple[int, bool]]]:
    """Every choice of what counts, every day, every value, every order of equal days; the newest first."""
    for chosen in product(*((True,) if one.counts else (True, False) for one in sent)):
        kept = [one for one, is_kept in zip(sent, chosen, strict=True) if is_kept]
        days = (_days(one) for one in kept)
        values = ((True, False) if one.truth is _U else (one.truth is _T,) for one in kept)
        for taken in product(product(*days), product(*values)):
            pairs = list(zip(*taken, strict=True))
            for order in permutations(pairs):
                if all(newer[0] >= older[0] for newer, older in pairwise(order)):
                    yield list(order)


def _days(one: Assessment) -> range:
    low = 0 if one.first_day is None else int(one.first_day)
    high = _LAST_DAY if one.last_day is None else int(one.last_day)
    return range(low, high + 1)


def _in_one_world(world: list[tuple[int, bool]], count: int, apart: int) -> Truth:
    last = world[:count]
    if not all(holds for _, holds in last):
        return _F
    are_apart = all(one[0] - other[0] >= apart for one, other in combinations(last, 2))
    return _T if len(last) == count and are_apart else _U


_SAMPLES = st.builds(
    lambda truth, days, counts: _one(truth, *(sorted(days) if days else (None, None)), counts=counts),
    st.sampled_from([_T, _T, _F, _U]),
    st.one_of(st.none(), st.tuples(st.integers(0, _LAST_DAY), st.integers(0, _LAST_DAY))),
    st.sampled_from([True, True, True, False]),
)


@settings(max_examples=250)
@given(st.lists(_SAMPLES, max_size=3), st.integers(1, 3), st.sampled_from([0, 0, 1, 2, 4]))
def test_all_of_last_is_what_every_order_and_value_agree_on(
    sent: list[Assessment], count: int, apart: int
) -> None:
    apart = apart if count > 1 else 0
    found = {_in_one_world(world, count, apart) for world in _worlds(sent)}
    expected = found.pop() if len(found) == 1 else _U
    state = over_samples(_last(count, apart), sent)
    assert _truth(state) is expected
    assert bool(state.reason) == bool(state.wanted) == (expected is _U)


@settings(max_examples=100)
@given(st.lists(st.integers(0, 3), min_size=3, max_size=4), st.data())
def test_many_samples_of_few_days(days: list[int], data: st.DataObject) -> None:
    sent = [_one(data.draw(st.sampled_from([_T, _F])), day) for day in days]
    found = {_in_one_world(world, 2, 0) for world in _worlds(sent)}
    assert _truth(over_samples(_last(2), sent)) is (found.pop() if len(found) == 1 else _U)


@settings(max_examples=100)
@given(st.lists(_SAMPLES, min_size=1, max_size=4))
def test_a_count_is_what_every_choice_and_value_leave_possible(sent: list[Assessment]) -> None:
    undated = [_one(one.truth, 1, counts=one.counts) for one in sent]
    numbers = {sum(holds for _, holds in world) for world in _worlds(undated)}
    value = over_samples(_many(), sent).value
    assert value == Interval(Decimal(min(numbers)), True, Decimal(max(numbers)), True)


# --- what is said of it ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "count", "reason"),
    [
        ([], 2, "none of 2 assessments was sent"),
        ([_one(_T, 1)], 2, "only 1 of 2 assessments was sent"),
        ([_one(_T, 1), _one(_T, 2)], 3, "only 2 of 3 assessments were sent"),
        (
            [_one(_T, 1), _one(_T, 2, counts=False)],
            2,
            "it is unknown whether one of the last 2 assessments counts",
        ),
        ([_one(_F, 1), _one(_T, 1), _one(_T, 2)], 2, "the order of the assessments is not certain"),
        (
            [_one(_U, 1), _one(_T, 2)],
            2,
            "one of the last 2 assessments leaves open whether it satisfies the condition",
        ),
        ([_one(_U, 1)], 1, "the last assessment leaves open whether it satisfies the condition"),
        (
            [_one(_U, 1, standing=Standing.NOT_FINAL), _one(_T, 2)],
            2,
            "one of the last 2 assessments is not final",
        ),
    ],
)
def test_an_open_sequence_says_why(sent: list[Assessment], count: int, reason: str) -> None:
    assert over_samples(_last(count), sent).reason == reason


def test_two_of_one_day_are_not_apart() -> None:
    state = over_samples(_last(2, apart=28), [_one(_T, 1), _one(_T, 1)])
    assert state.reason == "the last 2 assessments are not surely 28 days apart"


@pytest.mark.parametrize(
    ("standings", "status"),
    [
        (("final", "final"), Status.KNOWN),
        (("not-final", "final"), Status.NOT_FINAL),
        (("not-final", "unreadable"), Status.UNREADABLE),
        (("unusable", "final"), Status.UNUSABLE),
    ],
)
def test_it_stands_as_the_gravest_that_leaves_it_open(standings: tuple[str, str], status: Status) -> None:
    sent = [_one(_U, day, standing=Standing(word)) for day, word in enumerate(standings)]
    assert over_samples(_last(2), sent).statuses == {status}


def test_how_it_stands_does_not_hang_on_values() -> None:
    sent = [_one(_U, 1, standing=Standing.UNREADABLE), _one(_F, 2)]
    state = over_samples(_last(2), sent)
    assert (_truth(state), state.statuses, state.reason) == (_F, {Status.UNREADABLE}, "")
    older = over_samples(_last(1), sent)
    assert (_truth(older), older.statuses) == (_F, {Status.KNOWN})


def test_what_is_wanted_is_of_the_sample_or_another_sample() -> None:
    assert over_samples(_last(2), [_one(_U, 1), _one(_T, 2)]).wanted == ("assay",)
    assert over_samples(_last(2), [_one(_U, 1)]).wanted == ("mrd", "assay")
    unnamed = replace(_one(_U, 1), open_facts=frozenset())
    assert over_samples(_last(2), [unnamed, _one(_T, 2)]).wanted == ("mrd", "assay")


def test_an_optional_fact_without_any_sample_is_absent() -> None:
    for fact in (_last(2, absence="optional"), _many("optional")):
        state = over_samples(fact, [])
        assert (state.value, state.statuses) == (None, {Status.MISSING})
    assert _truth(over_samples(_last(2, absence="optional"), [_one(_T, 1)])) is _U
    assert _truth(over_samples(_last(2, absence="optional"), [_one(_F, 1)])) is _F


def test_a_count_of_nothing_is_unknown_and_of_failing_samples_zero() -> None:
    assert over_samples(_many(), []).value == Interval(Decimal(0), True, None, True)
    assert over_samples(_many(), [_one(_F, 1)]).value == exactly(0)
    state = over_samples(_many(), [_one(_U, 1), _one(_T, 2, counts=False)])
    assert state.reason == (
        "it is unknown how many of the samples count; "
        "one of the samples leaves open whether it satisfies the condition"
    )
