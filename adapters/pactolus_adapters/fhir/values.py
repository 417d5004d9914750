"""Reads `value[x]` of an Observation, or of one of its components, as the fact's type wants it."""

from typing import Any

from pactolus_adapters.fhir.exact_number import Number
from pactolus_adapters.fhir.quantities import (
    bounded,
    has_unknown_part,
    interval_of,
    is_count_unit,
    measured,
    shown,
)
from pactolus_adapters.fhir.words import Reader, Word, boolean, coded, unreadable, unusable
from pactolus_engine.facts import Source
from pactolus_engine.pack.model import Fact, FactType
from pactolus_engine.values import Interval

__all__ = ["read_value", "value_key"]


def value_key(holder: dict[str, Any]) -> str:
    """The `value[x]` element that is given, or empty."""
    return next((key for key in sorted(holder) if key.startswith("value")), "")


def read_value(reader: Reader, fact: Fact, holder: dict[str, Any], source: Source) -> Word:
    """The word of an Observation or component on the fact; `source` names its value.

    Unit and domain are the fact's. Unusable when there is no value, unreadable when there is one of
    another kind, in another unit, outside the domain, or with a code that the pack does not list.
    """
    key = value_key(holder)
    if not key:
        given = "dataAbsentReason" in holder
        return unusable(source, "the resource says why there is no value" if given else "there is no value")
    match fact.type:
        case FactType.BOOLEAN | FactType.CODE:
            return _coded_value(reader, fact, key, holder[key], source)
        case FactType.INTEGER | FactType.QUANTITY | FactType.FRACTION:
            return _number(fact, key, holder[key], source)
        case _:
            return unreadable(source, "a value cannot give a fact of this kind")


def _coded_value(reader: Reader, fact: Fact, key: str, value: Any, source: Source) -> Word:
    if key == "valueBoolean" and fact.type is FactType.BOOLEAN:
        return Word(source, boolean(value), shown="true" if value else "false")
    if key != "valueCodeableConcept":
        return unreadable(source, "the value is of a kind that this fact is not read from")
    word = coded(reader, fact, value, source)
    return word or unreadable(source, "the code of the value is in none of the code sets of this fact")


def _number(fact: Fact, key: str, value: Any, source: Source) -> Word:
    if key == "valueInteger" and isinstance(value, Number):
        return _bare_integer(fact, value, source)
    if key != "valueQuantity":
        return unreadable(source, "the value is of a kind that this fact is not read from")
    if not isinstance(value.get("value"), Number) and not has_unknown_part(value):
        return unusable(source, "the quantity has no number")
    is_count = fact.type is not FactType.FRACTION and is_count_unit(fact.unit)
    stated = measured(value, fact.unit, is_count=is_count)
    if stated.number is None:
        return unreadable(source, stated.problem, shown(value))
    return _in_domain(fact, stated.number, stated.comparator, source, shown(value))


def _bare_integer(fact: Fact, value: Number, source: Source) -> Word:
    """An integer has no unit: it can only be a count."""
    if fact.type is FactType.FRACTION or not is_count_unit(fact.unit):
        return unreadable(source, "the value has no unit", value.text)
    return _in_domain(fact, value, "", source, value.text)


def _in_domain(fact: Fact, number: Any, comparator: str, source: Source, written: str) -> Word:
    problem = bounded(number, fact.low, fact.high, fact.suspect_from)
    if not problem and fact.type is FactType.INTEGER and number != number.to_integral_value():
        problem = "a whole number is expected"
    value: Interval | None = None if problem else interval_of(number, comparator, fact.low, fact.high)
    if value is None:
        return unreadable(source, problem or "the comparator leaves no possible number", written)
    return Word(source, value, shown=written)
