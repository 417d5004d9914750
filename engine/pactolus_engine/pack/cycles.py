"""Cycles in what depends on what."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

__all__ = ["cycles"]


def cycles(edges: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Cycles of the graph, each from its first name on and closed; no two share a name."""
    remaining = {name: sorted(set(targets)) for name, targets in sorted(edges.items())}
    found: list[tuple[str, ...]] = []
    while cycle := _one(remaining):
        found.append(_rotated(cycle))
        for name in cycle:
            remaining.pop(name, None)
    return found


def _one(edges: Mapping[str, list[str]]) -> tuple[str, ...]:
    known = {name: [target for target in targets if target in edges] for name, targets in edges.items()}
    try:
        TopologicalSorter(known).prepare()
    except CycleError as error:
        # graphlib lists a cycle from what is needed to what needs it, the first name again at the end.
        return tuple(reversed(error.args[1]))[:-1]
    return ()


def _rotated(cycle: tuple[str, ...]) -> tuple[str, ...]:
    first = cycle.index(min(cycle))
    return (*cycle[first:], *cycle[: first + 1])
