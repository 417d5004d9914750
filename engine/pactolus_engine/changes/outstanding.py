"""What facts that are not known could bring: for every value that they may have, the answers then possible.

An open decision is asked cell by cell: with this fact in this cell, which answers are left? What is missing
is no change of anything, so these stand apart from the nearest changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC

from pactolus_engine.changes.nearest import Question
from pactolus_engine.completions import Completions, Skeleton, complete
from pactolus_engine.derive import base_facts
from pactolus_engine.pack.model import Status
from pactolus_engine.shared_dates import SharedDates, shared_dates
from pactolus_engine.values import Codes, Interval, Members
from pactolus_engine.words import cell_words

__all__ = ["Bringing", "Outstanding", "outstanding"]

_Cell = Interval | Codes | Members | frozenset[Status] | None


@dataclass(frozen=True, slots=True)
class Bringing:
    """One value that a fact may turn out to have (words), and the answers that are then possible.

    `is_whole`: False when the search met its bound; then there may be more.
    """

    value: str
    answers: tuple[Skeleton, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A fact that is not known and on which the answer depends. `from_facts`: what must be sent for it."""

    fact: str
    title: str
    from_facts: tuple[str, ...]
    brings: tuple[Bringing, ...]


def outstanding(question: Question) -> tuple[Outstanding, ...]:
    """Every open fact on which the answer depends, and every optional one, not sent, that could turn it.

    Where open dates decide which results count, the answers listed are at most what is possible: the
    dates are not followed into the sifting.
    """
    search = _Search(question)
    return tuple(found for dimension in search.open_dimensions() for found in search.of(dimension))


class _Search:
    """The completions of one patient, split at one dimension after the other."""

    def __init__(self, question: Question) -> None:
        self._compiled = question.compiled
        states = question.states(question.facts)
        self._vector = self._compiled.vector(states)
        today = question.instant.astimezone(UTC).date().toordinal()
        self._shared: SharedDates = shared_dates(self._compiled, states, today)
        self._now = self._complete({})

    def open_dimensions(self) -> list[str]:
        """Values with several cells that matter, and values that nobody sent; standings are told with them."""
        unsent = [name for name, mask in self._vector.items() if mask == 0]
        return sorted({*self._now.depends_on, *unsent})

    def of(self, dimension: str) -> Iterator[Outstanding]:
        partition = self._compiled.partitions[dimension]
        mask = self._vector[dimension] or partition.everything
        split = [(1 << place) for place in range(len(partition.cells)) if mask >> place & 1]
        allowed = [cell for cell in split if self._shared.allow({**self._vector, dimension: cell})]
        results = {cell: self._complete({dimension: cell, **self._known(dimension)}) for cell in allowed}
        if all(each.skeletons == self._now.skeletons for each in results.values()):
            return
        fact = partition.fact
        groups = _merged([(partition.cells[cell.bit_length() - 1], each) for cell, each in results.items()])
        brings = tuple(
            Bringing(cell_words(cell, fact), each.skeletons, each.is_complete) for cell, each in groups
        )
        bases = tuple(dict.fromkeys(base_facts(self._compiled.pack, fact.id)))
        yield Outstanding(dimension, fact.title, bases, brings)

    def _known(self, dimension: str) -> dict[str, int]:
        """A fact that has a value stands as known."""
        standing = self._compiled.partitions.get(f"{dimension}:status")
        if standing is None:
            return {}
        cells = enumerate(standing.cells)
        known = sum(1 << at for at, cell in cells if isinstance(cell, frozenset) and Status.KNOWN in cell)
        return {f"{dimension}:status": known}

    def _complete(self, settled: Mapping[str, int]) -> Completions:
        return complete(self._compiled, {**self._vector, **settled}, shared=self._shared)


def _merged(groups: list[tuple[_Cell, Completions]]) -> list[tuple[_Cell, Completions]]:
    """Cells that bring the same: neighbours on a line become one interval, codes one list."""
    merged: list[tuple[_Cell, Completions]] = []
    for cell, brought in groups:
        for at, (known, given) in enumerate(merged):
            together = _together(known, cell)
            if together is not None and given.skeletons == brought.skeletons:
                merged[at] = (together, given)
                break
        else:
            merged.append((cell, brought))
    return merged


def _together(one: _Cell, other: _Cell) -> _Cell:
    match one, other:
        case Codes(some), Codes(more):
            return Codes(some | more)
        case Interval(), Interval() if one.high == other.low:
            return Interval(one.low, one.low_closed, other.high, other.high_closed)
    return None
