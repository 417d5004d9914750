"""FHIR dates as the days they may mean.

The calendar date counts as it was written and the offset is dropped; a partial date is all its
days. Source: FHIR R4 data types date, dateTime, instant and Period.
"""

import re
from decimal import Decimal
from typing import Any

from pactolus_engine.values import Interval, date_interval

__all__ = ["days_of", "is_date", "is_date_time", "is_inverted", "joined", "period_of"]

_DATE = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?")
_TIME = re.compile(
    r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]{1,20})?"
    r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
)


def days_of(text: str) -> Interval | None:
    """The days a date, dateTime or instant may mean; None when it is not of the calendar."""
    written = _DATE.fullmatch(text.partition("T")[0])
    if written is None:
        return None
    parts = [int(part) for part in written.groups() if part is not None]
    if 0 in parts:
        return None  # `date_interval` takes 0 for "not given"
    try:
        return date_interval(*parts)
    except ValueError:
        return None


def is_date(text: str) -> bool:
    """Whether the text is a FHIR date that the calendar has."""
    return "T" not in text and days_of(text) is not None


def is_date_time(text: str) -> bool:
    """Whether the text is a FHIR dateTime that the calendar has."""
    day, has_time, time = text.partition("T")
    if not has_time:
        return is_date(text)
    return len(day) == 10 and is_date(day) and _TIME.fullmatch(time) is not None


def joined(first: Interval | None, last: Interval | None) -> Interval | None:
    """All days from the first to the last; an end that is not known is no limit."""
    if first is None and last is None:
        return None
    low: Decimal | None = first.low if first else None
    high: Decimal | None = last.high if last else None
    if low is not None and high is not None and low > high:
        return None
    return Interval(low, True, high, True)


def period_of(period: dict[str, Any]) -> Interval | None:
    """The days of a Period; a side that is not given is open, None when neither is given."""
    sides = [days_of(period[side]) if side in period else None for side in ("start", "end")]
    return joined(sides[0], sides[1])


def is_inverted(period: dict[str, Any]) -> bool:
    """Whether a Period surely ends before it starts (per-1)."""
    start, end = period.get("start"), period.get("end")
    if not isinstance(start, str) or not isinstance(end, str):
        return False
    first, last = days_of(start), days_of(end)
    if first is None or last is None or first.low is None or last.high is None:
        return False
    return first.low > last.high
