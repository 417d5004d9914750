"""Years and days between two dates, partial or impossible."""

import pytest

from pactolus_engine.derive import derive
from pactolus_engine.pack.model import Status
from pactolus_engine.states import FactState
from pactolus_engine.values import Interval
from tests.support.small_packs import days, derived, point, range_of

_AGE = derived("age", "years-between", "birth", "diagnosis")
_WAIT = derived("wait", "days-between", "start", "end", low=point(-400).low, high=point(400).high)
_KNOWN = frozenset({Status.KNOWN})
_MISSING = frozenset({Status.MISSING})


def _state(name: str, text: str) -> FactState:
    """`2026-02-03`, `2026-02-01/2026-02-28`, or empty: nobody sent it."""
    if not text:
        return FactState(name, Interval(None, True, None, True), _MISSING, "not sent")
    return FactState(name, days(*text.split("/")), _KNOWN)


@pytest.mark.parametrize(
    ("birth", "diagnosis", "age"),
    [
        ("1960-05-10", "2026-05-09", "[65, 65]"),
        ("1960-05-10", "2026-05-10", "[66, 66]"),
        ("1960-02-29", "2026-02-28", "[65, 65]"),
        ("1960-02-29", "2026-03-01", "[66, 66]"),
        ("1960-02-29", "2024-02-28", "[63, 63]"),
        ("1960-02-29", "2024-02-29", "[64, 64]"),
        ("1960-02-28", "2024-02-29", "[64, 64]"),
        ("2026-01-01", "2026-01-01", "[0, 0]"),
        ("1960-01-01/1960-12-31", "2026-05-10", "[65, 66]"),
        ("1960-05-01/1960-05-31", "2026-05-31", "[66, 66]"),
        ("1960-05-01/1960-05-31", "2026-05-30", "[65, 66]"),
        ("1960-01-01/1960-12-31", "2026-01-01/2026-12-31", "[65, 66]"),
        ("2025-06-01/2026-06-30", "2026-01-01", "[0, 0]"),
        ("", "2026-05-10", "[0, 130]"),
        ("1960-05-10", "", "[0, 130]"),
        ("", "", "[0, 130]"),
    ],
)
def test_years_between(birth: str, diagnosis: str, age: str) -> None:
    assert derive(_AGE, _state("birth", birth), _state("diagnosis", diagnosis)).value == range_of(age)


@pytest.mark.parametrize(
    ("start", "end", "wait"),
    [
        ("2026-02-01", "2026-02-01", "[0, 0]"),
        ("2026-02-28", "2026-03-01", "[1, 1]"),
        ("2024-02-28", "2024-03-01", "[2, 2]"),
        ("2026-02-08", "2026-02-01", "[-7, -7]"),
        ("2026-02-01/2026-02-28", "2026-03-01", "[1, 28]"),
        ("2026-02-01", "2026-02-01/2026-02-28", "[0, 27]"),
        ("2026-02-01/2026-02-28", "2026-02-01/2026-02-28", "[-27, 27]"),
        ("2024-01-01/2024-12-31", "2025-12-31", "[365, 400]"),
    ],
)
def test_days_between(start: str, end: str, wait: str) -> None:
    assert derive(_WAIT, _state("start", start), _state("end", end)).value == range_of(wait)


def test_an_impossible_order_is_unreadable_and_not_a_number() -> None:
    state = derive(_AGE, _state("birth", "2026-05-11"), _state("diagnosis", "2026-05-10"))
    assert state.statuses == {Status.UNREADABLE}
    assert state.value == range_of("[0, 130]")
    assert state.reason == "the dates it follows from cannot both be right"


@pytest.mark.parametrize(("birth", "status"), [("1960-05-10", Status.KNOWN), ("", Status.MISSING)])
def test_it_stands_as_its_inputs_stand(birth: str, status: Status) -> None:
    state = derive(_AGE, _state("birth", birth), _state("diagnosis", "2026-05-10"))
    assert state.statuses == {status}
    assert state.reason == ("" if birth else "birth: not sent")


def test_an_inexact_input_is_the_reason_when_it_has_none() -> None:
    state = derive(_AGE, _state("birth", "1960-01-01/1960-12-31"), _state("diagnosis", "2026-05-10"))
    assert state.reason == "a date it follows from is not exact"


@pytest.mark.parametrize(("start", "end"), [("", "2026-05-10"), ("2026-05-10", ""), ("", "")])
def test_an_optional_fact_without_an_input_is_absent(start: str, end: str) -> None:
    optional = derived("gap", "days-between", "start", "end", absence="optional")
    state = derive(optional, _state("start", start), _state("end", end))
    assert state.value is None
    assert state.statuses == {Status.MISSING}


def test_an_optional_fact_with_inexact_inputs_is_not_absent() -> None:
    optional = derived("gap", "days-between", "start", "end", absence="optional")
    state = derive(optional, _state("start", "2026-02-01/2026-02-28"), _state("end", "2026-03-01"))
    assert state.value == range_of("[1, 28]")
