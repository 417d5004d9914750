"""What must stand in a resource so that it says one thing of one fact: the inverse of the element readers.

A *slot* is a place in a resource; it holds the alternatives that say the same to the reader of that
fact. What two facts ask of one slot is their intersection, so that one resource can carry both.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor
from types import MappingProxyType

from pactolus_engine.facts import Standing
from pactolus_engine.pack.model import Coding, Fact, FactType, Pack
from pactolus_engine.values import Codes, Interval, Members, Value

__all__ = [
    "WRITTEN_ELEMENTS",
    "Alternative",
    "Concept",
    "NotCarried",
    "Quantity",
    "Slots",
    "Stated",
    "code_sets_of",
    "drug_slots",
    "merged",
    "slots_of",
    "whole",
]


class NotCarried(ValueError):
    """FHIR, as the reader takes it, cannot carry this of the fact; `reason` says why, in words."""

    def __init__(self, fact: str, reason: str) -> None:
        super().__init__(f"`{fact}` cannot be carried: {reason}")
        self.fact = fact
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Stated:
    """What is known of a base fact: a value, or None where the standing says that there is none."""

    value: Value | None
    standing: Standing = Standing.FINAL


@dataclass(frozen=True, slots=True)
class Concept:
    """A CodeableConcept: its codings. Two codings that mean different things cannot be read."""

    codings: tuple[Coding, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its comparator (empty: exactly so) and its UCUM unit."""

    comparator: str
    number: Decimal
    unit: str


Alternative = Concept | Quantity | Interval | Standing | bool | str
Slots = dict[str, tuple[Alternative, ...]]

_ZERO, _ONE = Decimal(0), Decimal(1)
_TRUE, _FALSE = Codes(frozenset({"true"})), Codes(frozenset({"false"}))
_BOTH = Codes(frozenset({"true", "false"}))
_WITHOUT_VALUE = (Standing.UNUSABLE, Standing.UNREADABLE)

_ACTIVE = ("active", "recurrence", "relapse")
_RELAPSED = ("relapse", "recurrence")
_OVER = ("remission", "inactive", "resolved")
_VERIFIED: Mapping[Codes, tuple[str, ...]] = MappingProxyType(
    {_TRUE: ("confirmed",), _FALSE: ("refuted",), _BOTH: ("provisional", "differential", "unconfirmed")}
)
_PERFORMED: Mapping[Codes, tuple[str, ...]] = MappingProxyType(
    {_TRUE: ("completed",), _FALSE: ("not-done",), _BOTH: ("unknown", "in-progress")}
)
_GIVEN: Mapping[Codes, tuple[str, ...]] = MappingProxyType(
    {_TRUE: ("completed", "stopped"), _BOTH: ("on-hold", "unknown")}
)
_STOPPED: Mapping[Codes, tuple[str, ...]] = MappingProxyType(
    {_TRUE: ("stopped",), _FALSE: ("completed", "on-hold"), _BOTH: ("unknown",)}
)


@dataclass(frozen=True, slots=True)
class _Ask:
    """One fact, what is stated of it, and the type of the resource that carries it."""

    pack: Pack
    fact: Fact
    stated: Stated
    resource: str

    @property
    def element(self) -> str:
        return self.fact.binding.element if self.fact.binding else ""

    def refuse(self, reason: str) -> NotCarried:
        return NotCarried(self.fact.id, reason)

    def has_value(self) -> bool:
        """Whether there is a value to carry; what is unusable or unreadable has none."""
        return self.stated.value is not None and self.stated.standing not in _WITHOUT_VALUE


def slots_of(pack: Pack, fact: Fact, stated: Stated, resource: str) -> Slots:
    """What a resource of this type must hold to say this of the fact; raises `NotCarried`."""
    ask = _Ask(pack, fact, stated, resource)
    return WRITTEN_ELEMENTS[ask.element](ask)


def merged(one: Slots, other: Slots) -> Slots | None:
    """What says both; None when some slot cannot."""
    together = dict(one)
    for slot, alternatives in other.items():
        kept = tuple(each for each in together.get(slot, alternatives) if each in alternatives)
        if not kept:
            return None
        together[slot] = kept
    return together


def whole(interval: Interval) -> Interval:
    """The same whole numbers, or days, with closed ends."""
    low, high = interval.low, interval.high
    if low is not None:
        low = Decimal(ceil(low) if interval.low_closed else floor(low) + 1)
    if high is not None:
        high = Decimal(floor(high) if interval.high_closed else ceil(high) - 1)
    return Interval(low, True, high, True)


