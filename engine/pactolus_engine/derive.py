"""Derived facts: whole years or days between two dates, each an interval of days."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from pactolus_engine.pack.model import EVALUATION_DATE, Absence, Fact, Pack, Status
from pactolus_engine.states import FactState
from pactolus_engine.values import Interval, exactly

__all__ = ["base_facts", "derive"]


def base_facts(pack: Pack, fact: str) -> Iterator[str]:
    """The facts that something must be sent for: the fact itself, or what it is derived from."""
    derivation = pack.facts[fact].derivation if fact in pack.facts else None
    if derivation is not None:
        for given in derivation.inputs:
            yield from base_facts(pack, given)
    elif fact != EVALUATION_DATE:
        yield fact


def derive(fact: Fact, start: FactState, end: FactState) -> FactState:
    """The state of a derived fact from its two inputs, kept inside the fact's domain.

    When no value of the domain fits (a birth after the diagnosis) the fact is `unreadable`. An
    optional fact is absent, and stays out of the completions, when an input was not sent.
    """
    assert fact.derivation is not None
    if fact.absence is Absence.OPTIONAL and (_is_absent(start) or _is_absent(end)):
        return FactState(fact.id, None, frozenset({Status.MISSING}), _reason(start, end))
    first, last = _days(start), _days(end)
    between = _years if fact.derivation.kind == "years-between" else _difference
    value = _within_domain(between(first, last), fact)
    readings = start.readings + end.readings
    if value is None:
        reason = "the dates it follows from cannot both be right"
        return FactState(fact.id, _domain(fact), frozenset({Status.UNREADABLE}), reason, readings)
    statuses = _statuses(start, end)
    reason = "" if value.is_point else _reason(start, end)
    return FactState(fact.id, value, statuses, reason, readings, start.assumed or end.assumed)


def _is_absent(state: FactState) -> bool:
    return state.statuses == {Status.MISSING} and not state.assumed


def _days(state: FactState) -> Interval:
    return state.value if isinstance(state.value, Interval) else Interval(None, True, None, True)


def _domain(fact: Fact) -> Interval:
    return Interval(fact.low, True, fact.high, True)


def _difference(first: Interval, last: Interval) -> Interval:
    low = None if last.low is None or first.high is None else last.low - first.high
    high = None if last.high is None or first.low is None else last.high - first.low
    return Interval(low, True, high, True)


def _years(first: Interval, last: Interval) -> Interval:
    low = None if last.low is None or first.high is None else _whole_years(first.high, last.low)
    high = None if last.high is None or first.low is None else _whole_years(first.low, last.high)
    return Interval(low, True, high, True)


def _whole_years(start: Decimal, end: Decimal) -> Decimal:
    """Completed years; one born on 29 February completes a year on 1 March of a common year."""
    born, day = date.fromordinal(int(start)), date.fromordinal(int(end))
    return Decimal(day.year - born.year - ((day.month, day.day) < (born.month, born.day)))


def _within_domain(value: Interval, fact: Fact) -> Interval | None:
    low = max((limit for limit in (value.low, fact.low) if limit is not None), default=None)
    high = min((limit for limit in (value.high, fact.high) if limit is not None), default=None)
    if low is not None and high is not None and low > high:
        return None
    return exactly(low) if low is not None and low == high else Interval(low, True, high, True)


def _statuses(start: FactState, end: FactState) -> frozenset[Status]:
    """Known if both inputs are; else as the first input that is not."""
    for state in (start, end):
        if state.statuses != {Status.KNOWN} and not state.assumed:
            return state.statuses
    return frozenset({Status.KNOWN})


def _reason(start: FactState, end: FactState) -> str:
    reasons = [f"{state.fact}: {state.reason}" for state in (start, end) if state.reason]
    return "; ".join(reasons) or "a date it follows from is not exact"
