"""Reads numbers with their units, exactly, or says why that cannot be done.

Units count by UCUM code alone; the text in `unit` is never looked at. Source: FHIR R4 Quantity;
design decision that a datum which cannot be read for sure is a conflict for a person to look at.
"""

from dataclasses import dataclass
from decimal import Decimal, Inexact
from typing import Any

from pactolus_adapters.fhir.exact_number import Number
from pactolus_adapters.fhir.resource import text
from pactolus_adapters.fhir.ucum import (
    EXACT,
    SYSTEM,
    factor,
    is_annotation,
    measure,
    without_annotations,
)
from pactolus_engine.values import Interval, exactly

__all__ = [
    "Measured",
    "bounded",
    "has_unknown_part",
    "interval_of",
    "is_count_unit",
    "measured",
    "shown",
    "within_domain",
]

_COUNTS = frozenset({"1", "{#}", "{cells}", "{events}", "{cycles}"})


@dataclass(frozen=True, slots=True)
class Measured:
    """A number in the unit that was asked for, or (`number` None) why it cannot be read."""

    number: Decimal | None
    comparator: str = ""
    problem: str = ""


def has_unknown_part(quantity: Any) -> bool:
    """Whether an element is there with extensions alone: it has a value that nobody was told.

    A comparator that is there and unknown makes another result of the number. Source: FHIR R4, JSON
    representation of primitive elements (`_comparator` beside, or in place of, `comparator`).
    """
    if not isinstance(quantity, dict):
        return False
    return any(name.startswith("_") and name[1:] not in quantity for name in quantity)


def measured(quantity: Any, unit: str, *, is_count: bool = False) -> Measured:
    """A Quantity in `unit`: converted exactly between units of one dimension, else only in this very unit.

    A count takes the units of counts (`1`, `{#}`, `{cells}`, `{events}`, `{cycles}`) for one another.
    """
    if has_unknown_part(quantity):
        return Measured(None, problem="an element of the quantity is there and its value is not given")
    number = quantity.get("value") if isinstance(quantity, dict) else None
    if not isinstance(number, Number):
        return Measured(None, problem="the quantity has no number")
    if problem := _unit_problem(quantity):
        return Measured(None, problem=problem)
    sent = text(quantity, "code")
    scale = _count_scale(sent, unit) if is_count else _scale(sent, unit)
    if scale is None:
        return Measured(None, problem="the unit cannot be converted to the unit that the fact has")
    try:
        exact = EXACT.divide(EXACT.multiply(number, scale[0]), scale[1])
    except Inexact:
        return Measured(None, problem="the number cannot be converted exactly")
    return Measured(exact, text(quantity, "comparator"))


def _unit_problem(quantity: dict[str, Any]) -> str:
    if not text(quantity, "code"):
        return "the unit has no code; the text of a unit is not read"
    if text(quantity, "system") != SYSTEM:
        return "the unit is not a UCUM code: its system is missing or another one"
    return ""


def is_count_unit(unit: str) -> bool:
    """Whether a fact in this unit is a count of things."""
    return unit in _COUNTS or is_annotation(unit)


def _count_scale(sent: str, wanted: str) -> tuple[Decimal, Decimal] | None:
    """Counts are whole things: a unit that makes less of one (`%`) is not one of theirs."""
    if sent == wanted or sent in _COUNTS:
        return Decimal(1), Decimal(1)
    to = factor(sent)
    return (to, Decimal(1)) if to is not None and to >= 1 else None


def _scale(sent: str, wanted: str) -> tuple[Decimal, Decimal] | None:
    """Multiply by the first, divide by the second; None when the units do not convert."""
    to, of = factor(sent), factor(wanted)
    if to is not None and of is not None:
        return to, of
    bare = without_annotations(sent)
    if to is None and of is None and bare == without_annotations(wanted) and bare != "1":
        return Decimal(1), Decimal(1)
    one, other = measure(sent), measure(wanted)
    if one is not None and other is not None and one.dimension and one.dimension == other.dimension:
        return one.factor, other.factor
    return None


def shown(quantity: Any) -> str:
    """A Quantity as it was written, with its unit code (`< 0.01 %`); the unit `1` goes without saying."""
    number = quantity.get("value") if isinstance(quantity, dict) else None
    written = number.text if isinstance(number, Number) else ""
    unit = text(quantity, "code")
    parts = (text(quantity, "comparator"), written, "" if unit == "1" else unit)
    return " ".join(part for part in parts if part)


def interval_of(
    number: Decimal, comparator: str, low: Decimal | None, high: Decimal | None
) -> Interval | None:
    """The numbers that a stated number with its comparator leaves possible inside the domain.

    None when it leaves none.
    """
    if not comparator:
        return exactly(number)
    try:
        if comparator.startswith("<"):
            return Interval(low, True, number, comparator == "<=")
        return Interval(number, comparator == ">=", high, True)
    except ValueError:
        return None


def within_domain(number: Decimal, low: Decimal | None, high: Decimal | None) -> bool:
    """Whether a stated number belongs to the domain, both ends included."""
    return (low is None or number >= low) and (high is None or number <= high)


def bounded(number: Decimal, low: Decimal | None, high: Decimal | None, suspect: Decimal | None) -> str:
    """What is wrong with a stated number; empty when it is in the domain and not suspect."""
    if not within_domain(number, low, high):
        return "the stated number is outside of what is possible"
    if suspect is not None and number >= suspect:
        return "the stated number is too high to be believed; the unit may be wrong"
    return ""