def code_sets_of(fact: Fact) -> tuple[str, ...]:
    """The code sets that the code of the resource may be in; those of the drugs where the pack names none."""
    binding = fact.binding
    if binding is None:
        return ()
    return binding.codes or (tuple(binding.values.values()) if fact.type is FactType.SET else ())


def drug_slots(pack: Pack, fact: Fact, stated: Stated) -> list[Slots]:
    """The slots of one resource per member of a set of drugs; raises `NotCarried`."""
    ask = _Ask(pack, fact, stated, "")
    if stated.standing is Standing.UNREADABLE:
        return [{"code": (_contradiction(ask),)}]
    if not isinstance(stated.value, Members) or stated.standing is not Standing.FINAL:
        raise ask.refuse("a drug is given, perhaps given, or not recorded; there is no other standing")
    sure = sorted(stated.value.surely)
    perhaps = sorted(stated.value.possibly - stated.value.surely)
    if not sure and not perhaps:
        raise ask.refuse("a set without members is no record; leave it out")
    return [
        {"code": _concepts(ask, member), "status": _GIVEN[status]}
        for members, status in ((sure, _TRUE), (perhaps, _BOTH))
        for member in members
    ]


# --- one function an element -------------------------------------------------------------------------


def _value(ask: _Ask) -> Slots:
    return {"value": _valued(ask, ask.fact.low, ask.fact.high)}


def _clone_fraction(ask: _Ask) -> Slots:
    return {"value": _valued(ask, _ZERO, _ONE)}


def _ratio(limit: str) -> Callable[[_Ask], Slots]:
    """The writer of a multiple of a reference limit: the multiple itself, beside a limit of one."""

    def write(ask: _Ask) -> Slots:
        return {"value": _valued(ask, ask.fact.low, ask.fact.high), f"range {limit}": (True,)}

    return write


def _component(ask: _Ask) -> Slots:
    code_set = ask.fact.binding.components.get("value", "") if ask.fact.binding else ""
    return {f"component {code_set}": _valued(ask, ask.fact.low, ask.fact.high)}


def _valued(ask: _Ask, low: Decimal | None, high: Decimal | None) -> tuple[Alternative, ...]:
    """The alternatives of a `value[x]`; `low` and `high`: the domain that a comparator reaches to."""
    if not ask.has_value():
        unreadable = ask.stated.standing is Standing.UNREADABLE
        return (Standing.UNREADABLE if unreadable else Standing.UNUSABLE,)
    value = ask.stated.value
    if isinstance(value, Interval):
        return (_quantity(ask, value, low, high),)
    if ask.fact.type is FactType.BOOLEAN and value in (_TRUE, _FALSE):
        return (value == _TRUE,)
    return _concepts(ask, _only_code(ask))


def _quantity(ask: _Ask, value: Interval, low: Decimal | None, high: Decimal | None) -> Quantity:
    """A number with the comparator that leaves just these numbers possible."""
    if ask.fact.type.is_whole:
        value = whole(value)
    unit = ask.fact.unit or "1"
    if value.is_point and value.low is not None:
        return Quantity("", value.low, unit)
    from_below = value.low == low and value.low_closed
    to_above = value.high == high and value.high_closed
    if from_below and not to_above and value.high is not None:
        return Quantity("<=" if value.high_closed else "<", value.high, unit)
    if to_above and value.low is not None:
        return Quantity(">=" if value.low_closed else ">", value.low, unit)
    if from_below and value.high is not None:
        return Quantity("<=", value.high, unit)
    raise ask.refuse("no comparator says these limits; state one number or one limit")


def _only_code(ask: _Ask) -> str:
    value = ask.stated.value
    if not isinstance(value, Codes) or len(value.possible) != 1:
        raise ask.refuse("the element says one code; several possible ones cannot be written")
    return next(iter(value.possible))


def _concepts(ask: _Ask, code: str) -> tuple[Concept, ...]:
    """Every coding that means this value of the fact, and no other one of it."""
    values = ask.fact.binding.values if ask.fact.binding else {}
    if code not in values:
        raise ask.refuse(f"the pack names no code set for `{code}`")
    others = {
        (coding.system, coding.code)
        for value, name in values.items()
        if value != code
        for coding in ask.pack.code_sets[name].codings
    }
    fitting = [c for c in ask.pack.code_sets[values[code]].codings if (c.system, c.code) not in others]
    if not fitting:
        raise ask.refuse(f"every code of `{code}` means something else too")
    return tuple(Concept((coding,)) for coding in fitting)


