"""Worlds: every way in which open dates may fall, each completed by cells.

An open date may decide which readings count (a response counts when dated around the end of
induction). Such a date is no cell of its own: it moves several facts together. So it is supposed
to lie in each of its regions in turn, the readings are weighed again, and the cells that are then
open are completed. Impossible patients (born after the diagnosis) are left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.completions import Completions, Skeleton, complete
from pactolus_engine.conditions import inline
from pactolus_engine.derive import base_facts
from pactolus_engine.facts import FactSet
from pactolus_engine.pack.model import Condition, FactType, Pack, Status
from pactolus_engine.states import States, is_settled
from pactolus_engine.turning_points import dates_read, turning_points
from pactolus_engine.values import Interval, exactly
from pactolus_engine.weigh import facts_in_doubt, weigh

__all__ = ["MAXIMUM_WORLDS", "World", "Worlds", "every_world"]

MAXIMUM_WORLDS = 512
"""Combinations of open dates that are tried before the search gives up and says so."""


@dataclass(frozen=True, slots=True)
class World:
    """One supposition: the days (ordinals) of the open dates, and what the answer may then be."""

    days: tuple[int, ...]
    completions: Completions


@dataclass(frozen=True, slots=True)
class Worlds:
    """All suppositions. `dates`: the facts that `World.days` speaks of, in its order."""

    dates: tuple[str, ...]
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

    Without an open date that decides what counts there is one world. When there would be more than
    `MAXIMUM_WORLDS`, that one world stands for all, which may list too much, and `is_complete` is
    False.
    """
    as_sent = World((), completions)
    search = _Search(compiled, facts, states, instant)
    dates = search.open_dates()
    if not dates or not completions.is_complete:
        return Worlds((), (as_sent,), completions.is_complete)
    choices = search.choices(dates)
    if choices is None:
        return Worlds((), (as_sent,), False)
    worlds = tuple(search.worlds(dates, choices))
    return Worlds(dates, worlds, all(world.completions.is_complete for world in worlds))


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

    def open_dates(self) -> tuple[str, ...]:
        """Dates that decide what counts, and dates that are compared with those; all of them open."""
        compiled = self.compiled
        doubtful = facts_in_doubt(
            self.pack, compiled.definitions, compiled.partitions, self.facts, self.states
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

    def choices(self, dates: tuple[str, ...]) -> list[tuple[int, ...]] | None:
        """For each date a day of each region; None when there are too many together.

        A region of one open date may be bounded by a region of another: hence as many rounds as dates.
        """
        known = {fact: dates_read(self.facts.readings, fact) for fact in self.pack.facts}
        known["evaluation-date"] = frozenset({self.instant.date().toordinal()})
        days: dict[str, tuple[int, ...]] = dict.fromkeys(dates, ())
        for _ in dates:
            beside = {**known, **{date: known[date] | frozenset(found) for date, found in days.items()}}
            days = {date: self._regions(date, beside) for date in dates}
            if _count(days) > MAXIMUM_WORLDS:
                return None
        return [days[date] for date in dates]

    def _regions(self, date: str, beside: Mapping[str, frozenset[int]]) -> tuple[int, ...]:
        value = self.states[date].value
        within = value if isinstance(value, Interval) else Interval(None, True, None, True)
        return turning_points(self.pack, self.conditions, date, within, beside)

    def worlds(self, dates: tuple[str, ...], choices: list[tuple[int, ...]]) -> Iterator[World]:
        """Every possible combination, completed; equal vectors are completed once."""
        completed: dict[tuple[int, ...], Completions] = {}
        for days in product(*choices):
            states = self._supposed(dict(zip(dates, days, strict=True)))
            if self._is_impossible(states):
                continue
            vector = self.compiled.vector(states)
            key = tuple(vector.values())
            if key not in completed:
                completed[key] = complete(self.compiled, vector)
            yield World(days, completed[key])

    def _supposed(self, days: Mapping[str, int]) -> States:
        supposed = {date: exactly(day) for date, day in days.items()}
        compiled = self.compiled
        return weigh(self.pack, compiled.definitions, compiled.partitions, self.facts, self.instant, supposed)

    def _is_impossible(self, states: States) -> bool:
        """The supposition makes dates contradict each other that did not before."""
        unreadable = frozenset({Status.UNREADABLE})
        return any(
            state.statuses == unreadable and self.states[name].statuses != unreadable
            for name, state in states.items()
            if self.pack.facts[name].derivation is not None
        )


def _count(days: Mapping[str, tuple[int, ...]]) -> int:
    count = 1
    for found in days.values():
        count *= len(found)
    return count
