"""The part of UCUM that fractions, concentrations and activities need, exactly.

A term is atoms joined by `.` and `/`, each with an optional exponent and an optional annotation in
braces. Read are whole numbers, `10*` and `10^` with an exponent, `%`, `[ppth]`, `[ppm]`, `[ppb]`,
`[pptr]`, gram, litre, mole, unit of enzyme activity, katal and international unit with their
prefixes, and parentheses. An annotation means nothing: a unit that is only annotations says no
number, whatever its text promises. Source: The Unified Code for Units of Measure, sections 2 to 4.
"""

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation

__all__ = ["EXACT", "SYSTEM", "Measure", "factor", "is_annotation", "measure", "without_annotations"]

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
    r"|(?P<prefix>[kdcmunpf])?(?P<named>mol|kat|g|L|l|U|\[iU\]|\[IU\])(?P<to>[+-]?[1-9])?"
    r"|(?P<number>[1-9][0-9]{0,18}))"
)
_PREFIXES = {"": 0, "k": 3, "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15}
_NAMED = {"g": "g", "L": "L", "l": "L", "mol": "mol", "U": "U", "kat": "U", "[iU]": "[IU]", "[IU]": "[IU]"}
_UNITS_PER_KATAL = Decimal(60_000_000)
"""1 U is 1 umol/min, 1 kat is 1 mol/s."""


def is_annotation(unit: str) -> bool:
    """Whether the unit is one annotation and nothing else, as `{cells}`."""
    return _ANNOTATION.fullmatch(unit) is not None


def without_annotations(unit: str) -> str:
    """The unit as it counts: annotations dropped, an empty term read as `1`."""
    bare = _ANNOTATION.sub("", unit)
    return bare or "1"


@dataclass(frozen=True, slots=True)
class Measure:
    """What a unit means: a number of its base units, and what these are, each with its exponent, sorted.

    `has_names`: whether it names a unit that has a dimension, even if the dimensions cancel out.
    """

    factor: Decimal
    dimension: tuple[tuple[str, int], ...] = ()
    has_names: bool = False

    def times(self, other: "Measure", sign: int) -> "Measure":
        """The product with the other one (`sign` 1) or the quotient by it (-1), exactly."""
        combine = EXACT.multiply if sign == 1 else EXACT.divide
        powers = Counter(dict(self.dimension))
        for name, power in other.dimension:
            powers[name] += sign * power
        dimension = tuple(sorted((name, power) for name, power in powers.items() if power))
        has_names = self.has_names or other.has_names
        return Measure(combine(self.factor, other.factor), dimension, has_names)


def factor(unit: str) -> Decimal | None:
    """What to multiply a number in this unit with to get a plain number, exactly.

    None when the unit is unknown, has a dimension or parts that have one, says nothing but annotations,
    or has no finite decimal factor.
    """
    found = measure(unit)
    return found.factor if found is not None and not found.has_names else None


def measure(unit: str) -> Measure | None:
    """What a unit means; None when it is unknown, says nothing but annotations, or is not exact."""
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

    def whole(self) -> Measure:
        """What the whole text means; raises `ValueError` when something is left over."""
        value = self._term()
        if self._at != len(self._unit):
            raise ValueError("no unit")
        return value

    def _peek(self) -> str:
        return self._unit[self._at : self._at + 1]

    def _term(self) -> Measure:
        value = Measure(Decimal(1))
        is_divided = self._peek() == "/"
        self._at += is_divided
        while True:
            value = value.times(self._component(), -1 if is_divided else 1)
            if self._peek() not in {".", "/"} or not self._peek():
                return value
            is_divided = self._peek() == "/"
            self._at += 1

    def _component(self) -> Measure:
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
        return _value(atom) if atom is not None else Measure(Decimal(1))


def _value(atom: re.Match[str]) -> Measure:
    if number := atom["number"]:
        return Measure(Decimal(number))
    if atom["named"]:
        return _named(atom["prefix"] or "", atom["named"], int(atom["to"] or 1))
    exponent = int(atom["power"] or 1) if atom["ten"] else _SYMBOLS[atom["symbol"]] * int(atom["raised"] or 1)
    return Measure(_ten_to(exponent))


def _named(prefix: str, name: str, power: int) -> Measure:
    one = Measure(_ten_to(_PREFIXES[prefix]), ((_NAMED[name], 1),), has_names=True)
    if name == "kat":
        one = one.times(Measure(_UNITS_PER_KATAL), 1)
    value = Measure(Decimal(1))
    for _ in range(abs(power)):
        value = value.times(one, 1 if power > 0 else -1)
    return value


def _ten_to(exponent: int) -> Decimal:
    if abs(exponent) > _MAX_EXPONENT:
        raise ValueError("no unit")
    return Decimal(1).scaleb(exponent)
