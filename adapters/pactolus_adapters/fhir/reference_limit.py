"""Reads a laboratory value as a number of times a limit of its own reference range, exactly.

Only one range can be chosen for sure: the one normal range that is sent, if it is said to be of no
particular population or age. Anything else leaves the ratio open, with the reason. Source: FHIR R4
Observation.referenceRange: a range without a type is the normal one.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, Inexact

from pactolus_adapters.fhir.exact_number import Number
from pactolus_adapters.fhir.quantities import has_unknown_part, interval_of, measured, shown, within_domain
from pactolus_adapters.fhir.resource import Json, Resource, objects, text
from pactolus_adapters.fhir.values import value_key
from pactolus_adapters.fhir.words import Word, unreadable, unusable
from pactolus_engine.facts import Source
from pactolus_engine.pack.model import Fact
from pactolus_engine.values import Interval, exactly

__all__ = ["read_ratio"]

_MEANING = "http://terminology.hl7.org/CodeSystem/referencerange-meaning"
_NORMAL = "normal"
_DIGITS = 40
_EXACT = Context(prec=_DIGITS, traps=[Inexact])
_DOWN, _UP = (Context(prec=_DIGITS, rounding=rounding) for rounding in (ROUND_FLOOR, ROUND_CEILING))
_WORDS = {"high": "upper", "low": "lower"}


def read_ratio(fact: Fact, resource: Resource, limit: str) -> Word:
    """The value of an Observation as a multiple of one limit (`high`, `low`) of its reference range.

    Exactly 1 at the limit; a quotient without a finite decimal is enclosed by two. Without a range that can
    be chosen the ratio may be anything in the fact's domain; a number that cannot be read, in the value or
    in the range, is unreadable.
    """
    source = resource.source("value")
    key = value_key(resource.body)
    value = resource.body.get("valueQuantity")
    if key and not isinstance(value, dict):
        return unreadable(source, "the value is of a kind that this fact is not read from")
    if not isinstance(value, dict) or _has_no_number(value):
        return unusable(source, "there is no value")
    chosen = _chosen(resource, limit)
    if isinstance(chosen, str):
        return Word(source, Interval(fact.low, True, fact.high, True), shown=shown(value), note=chosen)
    return _ratio(fact, value, chosen, limit, source)


def _has_no_number(value: Json) -> bool:
    return not isinstance(value.get("value"), Number) and not has_unknown_part(value)


def _chosen(resource: Resource, limit: str) -> Json | str:
    """The limit of the one range that speaks for this patient, or why there is none."""
    ranges = [one for one in objects(resource.body, "referenceRange") if not _is_of_another_kind(one)]
    if not ranges:
        return "no reference range was sent with the result"
    if len(ranges) > 1:
        return "several reference ranges were sent, and which of them is the patient's is not known"
    (only,) = ranges
    if "appliesTo" in only or "age" in only:
        return "the reference range is of one population or age, and whether it is the patient's is not known"
    if "type" in only and not _codes(only):
        return "what kind of reference range it is cannot be told"
    if limit not in only:
        return f"the reference range has no {_WORDS[limit]} limit"
    found = only[limit]
    return found if isinstance(found, dict) else f"the {_WORDS[limit]} limit is not given"


def _is_of_another_kind(one: Json) -> bool:
    """Whether the range surely is no normal range, as a therapeutic one."""
    codes = _codes(one)
    return bool(codes) and _NORMAL not in codes


def _codes(one: Json) -> set[str]:
    """What kind of range it is, in the codes of FHIR."""
    return {text(c, "code") for c in objects(one.get("type"), "coding") if text(c, "system") == _MEANING}


def _ratio(fact: Fact, value: Json, limit: Json, which: str, source: Source) -> Word:
    written = f"{shown(value)}, {_WORDS[which]} limit {shown(limit)}"
    stated = measured(value, text(limit, "code"))
    bound = measured(limit, text(limit, "code"))
    if stated.number is None or bound.number is None:
        return unreadable(source, _problem(stated.problem, bound.problem, which), written)
    if bound.comparator or bound.number <= 0:
        return unreadable(source, f"the {_WORDS[which]} limit is no number above zero", written)
    return _in_domain(fact, _quotient(stated.number, bound.number), stated.comparator, source, written)


def _problem(of_value: str, of_limit: str, which: str) -> str:
    if of_limit:
        return f"the {_WORDS[which]} limit of the reference range: {of_limit}"
    return f"beside the {_WORDS[which]} limit of the reference range: {of_value}"


def _quotient(number: Decimal, limit: Decimal) -> Interval:
    """The quotient, or the narrowest interval of so many digits around it, which holds neither end."""
    try:
        return exactly(_EXACT.divide(number, limit))
    except Inexact:
        return Interval(_DOWN.divide(number, limit), False, _UP.divide(number, limit), False)


def _in_domain(fact: Fact, quotient: Interval, comparator: str, source: Source, written: str) -> Word:
    low, high = quotient.low, quotient.high
    assert low is not None and high is not None
    if not (within_domain(low, fact.low, fact.high) and within_domain(high, fact.low, fact.high)):
        return unreadable(source, "the ratio is outside of what is possible", written)
    if fact.suspect_from is not None and high >= fact.suspect_from:
        return unreadable(source, "the ratio is too high to be believed; the unit may be wrong", written)
    value: Interval | None = quotient
    if comparator:
        end = high if comparator.startswith("<") else low
        value = interval_of(end, comparator if quotient.is_point else comparator[0], fact.low, fact.high)
    if value is None:
        return unreadable(source, "the comparator leaves no possible number", written)
    return Word(source, value, shown=written)
