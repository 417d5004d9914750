"""Numbers and dates from the text of a pack: exact, or not at all."""

import re
from datetime import date
from decimal import Context, Decimal

from pactolus_engine.values import Interval, date_interval

__all__ = ["canonical_number", "calendar_date", "exact_number", "partial_date"]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_MAX_LENGTH = 40
_MAX_EXPONENT = 30
_WIDE = Context(prec=120)
"""Wide enough for 40 digits with an exponent of 30, so that nothing is ever rounded."""

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def exact_number(text: str) -> Decimal | None:
    """The number that the text says exactly; None when it is no number or beyond the limits.

    At most 40 characters, written exponent at most 30 either way; no NaN, infinity, underscore or hex.
    """
    if len(text) > _MAX_LENGTH or not _NUMBER.fullmatch(text):
        return None
    exponent = re.split("[eE]", text)[1:]
    if exponent and abs(int(exponent[0])) > _MAX_EXPONENT:
        return None
    number = Decimal(text)
    return number if number else Decimal(0)


def canonical_number(number: Decimal) -> str:
    """The one text of a number, whichever way it was written (`1e-5` and `0.00001` are one)."""
    return format(number.normalize(_WIDE), "f") if number else "0"


def calendar_date(text: str) -> date | None:
    """The day `YYYY-MM-DD`; None when the calendar has none."""
    match = _DATE.fullmatch(text)
    if match is None or match[3] is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def partial_date(text: str) -> Interval | None:
    """The days that `YYYY`, `YYYY-MM` or `YYYY-MM-DD` may mean, as ordinals; None when there are none."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    if "00" in (match[2], match[3]):
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        return date_interval(year or 0, month, day)
    except ValueError:
        return None
