"""How each known fact of a patient could be otherwise: the cells it is not in, within what may change.

The pack says of every fact whether it may change (`changes`). Of a fact that may, only known values and
results that a person waits for (not final, not readable, at odds) change: what is missing is no change.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from pactolus_engine.cells import Partition, value_partition
from pactolus_engine.changes.suppose import can_be_supposed, twins_of
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.conditions import Atom, atoms_of, inline
from pactolus_engine.derive import base_facts
from pactolus_engine.facts import FactSet
from pactolus_engine.pack.fact import Changes
from pactolus_engine.pack.model import EVALUATION_DATE, Condition, Effect, Fact, FactType, Status, StatusTest
from pactolus_engine.show import show_state
from pactolus_engine.states import FactState, States
from pactolus_engine.turning_points import dates_read, turning_points
from pactolus_engine.values import Codes, Interval, Value
from pactolus_engine.words import cell_words

__all__ = ["Candidate", "candidates"]

_WAITED_FOR = frozenset({Status.NOT_FINAL, Status.UNREADABLE, Status.DISAGREEING, Status.UNUSABLE})


@dataclass(frozen=True, slots=True)
class Candidate:
    """One fact in another cell. `value`: all of that cell. `distance`: cells moved. `before`, `after`: words."""

    fact: str
    value: Value
    distance: int
    before: str
    after: str


def candidates(
    compiled: CompiledPack, facts: FactSet, states: States, instant: datetime
) -> dict[str, tuple[Candidate, ...]]:
    """Fact → the ways in which it could be otherwise, nearest first; only facts on which an answer can rest."""
    finder = _Finder(compiled, facts, states, instant, _conditions(compiled))
    found = {name: tuple(finder.of(compiled.pack.facts[name])) for name in _bearing(compiled)}
    return {name: ways for name, ways in found.items() if ways}


def _conditions(compiled: CompiledPack) -> tuple[Condition, ...]:
    """The conditions of all rules, and those by which readings are sifted, definitions put in."""
    return (*compiled.conditions.values(), *_sifting(compiled))


def _sifting(compiled: CompiledPack) -> Iterator[Condition]:
    for fact in compiled.pack.facts.values():
        for part in (*([fact.only] if fact.only else []), *fact.prefer):
            yield inline(part, compiled.definitions)


def _bearing(compiled: CompiledPack) -> tuple[str, ...]:
    """The base facts on which outcome and options may rest: a caveat moves neither."""
    pack = compiled.pack
    beside = {Effect.CAVEAT, Effect.CONCLUDE} if pack.options else {Effect.CAVEAT}
    deciding = [c for rule, c in compiled.conditions.items() if pack.rules[rule].effect not in beside]
    asked = {atom.fact for part in (*deciding, *_sifting(compiled)) for atom in atoms_of(part)}
    return tuple(sorted({base for fact in asked for base in base_facts(pack, fact)}))


@dataclass(frozen=True, slots=True)
class _Finder:
    compiled: CompiledPack
    facts: FactSet
    states: States
    instant: datetime
    conditions: tuple[Condition, ...]

    def of(self, fact: Fact) -> Iterator[Candidate]:
        if fact.changes is Changes.NEVER or not can_be_supposed(self.facts, fact):
            return
        found = self._days(fact) if fact.type is FactType.DATE else self._cells(fact)
        before = _now(self.states[fact.id], fact)
        for value, distance in sorted(found, key=lambda one: one[1]):
            if self._twins_allow(fact, value):
                yield Candidate(fact.id, value, distance, before, cell_words(value, fact))

    def _partition(self, fact: Fact) -> Partition:
        atoms = (atom for part in self.conditions for atom in atoms_of(part))
        own: list[Atom] = [a for a in atoms if a.fact == fact.id and not isinstance(a, StatusTest)]
        return value_partition(fact, own)

    def _cells(self, fact: Fact) -> Iterator[tuple[Value, int]]:
        state, partition = self.states[fact.id], self._partition(fact)
        mask = _held(state, partition)
        if mask is None:
            return
        for place, cell in enumerate(partition.cells):
            if mask >> place & 1 or not isinstance(cell, Interval | Codes):
                continue
            if fact.changes is Changes.LATER or _is_upwards(cell, place, mask):
                yield cell, _distance(place, mask) if fact.type.is_ordered else 1

    def _days(self, fact: Fact) -> Iterator[tuple[Value, int]]:
        """The regions of later days, up to the day of the instant."""
        state, today = self.states[fact.id], self.instant.astimezone(UTC).date().toordinal()
        value = state.value
        if state.statuses != {Status.KNOWN} or not isinstance(value, Interval) or value.high is None:
            return
        if value.high >= today:
            return
        within = Interval(value.high, True, _exact(today), True)
        starts = turning_points(self.compiled.pack, self.conditions, fact.id, within, self._dates(today))
        ends = (*(start - 1 for start in starts[1:]), today)
        for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
            if place:
                yield Interval(_exact(start), True, _exact(end), True), place

    def _dates(self, today: int) -> Mapping[str, frozenset[int]]:
        known = {name: dates_read(self.facts.readings, name) for name in self.compiled.pack.facts}
        return {**known, EVALUATION_DATE: frozenset({today})}

    def _twins_allow(self, fact: Fact, value: Value) -> bool:
        """Whether the facts of the same element that never change stay in their cells."""
        for twin in twins_of(self.compiled.pack, fact):
            state, partition = self.states[twin.id], self._partition(twin)
            if twin.changes is Changes.NEVER and state.readings:
                moved = FactState(twin.id, value, frozenset({Status.KNOWN}))
                if partition.mask_of(moved) & ~partition.mask_of(state):
                    return False
        return True


def _now(state: FactState, fact: Fact) -> str:
    """How the fact stands; a code by the pack's own word for it, in which the change is told too."""
    is_code = isinstance(state.value, Codes) and len(state.value.possible) == 1 and not state.reason
    if is_code and not state.assumed:
        return cell_words(state.value, fact)
    return show_state(state, fact)


def _held(state: FactState, partition: Partition) -> int | None:
    """The cells in which a fact is: none while a person waits for its result, None when it is not known."""
    if state.statuses <= _WAITED_FOR:
        return 0
    is_known = state.statuses == {Status.KNOWN} or state.assumed
    return partition.mask_of(state) if is_known and state.value is not None else None


def _is_upwards(cell: Value, place: int, mask: int) -> bool:
    if isinstance(cell, Codes):
        return cell.possible == {"true"}
    return mask.bit_length() <= place


def _distance(place: int, mask: int) -> int:
    held = [at for at in range(mask.bit_length()) if mask >> at & 1]
    return min((abs(place - at) for at in held), default=1)


def _exact(day: int) -> Decimal:
    return Decimal(day)
