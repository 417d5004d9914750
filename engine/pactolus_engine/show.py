"""Values, states and atoms as short texts for a reader; exact, and the same everywhere."""

from decimal import Decimal

from pactolus_engine.pack.model import (
    Comparison,
    Fact,
    FactType,
    Membership,
    Operator,
    SetEquality,
    StatusTest,
)
from pactolus_engine.states import FactState
from pactolus_engine.values import Codes, Interval, Members, Value, shown_date

__all__ = ["show_atom", "show_constant", "show_number", "show_state", "show_value"]

_SIGNS = {
    Operator.BELOW: "<",
    Operator.AT_MOST: "<=",
    Operator.ABOVE: ">",
    Operator.AT_LEAST: ">=",
    Operator.EQUALS: "=",
}
_DATE_WORDS = {Operator.BELOW: "before", Operator.AT_LEAST: "on or after"}


def show_number(number: Decimal) -> str:
    """A decimal without needless zeros: small ones with an exponent (`1e-5`), others plain."""
    if number == 0:
        return "0"
    normal = _without_needless_zeros(number)
    exponent = normal.adjusted()
    if -4 < exponent < 7:
        return format(normal, "f")
    sign, digits, _ = normal.as_tuple()
    mantissa = str(digits[0]) + ("." + "".join(map(str, digits[1:])) if len(digits) > 1 else "")
    return f"{'-' if sign else ''}{mantissa}e{exponent}"


def _without_needless_zeros(number: Decimal) -> Decimal:
    """As `normalize`, which would round to the precision of the context."""
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    while len(digits) > 1 and digits[-1] == 0:
        digits, exponent = digits[:-1], exponent + 1
    return Decimal((sign, digits, exponent))


def show_atom(atom: Comparison | Membership | SetEquality | StatusTest, fact: Fact) -> str:
    """An atom as a line of the explanation: `mrd < 1e-5`."""
    match atom:
        case Comparison(name, operator, constant) if fact.type is FactType.DATE:
            return f"{name} {_DATE_WORDS.get(operator, _SIGNS[operator])} {shown_date(constant)}"
        case Comparison(name, operator, constant):
            return f"{name} {_SIGNS[operator]} {show_number(constant)}{_unit(fact)}"
        case Membership(name, codes):
            return f"{name} is {' or '.join(sorted(codes))}"
        case SetEquality(name, members):
            return f"{name} is exactly {', '.join(sorted(members))}"
        case StatusTest(name, statuses):
            return f"{name} stands {' or '.join(sorted(statuses))}"


def show_constant(atom: Comparison, fact: Fact) -> str:
    """What an ordered fact is compared with: a number without its unit, or a day."""
    return shown_date(atom.constant) if fact.type is FactType.DATE else show_number(atom.constant)


def show_value(value: Value, fact: Fact) -> str:
    """A value with its unit; an uncertain one as the range or list of what it may be."""
    match value:
        case Interval():
            return _show_interval(value, fact)
        case Codes(possible):
            return " or ".join(sorted(possible))
        case Members(surely, possibly):
            known = ", ".join(sorted(surely)) or "none"
            more = sorted(possibly - surely)
            return f"{known} (possibly also {', '.join(more)})" if more else known


def show_state(state: FactState, fact: Fact) -> str:
    """What a rule saw of the fact: its value as it was written, how it stands, why it is unknown."""
    if state.assumed and state.value is not None:
        return f"{show_value(state.value, fact)} (assumed)"
    if not state.readings or _says_nothing(state, fact):
        return f"unknown: {state.reason}"
    text = _as_written(state, fact)
    return f"{text} ({state.reason})" if state.reason else text


def _says_nothing(state: FactState, fact: Fact) -> bool:
    """A derived fact that its inputs leave anywhere in its domain."""
    if fact.derivation is not None and isinstance(state.value, Codes):
        return state.value.possible == frozenset(fact.codes)
    return fact.derivation is not None and state.reason != "" and _is_anywhere(state.value, fact)


def _is_anywhere(value: Value | None, fact: Fact) -> bool:
    return value == Interval(fact.low, True, fact.high, True)


def _as_written(state: FactState, fact: Fact) -> str:
    """The words of the readings; of one fraction also the number it means."""
    texts = sorted({reading.shown for reading in state.readings if reading.shown})
    written = "; ".join(texts)
    if state.value is None:
        return written or "unknown"
    meant = show_value(state.value, fact)
    if not written or fact.derivation is not None or fact.type is FactType.SET:
        return meant
    says_more = fact.type is FactType.FRACTION and len(texts) == 1 and written != meant
    return f"{written} = {meant}" if says_more and not _is_anywhere(state.value, fact) else written


def _show_interval(interval: Interval, fact: Fact) -> str:
    show = shown_date if fact.type is FactType.DATE else show_number
    low, high = interval.low, interval.high
    if low is not None and low == high:
        return show(low) + _unit(fact)
    if low is None and high is None:
        return "any"
    if low is None and high is not None:
        return f"{'<=' if interval.high_closed else '<'} {show(high)}{_unit(fact)}"
    if high is None and low is not None:
        return f"{'>=' if interval.low_closed else '>'} {show(low)}{_unit(fact)}"
    assert low is not None and high is not None
    opening, closing = "[" if interval.low_closed else "(", "]" if interval.high_closed else ")"
    return f"{opening}{show(low)}, {show(high)}{closing}{_unit(fact)}"


def _unit(fact: Fact) -> str:
    return f" {fact.unit}" if fact.unit not in {"", "1"} else ""
