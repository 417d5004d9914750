"""Values and tests of one fact in words for a clinician: `below 1e-5`, `at or above 66 a`, `6 to 8`.

`show.py` writes them as a formula for the trace of a decision; here they are read by a person who may
not know the signs of one.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from math import ceil, floor

from pactolus_engine.pack.model import (
    Comparison,
    Fact,
    FactType,
    Membership,
    Operator,
    SetEquality,
    Status,
    StatusTest,
)
from pactolus_engine.show import show_number
from pactolus_engine.values import Codes, Interval, Members, Value, shown_date

__all__ = ["cell_words", "literal_words", "test_words"]

Test = Comparison | Membership | SetEquality | StatusTest

_NOT = {
    Operator.BELOW: Operator.AT_LEAST,
    Operator.AT_LEAST: Operator.BELOW,
    Operator.ABOVE: Operator.AT_MOST,
    Operator.AT_MOST: Operator.ABOVE,
}
_COMPARED = {
    Operator.BELOW: "below",
    Operator.AT_MOST: "at or below",
    Operator.ABOVE: "above",
    Operator.AT_LEAST: "at or above",
    Operator.EQUALS: "exactly",
}
_DATED = {Operator.BELOW: "before", Operator.AT_LEAST: "on or after"}
_STANDS = {
    Status.KNOWN: "known",
    Status.MISSING: "not sent",
    Status.UNUSABLE: "sent without a result",
    Status.NOT_FINAL: "not final",
    Status.UNREADABLE: "not readable",
    Status.DISAGREEING: "results that disagree",
}


def test_words(test: Test, fact: Fact) -> str:
    """A test as a phrase about its fact: `below 1e-5`, `VGPR or PR`, `not final`."""
    match test:
        case Comparison(_, operator, constant) if fact.type is FactType.DATE and operator in _DATED:
            return f"{_DATED[operator]} {shown_date(constant)}"
        case Comparison(_, operator, constant):
            return f"{_COMPARED[operator]} {_number(fact)(constant)}{_unit(fact)}"
        case Membership(_, codes):
            return _either(_in_order(codes, fact))
        case SetEquality(_, members):
            return f"exactly {', '.join(_in_order(members, fact))}"
        case StatusTest(_, statuses):
            return _either(word for status, word in _STANDS.items() if status in statuses)


def literal_words(test: Test, wanted: bool, fact: Fact) -> str:
    """A test, or that it is false: a comparison is turned round, a list of codes gives the other codes."""
    if wanted:
        return test_words(test, fact)
    match test:
        case Comparison(name, operator, constant) if operator in _NOT:
            return test_words(Comparison(name, _NOT[operator], constant), fact)
        case Membership(_, codes) if set(fact.codes) - codes:
            return _either(code for code in fact.codes if code not in codes)
        case _:
            return f"not {test_words(test, fact)}"


def cell_words(cell: Value | frozenset[Status] | None, fact: Fact) -> str:
    """A cell of the fact's partition, the ends of its domain left unsaid; None is any other set."""
    match cell:
        case Interval():
            return _whole_interval(cell, fact) if fact.type.is_whole else _interval(cell, fact)
        case Codes(possible):
            return _either(_in_order(possible, fact))
        case Members(surely):
            return f"exactly {', '.join(_in_order(surely, fact))}"
        case None:
            return "any other set"
        case _:
            return _either(word for status, word in _STANDS.items() if status in cell)


def _interval(cell: Interval, fact: Fact) -> str:
    show, unit = _number(fact), _unit(fact)
    low, high = _beyond(cell.low, fact.low), _beyond(cell.high, fact.high)
    if cell.low is not None and cell.low == cell.high:
        return f"exactly {show(cell.low)}{unit}"
    lower = None if low is None else f"{'at or above' if cell.low_closed else 'above'} {show(low)}{unit}"
    upper = None if high is None else f"{'at or below' if cell.high_closed else 'below'} {show(high)}{unit}"
    return " and ".join(part for part in (lower, upper) if part) or "any"


def _whole_interval(cell: Interval, fact: Fact) -> str:
    """Whole numbers and days, both ends included."""
    show, unit = _number(fact), _unit(fact)
    low = None if cell.low is None else Decimal(ceil(cell.low) if cell.low_closed else floor(cell.low) + 1)
    high = (
        None if cell.high is None else Decimal(floor(cell.high) if cell.high_closed else ceil(cell.high) - 1)
    )
    if low is not None and low == high:
        return f"{show(low)}{unit}"
    low, high = _beyond(low, fact.low), _beyond(high, fact.high)
    is_date = fact.type is FactType.DATE
    if low is None and high is None:
        return "any"
    if low is None and high is not None:
        return f"{'on or before' if is_date else 'at or below'} {show(high)}{unit}"
    assert low is not None
    if high is None:
        return f"{'on or after' if is_date else 'at or above'} {show(low)}{unit}"
    return f"{show(low)} to {show(high)}{unit}"


def _beyond(limit: Decimal | None, domain: Decimal | None) -> Decimal | None:
    """A limit that says more than the domain does."""
    return None if limit == domain else limit


def _number(fact: Fact) -> Callable[[Decimal], str]:
    return shown_date if fact.type is FactType.DATE else show_number


def _unit(fact: Fact) -> str:
    return f" {fact.unit}" if fact.unit not in {"", "1"} else ""


def _in_order(codes: Iterable[str], fact: Fact) -> list[str]:
    """Codes in the order of the pack, which is that of the field (sCR, CR, VGPR, ...)."""
    return sorted(codes, key=lambda code: (fact.codes.index(code) if code in fact.codes else -1, code))


def _either(words: Iterable[str]) -> str:
    return " or ".join(words)
