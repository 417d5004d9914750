"""Where the answer may turn when one open date moves: the first day of each region.

Two days in one region are the same to every condition of the pack that compares this date, alone or
through a derived fact, with dates that are known. So one day of each region stands for all.
"""

from calendar import isleap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from pactolus_engine.conditions import atoms_of
from pactolus_engine.facts import Reading
from pactolus_engine.pack.model import Comparison, Condition, Fact, Operator, Pack
from pactolus_engine.values import Interval, Value

__all__ = ["dates_read", "turning_points"]

_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()


def turning_points(
    pack: Pack,
    conditions: Sequence[Condition],
    fact: str,
    within: Interval,
    dates: Mapping[str, frozenset[int]],
) -> tuple[int, ...]:
    """One day (ordinal) of every region inside `within` in which the open date `fact` may lie.

    `conditions`: all that the pack asks, definitions put in. `dates`: for other date facts, the days
    that any reading or supposition gives them.
    """
    low = int(within.low) if within.low is not None else _FIRST
    high = int(within.high) if within.high is not None else _LAST
    starts = {start for start in _starts(pack, conditions, fact, dates) if low < start <= high}
    first = low if within.low is not None else max(min(starts, default=_LAST) - 1, _FIRST)
    return tuple(sorted({first, *starts}))


def dates_read(readings: Iterable[Reading], fact: str) -> frozenset[int]:
    """The first and last days that the readings of a date fact leave possible."""
    limits = (_limits(reading.value) for reading in readings if reading.fact == fact)
    return frozenset(day for pair in limits for day in pair)


def _limits(value: Value | None) -> Iterator[int]:
    if isinstance(value, Interval):
        yield from (int(limit) for limit in (value.low, value.high) if limit is not None)


def _starts(
    pack: Pack, conditions: Sequence[Condition], fact: str, dates: Mapping[str, frozenset[int]]
) -> Iterator[int]:
    yield from _cuts(conditions, fact)
    for derived in pack.facts.values():
        derivation = derived.derivation
        if derivation is None or derivation.is_over_samples or fact not in derivation.inputs:
            continue
        start, end = derivation.inputs
        for cut in _cuts(conditions, derived.id):
            for day in dates.get(end if fact == start else start, frozenset()):
                yield from _turns(derived, cut, day, moves_start=fact == start)


def _turns(derived: Fact, cut: int, day: int, *, moves_start: bool) -> Iterator[int]:
    """The first days of the regions on both sides of `derived >= cut`, the other date being `day`."""
    assert derived.derivation is not None
    if derived.derivation.kind == "days-between":
        yield day - cut + 1 if moves_start else day + cut
    elif moves_start:
        # Born on that day or later, one has not yet completed so many years on `day`.
        yield _years_on(day, -cut) + 1
    else:
        yield _anniversary(day, cut)


def _anniversary(born: int, years: int) -> int:
    """The first day on which so many years are completed; 29 February counts as 1 March if need be."""
    day = date.fromordinal(born)
    year = day.year + years
    if not date.min.year <= year <= date.max.year:
        return _LAST
    if (day.month, day.day) == (2, 29) and not isleap(year):
        return date(year, 3, 1).toordinal()
    return day.replace(year=year).toordinal()


def _years_on(day: int, years: int) -> int:
    """The last birthday on which `-years` years are completed by `day`."""
    then = date.fromordinal(day)
    year = then.year + years
    if not date.min.year <= year <= date.max.year:
        return _FIRST
    if (then.month, then.day) == (2, 29) and not isleap(year):
        return (date(year, 3, 1) - timedelta(days=1)).toordinal()
    return then.replace(year=year).toordinal()


def _cuts(conditions: Sequence[Condition], fact: str) -> Iterator[int]:
    """The whole numbers at which some condition on the fact changes its truth."""
    for condition in conditions:
        for atom in atoms_of(condition):
            if isinstance(atom, Comparison) and atom.fact == fact:
                yield from _cut(atom)


def _cut(atom: Comparison) -> Iterator[int]:
    ceiling = int(atom.constant.to_integral_value(rounding="ROUND_CEILING"))
    after = int(atom.constant.to_integral_value(rounding="ROUND_FLOOR")) + 1
    match atom.operator:
        case Operator.BELOW | Operator.AT_LEAST:
            yield ceiling
        case Operator.AT_MOST | Operator.ABOVE:
            yield after
        case Operator.EQUALS:
            yield from (ceiling, after)
