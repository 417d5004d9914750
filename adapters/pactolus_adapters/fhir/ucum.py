"""The part of UCUM that dimensionless results need, exactly.

A term is atoms joined by `.` and `/`, each with an optional exponent and an optional annotation in
braces. Read are whole numbers, `10*` and `10^` with an exponent, `%`, `[ppth]`, `[ppm]`, `[ppb]`,
`[pptr]`, and parentheses. An annotation means nothing: a unit that is only annotations says no
number, whatever its text promises. Source: The Unified Code for Units of Measure, sections 2 and 3.
"""

import re
from decimal import Context, Decimal, Inexact, InvalidOperation

__all__ = ["EXACT", "SYSTEM", "factor", "is_annotation", "without_annotations"]

SYSTEM = "http://unitsofmeasure.org"

EXACT = Context(prec=400, traps=[Inexact, InvalidOperation])
"""Arithmetic that raises `Inexact` instead of rounding."""

_LONGEST = 100
_MAX_EXPONENT = 30
_SYMBOLS = {"%": -2, "[ppth]": -3, "[ppm]": -6, "[ppb]": -9, "[pptr]": -12}
_ANNOTATION = re.compile(r"\{[\x21-\x7a\x7c\x7e]*\}")
_ATOM = re.compile(
    r"(?:(?P<ten>10[*^])(?P<power>[+-]?[0-9]{1,2})?"
    r"|(?P<symbol>%|\[ppth\]|\[ppm\]|\[ppb\]|\[pptr\])(?P<raised>[+-]?[0-9]{1,2})?"
    r"|(?P<number>[1-9][0-9]{0,18}))"
)


def is_annotation(unit: str) -> bool:
    """Whether the unit is one annotation and nothing else, as `{cells}`."""
    return _ANNOTATION.fullmatch(unit) is not None


def without_annotations(unit: str) -> str:
    """The unit as it counts: annotations dropped, an empty term read as `1`."""
    bare = _ANNOTATION.sub("", unit)
    return bare or "1"


def factor(unit: str) -> Decimal | None:
    """What to multiply a number in this unit with to get a plain number, exactly.

    None when the unit is unknown, has a dimension, says nothing but annotations, or has no finite
    decimal factor.
    """
    if len(unit) > _LONGEST:
        return None
    bare = _ANNOTATION.sub("\x00", unit)
    if not re.search(r"[^\x00/.()]", bare):
        return None
    try:
        return _Term(bare).whole()
    except (Inexact, InvalidOperation, ValueError):
        return None


class _Term:
    """Reads one unit from left to right; `/` divides by the next component only."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._at = 0

    def whole(self) -> Decimal:
        """The factor of the whole text; raises `ValueError` when something is left over."""
        value = self._term()
        if self._at != len(self._unit):
            raise ValueError("no unit")
        return value

    def _peek(self) -> str:
        return self._unit[self._at : self._at + 1]

    def _term(self) -> Decimal:
        value = Decimal(1)
        is_divided = self._peek() == "/"
        self._at += is_divided
        while True:
            part = self._component()
            value = EXACT.divide(value, part) if is_divided else EXACT.multiply(value, part)
            if self._peek() not in {".", "/"} or not self._peek():
                return value
            is_divided = self._peek() == "/"
            self._at += 1

    def _component(self) -> Decimal:
        if self._peek() == "(":
            self._at += 1
            value = self._term()
            if self._peek() != ")":
                raise ValueError("no unit")
            self._at += 1
            return value
        atom = _ATOM.match(self._unit, self._at)
        if atom is None and self._peek() != "\x00":
            raise ValueError("no unit")
        if atom is not None:
            self._at = atom.end()
        self._at += self._peek() == "\x00"
        return _value(atom) if atom is not None else Decimal(1)


def _value(atom: re.Match[str]) -> Decimal:
    if number := atom["number"]:
        return Decimal(number)
    exponent = int(atom["power"] or 1) if atom["ten"] else _SYMBOLS[atom["symbol"]] * int(atom["raised"] or 1)
    if abs(exponent) > _MAX_EXPONENT:
        raise ValueError("no unit")
    return Decimal(1).scaleb(exponent)
