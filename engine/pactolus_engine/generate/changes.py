"""How one fact of a patient may be stated otherwise, so that the pack's own tests can tell the difference.

Of a number: each constant that a rule compares it with, and its exact neighbours. Of a date: the days that put a
derived fact on a constant and next to it. Of a code or boolean: one value for each cell. Of a set: each set
that is named, and one with a member more. Beside these: not stated, and each standing that a rule asks about.
Facts that are read from the same element of the same resource are stated alike.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Context, Decimal

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.generate.patient import Change, Patient
from pactolus_engine.generate.text import flow
from pactolus_engine.pack.model import (
    EVALUATION_DATE,
    Comparison,
    Fact,
    FactType,
    Place,
    SetEquality,
    Status,
    StatusTest,
)
from pactolus_engine.pack.yaml_source import Entry, Mapping, Node, Scalar, Sequence
from pactolus_engine.show import show_number
from pactolus_engine.states import States
from pactolus_engine.values import Codes, Interval, shown_date

__all__ = ["changes_of", "neighbours", "step_of"]

_HERE = Place("generated", 1, 1)
_EXACT = Context(prec=120)
_FINEST = {FactType.FRACTION: Decimal("1e-9")}
"""The step beside a constant of zero where the pack compares the fact with nothing else."""
_PLACES = 2
_BETWEEN_DATES = ("days-between", "years-between")
"""The derivations of which a date is moved to make a value."""

_STANDINGS = (Status.UNREADABLE, Status.NOT_FINAL, Status.UNUSABLE)


def step_of(constant: Decimal, fact: Fact, others: tuple[Decimal, ...] = ()) -> Decimal:
    """The distance of a neighbour: 1 of whole numbers, else one unit two places below the leading digit.

    1e-5 has the neighbours 9.9e-6 and 1.01e-5, and 40 % has 39.9 and 40.1: finer than assays tell apart, and in
    their own scale. A constant with more digits than that has a step of its last digit. Zero takes the step of
    the smallest other constant of the fact.
    """
    if fact.type.is_whole:
        return Decimal(1)
    if constant == 0:
        rest = [abs(one) for one in others if one]
        return step_of(min(rest), fact) if rest else _FINEST.get(fact.type, Decimal("0.01"))
    exponent = constant.as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(1).scaleb(min(constant.adjusted() - _PLACES, exponent))


def neighbours(atom: Comparison, fact: Fact, compiled: CompiledPack) -> dict[str, Decimal]:
    """The numbers just below, at and just above a constant that the fact may have."""
    step = step_of(atom.constant, fact, tuple(_constants(compiled, fact.id)))
    numbers = {
        "below": _EXACT.subtract(atom.constant, step),
        "at": atom.constant,
        "above": _EXACT.add(atom.constant, step),
    }
    return {side: number for side, number in numbers.items() if _may_be(number, fact)}


def _may_be(number: Decimal, fact: Fact) -> bool:
    low = fact.low is None or number >= fact.low
    high = fact.high is None or number <= fact.high
    return low and high and (fact.suspect_from is None or number < fact.suspect_from)


def _constants(compiled: CompiledPack, fact: str) -> list[Decimal]:
    atoms = (atom for atom in compiled.atoms if isinstance(atom, Comparison) and atom.fact == fact)
    return sorted({atom.constant for atom in atoms})


def changes_of(fact_id: str, patient: Patient, states: States) -> Iterator[Change]:
    """Every way to state a base fact otherwise. `states`: those of the patient."""
    fact = patient.compiled.pack.facts[fact_id]
    if fact.of and fact.of not in patient.stated:
        return
    now = patient.stated.get(fact_id)
    ways = {flow(node): node for node in _nodes(fact, patient, states)}
    for text, node in ways.items():
        if now is None or text != flow(now):
            yield _with_twins(fact, node, patient)
    if fact_id in patient.stated:
        yield _left_out(fact, patient)


def _nodes(fact: Fact, patient: Patient, states: States) -> Iterator[Node]:
    yield from _values(fact, patient, states)
    asked = _statuses_asked(fact, patient.compiled)
    for status in _STANDINGS:
        if status in asked:
            yield _standing(status, patient.stated.get(fact.id))


def _values(fact: Fact, patient: Patient, states: States) -> Iterator[Node]:
    compiled = patient.compiled
    if fact.type is FactType.DATE:
        yield from (_text(shown_date(day)) for day in sorted(_days(fact, patient, states)))
    elif fact.type is FactType.SET:
        yield from _sets(fact, compiled)
    elif fact.type.is_ordered:
        yield from (_text(show_number(number)) for number in _numbers(fact, compiled))
    elif fact.id in compiled.partitions:
        cells = (cell for cell in compiled.partitions[fact.id].cells if isinstance(cell, Codes))
        yield from (_text(min(cell.possible, key=fact.codes.index)) for cell in cells)


def _numbers(fact: Fact, compiled: CompiledPack) -> list[Decimal]:
    atoms = [atom for atom in compiled.atoms if isinstance(atom, Comparison) and atom.fact == fact.id]
    return sorted({number for atom in atoms for number in neighbours(atom, fact, compiled).values()})


def _sets(fact: Fact, compiled: CompiledPack) -> Iterator[Node]:
    for atom in compiled.atoms:
        if isinstance(atom, SetEquality) and atom.fact == fact.id:
            named = [code for code in fact.values if code in atom.members]
            more = [code for code in fact.values if code not in atom.members][:1]
            yield _list(named)
            yield _list([*named, *more])


# --- dates --------------------------------------------------------------------------------------------------


def _days(fact: Fact, patient: Patient, states: States) -> set[Decimal]:
    """The days that put what follows from this date on a constant or next to it, the other date as it is."""
    own = {
        number
        for atom in patient.compiled.atoms
        if isinstance(atom, Comparison) and atom.fact == fact.id
        for number in neighbours(atom, fact, patient.compiled).values()
    }
    for derived in patient.compiled.pack.facts.values():
        derivation = derived.derivation
        if derivation and derivation.kind in _BETWEEN_DATES and fact.id in derivation.inputs:
            own |= set(_days_for(fact, derived, patient, states))
    return own


def _days_for(fact: Fact, derived: Fact, patient: Patient, states: States) -> Iterator[Decimal]:
    assert derived.derivation is not None
    start, end = derived.derivation.inputs
    other = _day_of(end if fact.id == start else start, patient, states)
    if other is None:
        return
    for atom in patient.compiled.atoms:
        if isinstance(atom, Comparison) and atom.fact == derived.id:
            yield from _placed(atom.constant, derived.derivation.kind, other, is_start=fact.id == start)


def _day_of(fact: str, patient: Patient, states: States) -> Decimal | None:
    if fact == EVALUATION_DATE:
        return Decimal(patient.at.date().toordinal())
    value = states[fact].value
    return value.low if isinstance(value, Interval) and value.is_point else None


def _placed(constant: Decimal, kind: str, other: Decimal, *, is_start: bool) -> Iterator[Decimal]:
    """The days beside `other` that are just below, at and just above the constant."""
    if kind == "days-between":
        for distance in (constant - 1, constant, constant + 1):
            yield other - distance if is_start else other + distance
        return
    turn = _years_away(other, -int(constant) if is_start else int(constant))
    if turn is not None:
        yield from (turn, turn + 1 if is_start else turn - 1)
    further = _years_away(other, -int(constant) - 1 if is_start else int(constant) + 1)
    if further is not None:
        yield further


def _years_away(day: Decimal, years: int) -> Decimal | None:
    """The same day of another year; None of 29 February, which not every year has."""
    here = date.fromordinal(int(day))
    if (here.month, here.day) == (2, 29) or not 1 < here.year + years < 9999:
        return None
    return Decimal(here.replace(year=here.year + years).toordinal())


# --- standings, and what goes with a fact ---------------------------------------------------------------------


def _statuses_asked(fact: Fact, compiled: CompiledPack) -> set[Status]:
    """The standings that a rule asks of the fact, or of one that follows from it."""
    follows = {
        one.id
        for one in compiled.pack.facts.values()
        if one.derivation is not None and fact.id in one.derivation.inputs
    }
    tests = (atom for atom in compiled.atoms if isinstance(atom, StatusTest))
    return set().union(*(test.statuses for test in tests if test.fact in {fact.id, *follows}))


def _standing(status: Status, now: Node | None) -> Node:
    """The standing; a result that is not final keeps its value."""
    entries = {"standing": Entry(_HERE, _text(status.value))}
    if status is Status.NOT_FINAL and isinstance(now, Scalar | Sequence):
        entries = {"value": Entry(_HERE, now), **entries}
    return Mapping(entries, _HERE)


def _with_twins(fact: Fact, node: Node, patient: Patient) -> Change:
    facts = patient.compiled.pack.facts
    own = _element(fact, facts)
    twins = (
        name
        for name in patient.stated
        if name != fact.id and name in facts and own is not None and _element(facts[name], facts) == own
    )
    return Change(fact.id, ((fact.id, node), *((twin, node) for twin in twins)))


def _element(fact: Fact, facts: dict[str, Fact]) -> object:
    """Where FHIR carries a fact, to the element; None of a derived one."""
    head = facts[fact.of] if fact.of else fact
    if fact.binding is None or head.binding is None:
        return None
    own = fact.binding
    parts = tuple(sorted(own.values.items())), tuple(sorted(own.components.items()))
    return head.binding.resources, head.binding.codes, own.element, parts, fact.type


def _left_out(fact: Fact, patient: Patient) -> Change:
    """Not stated; of a fact that is read from a resource of its own, neither is what is `of` it."""
    facts = patient.compiled.pack.facts
    gone = [
        name for name in patient.stated if name == fact.id or (name in facts and facts[name].of == fact.id)
    ]
    return Change(fact.id, tuple((name, None) for name in gone))


def _text(text: str) -> Scalar:
    return Scalar(text, True, _HERE)


def _list(texts: list[str]) -> Sequence:
    return Sequence(tuple(map(_text, texts)), _HERE)
