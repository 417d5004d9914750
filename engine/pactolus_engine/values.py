"""Values a fact may have, each with the uncertainty it came with.

A value is always a *set of possibilities*: an interval of exact numbers, a set of codes,
or a set of drugs seen so far. "Known" is the special case of one possibility.
Dates are intervals of whole days, counted as proleptic Gregorian ordinals, so that a
partial date ("2025-06") and a measured limit are handled by the same arithmetic.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

__all__ = ["Codes", "Interval", "Members", "Value", "date_interval", "exactly", "shown_date"]


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers between two limits; `None` is no limit, a closed limit belongs to it.

    Never empty: the constructor raises `ValueError` on an interval that holds no number.
    """

    low: Decimal | None
    low_closed: bool
    high: Decimal | None
    high_closed: bool

    def __post_init__(self) -> None:
        if self.low is None or self.high is None:
            return
        if self.low > self.high or (self.low == self.high and not self.is_point):
            raise ValueError("an interval holds at least one number")

    @property
    def is_point(self) -> bool:
        """One exact number."""
        return self.low is not None and self.low == self.high and self.low_closed and self.high_closed


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes a coded fact may have; one code is a known value. Booleans are `true`/`false`."""

    possible: frozenset[str]

    def __post_init__(self) -> None:
        if not self.possible:
            raise ValueError("a coded value has at least one possible code")


@dataclass(frozen=True, slots=True)
class Members:
    """A set known from what was recorded: `surely` in it, and `possibly` in it.

    A member nobody recorded is not thereby absent from the patient, but a *complete* match
    of the recorded set with the set that a rule asks for counts as equality (design 4, drugs).
    """

    surely: frozenset[str]
    possibly: frozenset[str] = frozenset()


Value = Interval | Codes | Members


def exactly(number: Decimal | int) -> Interval:
    """The interval that holds one number only."""
    exact = Decimal(number)
    return Interval(exact, True, exact, True)


def date_interval(year: int, month: int | None = None, day: int | None = None) -> Interval:
    """The days a FHIR date may mean: a year, a month or one day.

    Raises `ValueError` when there is no such day in the calendar.
    """
    first = date(year, month or 1, day or 1)
    if day is not None:
        return exactly(first.toordinal())
    last_month = month or 12
    last = date(year, last_month, monthrange(year, last_month)[1])
    return Interval(Decimal(first.toordinal()), True, Decimal(last.toordinal()), True)


def shown_date(ordinal: Decimal) -> str:
    """A day ordinal as `YYYY-MM-DD`."""
    return date.fromordinal(int(ordinal)).isoformat()
