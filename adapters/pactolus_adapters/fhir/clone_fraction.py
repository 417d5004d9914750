"""The clone fraction of an MRD result: the interval that number, comparator and limits allow.

Clonal cells among nucleated cells, as a plain fraction. A result is never better than the limit
of detection (LOD): "not detected" and zero mean below the LOD, and a number below the LOD is no
more than that, and so is an upper bound. Flow cytometry has an LOD of so many events among the cells counted when the
laboratory states none (20 by default, a parameter of the pack); sequencing must state its own.
The laboratory's flag (`interpretation`) speaks of its own LOD, never of a threshold of the pack: it
is compared with the number at that LOD only, and a contradiction is for a person to look at.
"""

from dataclasses import dataclass, replace
from decimal import ROUND_UP, Context, Decimal

from pactolus_adapters.fhir.exact_number import Number
from pactolus_adapters.fhir.quantities import (
    Measured,
    bounded,
    has_unknown_part,
    interval_of,
    measured,
    shown,
)
from pactolus_adapters.fhir.resource import Json, Resource, objects
from pactolus_adapters.fhir.values import value_key
from pactolus_adapters.fhir.words import Reader, Word, fact_codes, unreadable, unusable
from pactolus_engine.facts import Source, Standing
from pactolus_engine.pack.elements import LOD_EVENTS
from pactolus_engine.pack.model import Fact
from pactolus_engine.values import Interval

__all__ = ["read_clone_fraction"]

_ZERO, _ONE = Decimal(0), Decimal(1)
_ANY = Interval(_ZERO, True, _ONE, True)
_DETECTED = Interval(_ZERO, False, _ONE, True)
_FLAG_CONTRADICTS = "the flag of the laboratory contradicts its own result"
_DEFAULT_LOD_EVENTS = Decimal(20)
_UPWARD = Context(prec=60, rounding=ROUND_UP)
_LOD_UNREADABLE = "the limit of detection is there and cannot be read"
_CELLS_UNREADABLE = "the number of cells counted is there and cannot be read"
_TOO_FEW_CELLS = "the cells counted are too few for the limit of detection that is stated"
_NO_LOD = "no limit of detection is known, so this may be any fraction"


@dataclass(frozen=True, slots=True)
class _Limits:
    """`stated`: the LOD that the laboratory gives; `derived`: that of the cells counted by flow.

    `flag`: what the laboratory's interpretation says at its own LOD, if it says one thing.
    """

    stated: Decimal | None
    derived: Decimal | None
    problem: str = ""
    flag: str = ""
    lloq: Decimal | None = None

    @property
    def flag_turns_at(self) -> Decimal | None:
        """The least fraction that the laboratory surely calls detected, as far as it says."""
        stated = [limit for limit in (self.stated, self.lloq) if limit is not None]
        return max(stated) if self.stated is not None else None

    @property
    def lod(self) -> Decimal | None:
        """The LOD in force: the laboratory's word, else the arithmetic."""
        return self.derived if self.stated is None else self.stated


def read_clone_fraction(reader: Reader, fact: Fact, resource: Resource, is_flow: bool) -> Word:
    """The word of an Observation on a clone fraction (unit 1, domain and suspicion the fact's)."""
    body, source = resource.body, resource.source("value")
    key = value_key(body)
    if fact.unit not in {"", "1"}:
        return unreadable(source, "the pack must give a clone fraction the unit `1`")
    flags = _flags(reader, fact, body)
    lloq = _component(reader, fact, body, "lloq")
    limits = replace(
        _limits(reader, fact, body, is_flow),
        flag=next(iter(flags), ""),
        lloq=lloq.number if lloq else None,
    )
    if not key:
        given = "dataAbsentReason" in body
        return unusable(source, "the resource says why there is no value" if given else "there is no value")
    if len(flags) > 1:
        return unreadable(source, "the laboratory flags the result in more than one way")
    if key == "valueCodeableConcept":
        return _flagged(_from_code(reader, fact, body[key], source, limits), limits)
    if key != "valueQuantity":
        return unreadable(source, "a clone fraction is read from a quantity with a unit, or from a code")
    word = _from_quantity(fact, body[key], source, limits)
    return _flagged(_with_quantification(word, limits.lloq), limits)


def _flags(reader: Reader, fact: Fact, body: Json) -> set[str]:
    """What the laboratory's flags say, among the meanings that the fact knows."""
    names = fact_codes(fact)
    found = {one for flag in objects(body, "interpretation") for one in reader.book.sets_of(flag)}
    return {names[one] for one in found if one in names}


def _flagged(word: Word, limits: _Limits) -> Word:
    """The word beside the laboratory's flag: narrowed, unusable, or unreadable when they contradict."""
    value = word.value
    if not limits.flag or word.standing is not Standing.FINAL or not isinstance(value, Interval):
        return word
    if limits.flag == "indeterminate":
        return unusable(word.source, "the laboratory flags the result as indeterminate")
    if limits.flag == "not-detected":
        is_seen = _is_at_least(value, limits.flag_turns_at) or value == _DETECTED
        return unreadable(word.source, _FLAG_CONTRADICTS, word.shown) if is_seen else word
    if value.low == 0 and value.high != 0:
        return replace(word, value=replace(value, low_closed=False))
    return word


def _is_at_least(value: Interval, limit: Decimal | None) -> bool:
    """Whether the fraction surely reaches the limit."""
    return limit is not None and value.low is not None and value.low >= limit