def _contradiction(ask: _Ask) -> Concept:
    """A concept whose codings mean different things, which nobody can read for sure."""
    values = ask.fact.binding.values if ask.fact.binding else {}
    if len(values) < 2:
        raise ask.refuse("no two codes of it contradict each other")
    return Concept(tuple(ask.pack.code_sets[name].codings[0] for name in list(values.values())[:2]))


def _coded(slot: str) -> Callable[[_Ask], Slots]:
    """The writer of an element that holds a CodeableConcept."""

    def write(ask: _Ask) -> Slots:
        if ask.stated.standing is Standing.UNREADABLE:
            return {slot: (_contradiction(ask),)}
        if not ask.has_value():
            raise ask.refuse("the element has no way to say that there is no result")
        return {slot: _concepts(ask, _only_code(ask))}

    return write


def _dated(slot: str) -> Callable[[_Ask], Slots]:
    """The writer of an element that holds a date or a period."""

    def write(ask: _Ask) -> Slots:
        value = ask.stated.value
        if ask.stated.standing is Standing.UNREADABLE:
            return {slot: (Standing.UNUSABLE,), "modifier": (True,)}
        if not isinstance(value, Interval) or not ask.has_value():
            return {slot: (Standing.UNUSABLE,)}
        if value.low is None and value.high is None:
            raise ask.refuse("no day is known; leave it out")
        return {slot: (whole(value),)}

    return write


def _by_status(slot: str, ask: _Ask, statuses: Mapping[Codes, tuple[str, ...]]) -> Slots:
    """The writer of a boolean that a status code says."""
    if ask.stated.standing is Standing.UNREADABLE:
        return {"modifier": (True,)}
    value = ask.stated.value
    if not isinstance(value, Codes) or not ask.has_value() or value not in statuses:
        raise ask.refuse(f"no status of a {ask.resource} says so")
    return {slot: statuses[value]}


def _presence(ask: _Ask) -> Slots:
    if ask.resource == "Condition":
        return _by_status("verification", ask, _VERIFIED)
    return _by_status("status", ask, _PERFORMED if ask.resource == "Procedure" else _GIVEN)


def _stopped(ask: _Ask) -> Slots:
    return _by_status("status", ask, _STOPPED)


def _unsatisfactory(ask: _Ask) -> Slots:
    return _by_status("specimen status", ask, {_TRUE: ("unsatisfactory",), _FALSE: ("available",)})


def _active(ask: _Ask) -> Slots:
    if ask.stated.value == _BOTH:
        return {"verification": _VERIFIED[_BOTH], "clinical": _ACTIVE}
    return _by_status("clinical", ask, {_TRUE: _ACTIVE, _FALSE: _OVER})


def _relapsed(ask: _Ask) -> Slots:
    if ask.stated.value == _BOTH:
        return {"verification": _VERIFIED[_BOTH], "clinical": _RELAPSED}
    return _by_status("clinical", ask, {_TRUE: _RELAPSED, _FALSE: (*_OVER, "active")})


def _drug(ask: _Ask) -> Slots:
    raise ask.refuse("a set of drugs is written one resource a member")


def _other_subject(ask: _Ask) -> Slots:
    if ask.stated != Stated(_TRUE):
        raise ask.refuse("only that a resource is about somebody else can be written")
    return {"subject": ("other",)}


WRITTEN_ELEMENTS: Mapping[str, Callable[[_Ask], Slots]] = MappingProxyType(
    {
        "value": _value,
        "ratio-to-upper-limit": _ratio("high"),
        "ratio-to-lower-limit": _ratio("low"),
        "clone-fraction": _clone_fraction,
        "component": _component,
        "effective": _dated("effective"),
        "onset": _dated("onset"),
        "performed": _dated("performed"),
        "birth-date": _dated("birthDate"),
        "specimen-collected": _dated("specimen collected"),
        "specimen-type": _coded("specimen type"),
        "specimen-unsatisfactory": _unsatisfactory,
        "method": _coded("method"),
        "interpretation": _coded("interpretation"),
        "presence": _presence,
        "active": _active,
        "relapsed": _relapsed,
        "stopped": _stopped,
        "drug": _drug,
        "subject-mismatch": _other_subject,
    }
)
"""A function for every word of `pack/elements.py`."""
