"""Which cells of several intervals between the same dates can hold together.

Derived facts `days-between` that share a date are not free of each other: a sample cannot lie
before the first of three ordered days and after the last. Each of them is a difference of two
whole days, so cells hold together exactly if a system of difference constraints has a solution,
which is to say if the graph of these constraints has no cycle of negative weight.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor

from pactolus_engine.cells import Partition
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.pack.model import EVALUATION_DATE
from pactolus_engine.states import States
from pactolus_engine.values import Interval, exactly

__all__ = ["NOTHING_SHARED", "SharedDates", "shared_dates"]

_Bound = tuple[str, str, int]
"""The second day is at most so many days after the first."""

_CALENDAR = ""
"""The day 0 from which every date is counted: a name that no fact has."""


@dataclass(frozen=True, slots=True)
class SharedDates:
    """The intervals that share dates: dimension → (from, to), their cells, and what the dates may be."""

    spans: Mapping[str, tuple[str, str]]
    partitions: Mapping[str, Partition]
    days: tuple[_Bound, ...]

    def allow(self, vector: Mapping[str, int]) -> bool:
        """Whether days can be chosen for all dates so that every interval lies in one of its cells."""
        if not self.spans:
            return True
        return _has_solution([*self.days, *self._between(vector)])

    def _between(self, vector: Mapping[str, int]) -> Iterator[_Bound]:
        for dimension, (start, end) in self.spans.items():
            if mask := vector[dimension]:
                cells = [c for place, c in enumerate(self.partitions[dimension].cells) if mask >> place & 1]
                yield from _bounds(start, end, cells[0], cells[-1])


NOTHING_SHARED = SharedDates({}, {}, ())
"""No two intervals share a date: every cell goes with every other one."""


def shared_dates(compiled: CompiledPack, states: States, today: int) -> SharedDates:
    """What the pack's intervals share for this patient. `today`: the day of the instant, as an ordinal.

    Nothing when the dates contradict one another as they stand: then no day fits, and every
    interval speaks for itself.
    """
    spans = _spans(compiled)
    names = sorted({name for span in spans.values() for name in span})
    days: list[_Bound] = []
    for name in names:
        value = exactly(today) if name == EVALUATION_DATE else states[name].value
        days += _bounds(_CALENDAR, name, value, value)
    found = SharedDates(spans, compiled.partitions, tuple(days))
    return found if found.allow(compiled.vector(states)) else NOTHING_SHARED


def _spans(compiled: CompiledPack) -> dict[str, tuple[str, str]]:
    """The dimensions that are days between two dates, if one of these dates serves several of them."""
    spans: dict[str, tuple[str, str]] = {}
    for dimension, partition in compiled.partitions.items():
        derivation = partition.fact.derivation
        if derivation and derivation.kind == "days-between" and dimension == partition.fact.id:
            start, end = derivation.inputs
            spans[dimension] = (start, end)
    uses = Counter(name for span in spans.values() for name in span if name != EVALUATION_DATE)
    return {dimension: span for dimension, span in spans.items() if max(uses[name] for name in span) > 1}


def _bounds(start: str, end: str, first: object, last: object) -> Iterator[_Bound]:
    """`end - start` lies between the lower limit of the first interval and the upper one of the last."""
    if isinstance(first, Interval) and first.low is not None:
        lowest = ceil(first.low) if first.low_closed else floor(first.low) + 1
        yield end, start, -lowest
    if isinstance(last, Interval) and last.high is not None:
        yield start, end, floor(last.high) if last.high_closed else ceil(last.high) - 1


def _has_solution(bounds: list[_Bound]) -> bool:
    """Bellman and Ford: with as many rounds as there are days, only a negative cycle still shortens."""
    day = {name: 0 for start, end, _ in bounds for name in (start, end)}
    for _ in range(len(day) + 1):
        is_settled = True
        for start, end, most in bounds:
            if day[start] + most < day[end]:
                day[end], is_settled = day[start] + most, False
        if is_settled:
            return True
    return False
