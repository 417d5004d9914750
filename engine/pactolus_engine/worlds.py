"""Worlds: every way in which facts may fall that move others with them, each completed by cells.

An open date may decide which readings count (a response counts when dated around the end of
induction), and samples that may or may not agree leave value and standing open together. Such a
fact is no cell of its own. So it is supposed to be in each state that makes a difference, the
readings are weighed again, and the cells that are then open are completed. Impossible patients
(born after the diagnosis) are left out, unless every supposition gives one: then what was sent
contradicts itself, and the answer is what the pack says of that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import product
from math import prod

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.completions import Completions, Skeleton, complete
from pactolus_engine.conditions import inline
from pactolus_engine.derive import base_facts
from pactolus_engine.facts import FactSet
from pactolus_engine.join import agreed_value
from pactolus_engine.pack.model import EVALUATION_DATE, Condition, FactType, Pack, Status
from pactolus_engine.shared_dates import shared_dates
from pactolus_engine.states import FactState, States, is_settled
from pactolus_engine.turning_points import dates_read, turning_points
from pactolus_engine.values import Interval, exactly
from pactolus_engine.weigh import facts_in_doubt, weigh

__all__ = ["MAXIMUM_WORLDS", "World", "Worlds", "every_world"]

MAXIMUM_WORLDS = 512
"""Combinations of suppositions that are tried before the search gives up and says so."""

_OPEN_AGREEMENT = frozenset({Status.KNOWN, Status.DISAGREEING})

_Choices = dict[str, tuple[FactState, ...]]
"""Fact → the states that it is supposed to be in, one after the other."""


@dataclass(frozen=True, slots=True)
class World:
    """One supposition: which choice of each supposed fact, and what the answer may then be."""

    choice: tuple[int, ...]
    completions: Completions


@dataclass(frozen=True, slots=True)
class Worlds:
    """All suppositions. `supposed`: the facts that `World.choice` speaks of, in its order."""

    supposed: tuple[str, ...]
    worlds: tuple[World, ...]
    is_complete: bool

    @property
    def skeletons(self) -> tuple[Skeleton, ...]:
        """Every answer that is still possible, sorted."""
        return tuple(sorted({s for world in self.worlds for s in world.completions.skeletons}))


def every_world(
    compiled: CompiledPack, facts: FactSet, states: States, instant: datetime, completions: Completions
) -> Worlds:
    """The worlds of an open decision whose cells alone give `completions`.

    Where no fact moves others there is one world. When there would be more than `MAXIMUM_WORLDS`,
    that one world stands for all, which may list too much, and `is_complete` is False.
    """
    as_sent = World((), completions)
    if not completions.is_complete:
        return Worlds((), (as_sent,), False)
    search = _Search(compiled, facts, states, instant)
    choices = search.choices()
    if not choices:
        return Worlds((), (as_sent,), True)
    if prod(map(len, choices.values())) > MAXIMUM_WORLDS:
        return Worlds((), (as_sent,), False)
    worlds = tuple(search.worlds(choices)) or tuple(search.worlds(choices, with_impossible=True))
    return Worlds(tuple(choices), worlds, all(world.completions.is_complete for world in worlds))


@dataclass(slots=True)
class _Search:
    compiled: CompiledPack
    facts: FactSet
    states: States
    instant: datetime
    conditions: tuple[Condition, ...] = field(init=False)

    def __post_init__(self) -> None:
        pack = self.compiled.pack
        sifting = [
            part
            for fact in pack.facts.values()
            for part in (*([fact.only] if fact.only else []), *fact.prefer)
        ]
        inlined = (inline(part, self.compiled.definitions) for part in sifting)
        self.conditions = (*self.compiled.conditions.values(), *inlined)

    @property
    def pack(self) -> Pack:
        return self.compiled.pack

    @property
    def today(self) -> int:
        return self.instant.astimezone(UTC).date().toordinal()

    def open_dates(self) -> tuple[str, ...]:
        """Dates that decide what counts, and dates that are compared with those; all of them open."""
        compiled = self.compiled
        doubtful = facts_in_doubt(
            self.pack, compiled.definitions, compiled.partitions, self.facts, self.states, self.instant
        )
        found = {fact for fact in doubtful if self._is_open_date(fact)}
        if found:
            found |= {other for other in self._compared_with(found) if self._is_open_date(other)}
        return tuple(sorted(found))

    def _is_open_date(self, fact: str) -> bool:
        return self.pack.facts[fact].type is FactType.DATE and not is_settled(self.states[fact].value)

    def _compared_with(self, dates: set[str]) -> Iterator[str]:
        """The other inputs of derived facts that rules look at, when they are facts of their own."""
        for partition in self.compiled.partitions.values():
            bases = set(base_facts(self.pack, partition.fact.id))
            if bases & dates:
                yield from (base for base in bases - dates if not self._is_of_sifted_sample(base))

    def _is_of_sifted_sample(self, fact: str) -> bool:
        """Whether the fact is read from samples that are sifted one by one: then it stays a cell."""
        head = self.pack.facts[self.pack.facts[fact].of or fact]
        return head.only is not None or bool(head.prefer)

    def choices(self) -> _Choices:
        """The supposed facts with their states, by name."""
        days = self._days(self.open_dates())
        dates = {name: tuple(_on(name, day) for day in found) for name, found in days.items()}
        return dict(sorted({**dates, **dict(self._agreements())}.items()))

    def _agreements(self) -> Iterator[tuple[str, tuple[FactState, ...]]]:
        """Facts whose samples may agree or not: in one cell that all allow, or at odds."""
        for name, state in self.states.items():
            if state.statuses == _OPEN_AGREEMENT and name in self.compiled.partitions:
                agreed = agreed_value(state, self.compiled.partitions[name])
                known = replace(state, value=agreed, statuses=frozenset({Status.KNOWN}))
                yield name, (known, replace(state, statuses=frozenset({Status.DISAGREEING})))

    def _days(self, dates: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
        """For each date a day of each region.

        A region of one open date may be bounded by a region of another: hence as many rounds as dates.
        """
        known = {fact: dates_read(self.facts.readings, fact) for fact in self.pack.facts}
        known[EVALUATION_DATE] = frozenset({self.today})
        days: dict[str, tuple[int, ...]] = dict.fromkeys(dates, ())
        for _ in dates:
            beside = {**known, **{date: known[date] | frozenset(found) for date, found in days.items()}}
            days = {date: self._regions(date, beside) for date in dates}
            if prod(map(len, days.values())) > MAXIMUM_WORLDS:
                break
        return days

    def _regions(self, date: str, beside: Mapping[str, frozenset[int]]) -> tuple[int, ...]:
        value = self.states[date].value
        within = value if isinstance(value, Interval) else Interval(None, True, None, True)
        return turning_points(self.pack, self.conditions, date, within, beside)

    def worlds(self, choices: _Choices, *, with_impossible: bool = False) -> Iterator[World]:
        """Every possible combination, completed; equal vectors are completed once."""
        compiled, completed = self.compiled, dict[tuple[object, ...], Completions]()
        for choice in product(*(range(len(states)) for states in choices.values())):
            supposed = {name: choices[name][place] for name, place in zip(choices, choice, strict=True)}
            states = weigh(
                self.pack, compiled.definitions, compiled.partitions, self.facts, self.instant, supposed
            )
            if not with_impossible and self._is_impossible(states):
                continue
            vector, shared = compiled.vector(states), shared_dates(compiled, states, self.today)
            key = (*vector.values(), *shared.days)
            if key not in completed:
                completed[key] = complete(compiled, vector, shared=shared)
            yield World(choice, completed[key])

    def _is_impossible(self, states: States) -> bool:
        """The supposition makes dates contradict each other that did not before."""
        unreadable = frozenset({Status.UNREADABLE})
        return any(
            state.statuses == unreadable and self.states[name].statuses != unreadable
            for name, state in states.items()
            if self._is_of_dates(name)
        )

    def _is_of_dates(self, fact: str) -> bool:
        derivation = self.pack.facts[fact].derivation
        return derivation is not None and not derivation.is_over_samples


def _on(date: str, day: int) -> FactState:
    return FactState(date, exactly(day), frozenset({Status.KNOWN}))
