"""What completions and cells must be, worked out a second time, slowly and without looking at them.

Nothing here calls the search that is tested: values are tried one by one, and the outcome is read off
the truths of the rules by the order that the rule language states.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise, product
from math import ceil, prod

from pactolus_engine.cells import Partition
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.completions import Skeleton
from pactolus_engine.decision import Outcome
from pactolus_engine.kleene import Truth
from pactolus_engine.match.definition import Definition
from pactolus_engine.pack.model import Effect, Fact, Pack, Status
from pactolus_engine.states import FactState, States
from pactolus_engine.values import Codes, Interval, Members, Value, exactly

__all__ = [
    "BruteForce",
    "Truths",
    "brute_force",
    "contains",
    "every_completion",
    "numbers_to_try",
    "representative",
    "skeleton_of",
]

_ORDER = (
    (Effect.CONFLICT, Outcome.CONFLICT),
    (Effect.HOLD, Outcome.HOLD),
    (Effect.EXCLUDE, Outcome.OUT_OF_SCOPE),
)

Truths = Mapping[str, Truth]
"""Rule id → truth."""


@dataclass(frozen=True, slots=True)
class BruteForce:
    """The skeletons of all combinations of cells, and the dimensions that make a difference."""

    skeletons: frozenset[Skeleton]
    depends_on: frozenset[str]


def brute_force(compiled: CompiledPack, states: States, most: int) -> BruteForce | None:
    """Tries every combination of possible cells; None when there are more than `most`."""
    completions = every_completion(compiled, states, most)
    if completions is None:
        return None
    found = {cells: skeleton_of(compiled.pack, truths) for cells, truths in completions.items()}
    places = enumerate(sorted(compiled.partitions))
    essential = {dimension for place, dimension in places if _makes_a_difference(found, place)}
    return BruteForce(frozenset(found.values()), frozenset(essential))


def every_completion(
    compiled: CompiledPack, states: States, most: int
) -> dict[tuple[int | None, ...], Truths] | None:
    """Cell of each dimension (in the order of their names) → the truth of every rule; None when there
    are more than `most`."""
    possible = {dimension: _cells(mask) for dimension, mask in compiled.vector(states).items()}
    if prod(map(len, possible.values())) > most:
        return None
    dimensions = sorted(possible)
    return {
        cells: _completed(compiled, states, dict(zip(dimensions, cells, strict=True)))
        for cells in product(*(possible[dimension] for dimension in dimensions))
    }


def _cells(mask: int) -> list[int | None]:
    """Places of the bits; an absent optional fact stays out of it."""
    return [place for place in range(mask.bit_length()) if mask >> place & 1] or [None]


def _makes_a_difference(found: Mapping[tuple[int | None, ...], Skeleton], place: int) -> bool:
    by_rest: dict[tuple[int | None, ...], set[Skeleton]] = {}
    for cells, skeleton in found.items():
        by_rest.setdefault(cells[:place] + cells[place + 1 :], set()).add(skeleton)
    return any(len(skeletons) > 1 for skeletons in by_rest.values())


def _completed(compiled: CompiledPack, states: States, cells: Mapping[str, int | None]) -> Truths:
    settled = dict(states)
    for dimension, place in cells.items():
        partition = compiled.partitions[dimension]
        name = partition.fact.id
        if place is not None:
            settled[name] = _settled(settled[name], partition, place)
    definition = Definition(compiled.pack.facts, compiled.definitions, settled)
    return {rule.id: definition.truth(rule.condition) for rule in compiled.pack.rules.values()}


def _settled(state: FactState, partition: Partition, place: int) -> FactState:
    cell = partition.cells[place]
    if isinstance(cell, frozenset):
        return replace(state, statuses=frozenset({min(cell)}))
    return replace(state, value=representative(cell, partition.fact))


def representative(cell: Interval | Codes | Members | None, fact: Fact) -> Value:
    """One settled value of a cell; for "any other set" a set that no pack names."""
    match cell:
        case Interval(low, low_closed, high, high_closed):
            return exactly(_number_in(low, low_closed, high, high_closed, fact.type.is_whole))
        case Codes(possible):
            return Codes(frozenset({min(possible)}))
        case Members():
            return cell
        case None:
            return Members(frozenset({"in no pack"}))


def _number_in(
    low: Decimal | None, low_closed: bool, high: Decimal | None, high_closed: bool, whole: bool
) -> Decimal:
    if low is None:
        return Decimal(1) if high is None else (high if high_closed else high - 1)
    if whole:
        return Decimal(ceil(low)) if low_closed else Decimal(int(low) + 1)
    if low_closed:
        return low
    return low + 1 if high is None else (low + high) / 2


def skeleton_of(pack: Pack, truths: Truths) -> Skeleton:
    """What the truths of all rules come to, when nothing that may still change is left open."""
    true = [pack.rules[rule] for rule, truth in truths.items() if truth is Truth.TRUE]
    for effect, outcome in _ORDER:
        if any(rule.effect is effect for rule in true):
            return Skeleton(outcome)
    if pack.options:
        left = {r.target for r in true if r.effect is Effect.OFFER}
        left -= {r.target for r in true if r.effect is Effect.BLOCK}
        return Skeleton(Outcome.OFFER if left else Outcome.OUT_OF_SCOPE, tuple(sorted(left)))
    stated = {(rule.target, rule.value) for rule in true if rule.effect is Effect.CONCLUDE}
    return Skeleton(Outcome.CONCLUDED if stated else Outcome.OUT_OF_SCOPE, (), tuple(sorted(stated)))


def contains(cell: Interval | Codes | Members | frozenset[Status] | None, value: object) -> bool:
    """Whether a number, a code or a status lies in a cell."""
    if isinstance(cell, Interval):
        assert isinstance(value, Decimal)
        above = cell.low is None or value > cell.low or (value == cell.low and cell.low_closed)
        return above and (cell.high is None or value < cell.high or (value == cell.high and cell.high_closed))
    if isinstance(cell, Codes):
        return value in cell.possible
    assert isinstance(cell, frozenset)
    return value in cell


def numbers_to_try(fact: Fact, constants: Iterator[Decimal]) -> list[Decimal]:
    """Numbers of the domain on, beside and between the constants, and the ends of the domain."""
    step = Decimal(1) if fact.type.is_whole else Decimal("1e-9")
    marks = sorted({*constants, *(end for end in (fact.low, fact.high) if end is not None)})
    near = {mark + shift for mark in marks for shift in (-step, Decimal(0), step)}
    near |= {(a + b) / 2 for a, b in pairwise(marks) if not fact.type.is_whole}
    low = fact.low if fact.low is not None else min(near, default=Decimal(0))
    high = fact.high if fact.high is not None else max(near, default=Decimal(0))
    return sorted(number for number in near if low <= number <= high)
