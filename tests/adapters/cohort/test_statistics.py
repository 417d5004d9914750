"""Rates and relative risks: against values worked out by hand, and properties that hold of any counts."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.cohort.statistics import Interval, Rate, rate, relative_risk

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
SOME = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n)))


def test_a_rate_has_the_interval_of_wilson() -> None:
    """By the formula: (p + z2/2n +- z sqrt(p(1-p)/n + z2/4n2)) / (1 + z2/n), with z = 1.959964."""
    found = rate(40, 124)
    z, n, p = 1.959963984540054, 124, 40 / 124
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    expected = (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)
    assert found.interval
    assert (found.interval.low, found.interval.high) == pytest.approx(expected)


def test_a_relative_risk_has_the_interval_of_katz() -> None:
    found = relative_risk(rate(40, 124), rate(44, 109))
    ratio = (40 / 124) / (44 / 109)
    spread = 1.959963984540054 * math.sqrt(1 / 40 - 1 / 124 + 1 / 44 - 1 / 109)
    assert found and found.interval
    assert found.ratio == pytest.approx(ratio)
    bounds = found.interval.low, found.interval.high
    assert bounds == pytest.approx((ratio / math.exp(spread), ratio * math.exp(spread)))


@given(COUNTS)
def test_an_interval_holds_its_rate(counts: tuple[int, int]) -> None:
    found = rate(*counts)
    assert found.interval and found.percent is not None
    assert 0 <= found.interval.low <= found.percent / 100 + 1e-12
    assert found.percent / 100 - 1e-12 <= found.interval.high <= 1


@given(SOME, SOME)
def test_the_other_way_round_is_the_inverse(one: tuple[int, int], other: tuple[int, int]) -> None:
    there, back = relative_risk(rate(*one), rate(*other)), relative_risk(rate(*other), rate(*one))
    assert there and back
    assert there.ratio * back.ratio == pytest.approx(1)


@pytest.mark.parametrize(
    ("first", "second"), [((0, 0), (3, 10)), ((3, 10), (0, 0)), ((3, 10), (0, 10)), ((0, 10), (0, 10))]
)
def test_what_cannot_be_computed_is_none(first: tuple[int, int], second: tuple[int, int]) -> None:
    assert relative_risk(rate(*first), rate(*second)) is None


def test_no_case_in_the_first_group_has_a_ratio_and_no_interval() -> None:
    found = relative_risk(rate(0, 10), rate(3, 10))
    assert found and (found.ratio, found.interval) == (0, None)


def test_nobody_has_no_rate() -> None:
    assert rate(0, 0) == Rate(0, 0, None)
    assert rate(0, 0).percent is None
    assert not rate(0, 0).rounds_to(0)


@pytest.mark.parametrize(("cases", "percent"), [(1, 1), (3, 2), (5, 3), (199, 100), (0, 0)])
def test_a_half_rounds_up(cases: int, percent: int) -> None:
    """Of 200: 0.5 is 1, 1.5 is 2, 2.5 is 3 %."""
    assert Rate(cases, 200, Interval(0, 1)).rounds_to(percent)
    assert not Rate(cases, 200, Interval(0, 1)).rounds_to(percent + 1)