def _from_code(reader: Reader, fact: Fact, concept: Json, source: Source, limits: _Limits) -> Word:
    names = fact_codes(fact)
    sets = frozenset(reader.book.sets_of(concept) & names.keys())
    meanings = {names[one] for one in sets}
    written = reader.book.shown(concept, sets)
    if len(meanings) != 1:
        return unreadable(source, "the code of the value does not say one thing that is known", written)
    match meanings.pop():
        case "not-detected":
            return _not_found(source, limits, written)
        case "detected":
            return Word(source, _DETECTED, shown=written, note="no number is given")
        case "indeterminate":
            return unusable(source, "the laboratory reports the result as indeterminate")
        case _:
            return unreadable(source, "the code of the value is no result of an MRD assay", written)


def _not_found(source: Source, limits: _Limits, written: str) -> Word:
    """No clonal cell found: the fraction lies below the LOD, or anywhere when there is none."""
    if limits.problem:
        return unreadable(source, limits.problem, written)
    if limits.flag == "detected":
        return unreadable(source, _FLAG_CONTRADICTS, written)
    if limits.lod is None:
        return Word(source, _ANY, shown=written, note=_NO_LOD)
    note = "" if limits.stated is not None else "the limit of detection follows from the cells counted"
    return Word(source, Interval(_ZERO, True, limits.lod, False), shown=written, note=note)


def _from_quantity(fact: Fact, quantity: Json, source: Source, limits: _Limits) -> Word:
    if not isinstance(quantity.get("value"), Number) and not has_unknown_part(quantity):
        return unusable(source, "the quantity has no number")
    stated, written = measured(quantity, "1"), shown(quantity)
    if stated.number is None:
        return unreadable(source, stated.problem, written)
    problem = bounded(stated.number, _ZERO, _ONE, None) or bounded(
        stated.number, fact.low, fact.high, fact.suspect_from
    )
    if problem:
        return unreadable(source, problem, written)
    if stated.number == 0 and stated.comparator in {"", "<="}:
        return _not_found(source, limits, written)
    return _from_number(stated.number, stated.comparator, source, limits, written)


def _from_number(number: Decimal, comparator: str, source: Source, limits: _Limits, written: str) -> Word:
    """A number or upper bound counts as far down as the assay can see, a lower bound as it stands."""
    lod = limits.lod
    is_upper = not comparator.startswith(">")
    if is_upper and limits.problem:
        return unreadable(source, limits.problem, written)
    if is_upper and lod is not None and number < lod:
        note = "the number lies below the limit of detection, which counts instead"
        return Word(source, Interval(_ZERO, True, lod, False), shown=written, note=note)
    value = interval_of(number, comparator, _ZERO, _ONE)
    if value is None:
        return unreadable(source, "the comparator leaves no possible number", written)
    return Word(source, value, shown=written)


def _with_quantification(word: Word, lloq: Decimal | None) -> Word:
    """Says so when a number lies below the limit of quantification; it counts as stated."""
    if word.note or lloq is None or not isinstance(word.value, Interval):
        return word
    if not word.value.is_point or word.value.low is None or word.value.low >= lloq:
        return word
    return replace(word, note="the number lies below the limit of quantification")


def _limits(reader: Reader, fact: Fact, body: Json, is_flow: bool) -> _Limits:
    stated = _component(reader, fact, body, "lod")
    if stated is not None and stated.number is None:
        return _Limits(None, None, _LOD_UNREADABLE)
    cells = _component(reader, fact, body, "cells") if is_flow or stated is not None else None
    if cells is None:
        return _Limits(stated.number if stated else None, None)
    if cells.number is None:
        return _Limits(None, None, _CELLS_UNREADABLE)
    if stated is not None and stated.number is not None:
        is_too_few = _UPWARD.multiply(stated.number, cells.number) < 1
        return _Limits(None, None, _TOO_FEW_CELLS) if is_too_few else _Limits(stated.number, None)
    events = reader.pack.parameter_values.get(LOD_EVENTS, _DEFAULT_LOD_EVENTS)
    return _Limits(None, min(_UPWARD.divide(events, cells.number), _ONE))


def _component(reader: Reader, fact: Fact, body: Json, role: str) -> Measured | None:
    """The component that plays a role: None when there is none, no number when it cannot be used."""
    code_set = fact.binding.components.get(role) if fact.binding else None
    sent = [
        one
        for one in objects(body, "component")
        if code_set in reader.book.sets_of(one.get("code")) and value_key(one)
    ]
    values = {_cells(one) if role == "cells" else _fraction(one) for one in sent}
    if not values:
        return None
    return values.pop() if len(values) == 1 else Measured(None, problem="the components disagree")


def _cells(component: Json) -> Measured:
    """Cells counted; "more than" so many cells is as good, for the LOD is then lower still."""
    value = component[value_key(component)]
    counted = Measured(value) if isinstance(value, Number) else measured(value, "1", is_count=True)
    is_usable = counted.number is not None and counted.number >= 1
    return counted if is_usable and counted.comparator in {"", ">", ">="} else Measured(None)


def _fraction(component: Json) -> Measured:
    """A limit as a fraction; a limit "below" a number is at most that number."""
    limit = measured(component[value_key(component)], "1")
    is_usable = limit.number is not None and 0 < limit.number <= 1
    return limit if is_usable and limit.comparator in {"", "<", "<="} else Measured(None)
