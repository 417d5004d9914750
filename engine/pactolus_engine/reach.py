"""What a condition can come to at all, by the cells and the standings that each of its facts may have.

Facts are taken one by one, as if any state of one could stand beside any state of another. What is called
impossible here is therefore impossible; what is called possible may still be kept out by two facts that
never go together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from itertools import combinations

from pactolus_engine.cells import Partition
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.conditions import Atom
from pactolus_engine.kleene import Truth, negation, of_all_cases
from pactolus_engine.pack.model import (
    Absence,
    All,
    Any,
    Condition,
    Defined,
    Fact,
    Not,
    Several,
    Status,
    StatusTest,
)
from pactolus_engine.states import FactState
from pactolus_engine.values import Codes, Interval, exactly

__all__ = ["Leaf", "Node", "Reach", "Tree", "settle", "tree_of"]

MAXIMUM_STEPS = 20_000
"""Conditions looked at before nothing is called impossible any more."""

MAXIMUM_CELLS = 10
"""Cells of one coded fact, above which each may stand beside any other and nothing is claimed."""

_ALL_TRUTHS = frozenset(Truth)
_KNOWN = frozenset({Status.KNOWN})
_WITHOUT_VALUE = (Status.UNUSABLE, Status.NOT_FINAL, Status.UNREADABLE)


# --- a condition with some of its atoms settled -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leaf:
    """An atom, or the name of a definition, that is open; `holds` is false where it stands negated."""

    atom: Atom | Defined
    holds: bool


@dataclass(frozen=True, slots=True)
class Node:
    """Parts of which all (`is_all`), or any, must be true."""

    is_all: bool
    parts: tuple["Tree", ...]


Tree = Truth | Leaf | Node
"""A condition with negation pushed to its atoms; a truth where it is settled."""


def tree_of(condition: Condition, holds: bool = True) -> Tree:
    """The tree of a condition, or of its negation; a definition stays the name that it is."""
    match condition:
        case Not(part):
            return tree_of(part, not holds)
        case All(parts) | Any(parts):
            return Node(isinstance(condition, All) == holds, tuple(tree_of(part, holds) for part in parts))
        case _:
            return Leaf(condition, holds)


def settle(tree: Tree, truths: Mapping[Atom | Defined, Truth]) -> Tree:
    """What is left of a tree when these atoms and definitions are known to come out so."""
    match tree:
        case Leaf(atom, holds):
            if atom not in truths:
                return tree
            return truths[atom] if holds else negation(truths[atom])
        case Node(is_all, parts):
            return _joined(is_all, [settle(part, truths) for part in parts])
        case _:
            return tree


def _joined(is_all: bool, parts: list[Tree]) -> Tree:
    decides, says_nothing = (Truth.FALSE, Truth.TRUE) if is_all else (Truth.TRUE, Truth.FALSE)
    if decides in parts:
        return decides
    left = tuple(dict.fromkeys(part for part in parts if part is not says_nothing))
    if not left:
        return says_nothing
    return left[0] if len(left) == 1 else Node(is_all, left)


def _leaves(tree: Tree) -> Iterator[Atom]:
    if isinstance(tree, Leaf):
        assert not isinstance(tree.atom, Defined), "definitions are put in before a search"
        yield tree.atom
    elif isinstance(tree, Node):
        for part in tree.parts:
            yield from _leaves(part)


# --- what can come out -----------------------------------------------------------------------------------


_Way = dict[Atom | Defined, Truth]
"""How every atom on one fact comes out together."""


class _BoundMet(Exception):
    """The search was longer than is allowed."""


@dataclass(slots=True)
class Reach:
    """Questions to one compiled pack. `steps`: how far one question may search.

    `has_samples`: whether a fact may have several samples, which may then disagree.
    """

    compiled: CompiledPack
    steps: int = MAXIMUM_STEPS
    has_samples: bool = True
    _ways: dict[str, tuple[_Way, ...]] = field(default_factory=dict)

    def truths(self, condition: Condition) -> frozenset[Truth]:
        """The truths that an inlined condition may have; all of them when the bound is met."""
        seen: dict[Tree, frozenset[Truth]] = {}
        try:
            return self._truths(tree_of(condition), seen)
        except _BoundMet:
            return _ALL_TRUTHS

    def _truths(self, tree: Tree, seen: dict[Tree, frozenset[Truth]]) -> frozenset[Truth]:
        if isinstance(tree, Truth):
            return frozenset({tree})
        if tree not in seen:
            if len(seen) >= self.steps:
                raise _BoundMet
            found: set[Truth] = set()
            for way in self._ways_of(next(_leaves(tree)).fact):
                found |= self._truths(settle(tree, way), seen)
                if len(found) == len(_ALL_TRUTHS):
                    break
            seen[tree] = frozenset(found)
        return seen[tree]

    def differ(self, one: Tree, other: Tree, third: Tree, wanted: Truth) -> bool:
        """Whether some states make one tree true and the other false, or the other way round, while a third
        one has this truth. Definitions are put in. True when the bound is met: then nothing is impossible.
        """
        try:
            return self._differ((one, other, third), wanted, set())
        except _BoundMet:
            return True

    def _differ(self, trees: tuple[Tree, Tree, Tree], wanted: Truth, seen: set[object]) -> bool:
        one, other, third = trees
        if one == other or Truth.UNKNOWN in (one, other) or trees in seen:
            return False
        if isinstance(third, Truth) and third is not wanted:
            return False
        left = [tree for tree in trees if not isinstance(tree, Truth)]
        if not left:
            return True
        if len(seen) >= self.steps:
            raise _BoundMet
        seen.add(trees)
        ways = self._ways_of(next(_leaves(left[-1])).fact)
        return any(
            self._differ((settle(one, way), settle(other, way), settle(third, way)), wanted, seen)
            for way in ways
        )

    def _ways_of(self, fact: str) -> tuple[_Way, ...]:
        """Every way in which the pack's atoms on one fact can come out together."""
        if fact not in self._ways:
            atoms = tuple(atom for atom in self.compiled.atoms if atom.fact == fact)
            kinds = (
                (mask, statuses)
                for mask, statuses in _kinds(self.compiled, self.compiled.pack.facts[fact])
                if self.has_samples or Status.DISAGREEING not in statuses
            )
            partition = self.compiled.partitions.get(fact)
            ways = dict.fromkeys(
                tuple(_truth(atom, mask, statuses, partition) for atom in atoms) for mask, statuses in kinds
            )
            self._ways[fact] = tuple(_Way(zip(atoms, way, strict=True)) for way in ways)
        return self._ways[fact]


# --- the states of one fact ------------------------------------------------------------------------------

_Kind = tuple[int, frozenset[Status]]
"""The cells a fact may be in (0: optional and not sent), and how it may stand."""


def _truth(atom: Atom, mask: int, statuses: frozenset[Status], partition: Partition | None) -> Truth:
    if isinstance(atom, StatusTest):
        return of_all_cases(bool(statuses & atom.statuses), bool(statuses - atom.statuses))
    assert partition is not None
    true_in = partition.true_in[atom]
    return of_all_cases(bool(mask & true_in), bool(mask & ~true_in)) if mask else Truth.UNKNOWN


def _kinds(compiled: CompiledPack, fact: Fact) -> Iterator[_Kind]:
    """Every state of a fact, as far as its atoms can tell."""
    partition = compiled.partitions.get(fact.id)
    masks = _masks(fact, partition) if partition else (1,)
    everything = partition.everything if partition else 1
    if fact.derivation is not None:
        yield from _derived(compiled, fact, masks)
        return
    yield from ((mask, _KNOWN) for mask in masks)
    yield _absent(fact, partition, everything), frozenset({Status.MISSING})
    yield from ((everything, frozenset({status})) for status in _WITHOUT_VALUE)
    if _may_disagree(fact, partition):
        several = [mask for mask in masks if mask.bit_count() > 1]
        for statuses in ({Status.DISAGREEING}, {Status.KNOWN, Status.DISAGREEING}):
            yield from ((mask, frozenset(statuses)) for mask in several)


def _may_disagree(fact: Fact, partition: Partition | None) -> bool:
    return fact.several is Several.AGREE and partition is not None and len(partition.cells) > 1


def _absent(fact: Fact, partition: Partition | None, everything: int) -> int:
    if fact.absence is Absence.OPTIONAL:
        return 0
    if fact.absence is Absence.REQUIRED or partition is None:
        return everything
    stated = fact.assumed_value
    value = exactly(Decimal(stated)) if fact.type.is_ordered else Codes(frozenset({stated}))
    return partition.mask_of(FactState(fact.id, value, _KNOWN))


def _derived(compiled: CompiledPack, fact: Fact, masks: tuple[int, ...]) -> Iterator[_Kind]:
    """A derived fact stands as its inputs do, and is unreadable when they cannot both be right."""
    assert fact.derivation is not None
    standings = {Status.KNOWN, Status.MISSING, *_WITHOUT_VALUE}
    for given in fact.derivation.inputs:
        own = compiled.pack.facts.get(given)
        if own is not None and _may_disagree(own, compiled.partitions.get(given)):
            standings.add(Status.DISAGREEING)
    yield from ((mask, frozenset({status})) for status in sorted(standings) for mask in masks)
    if fact.absence is Absence.OPTIONAL:
        yield 0, frozenset({Status.MISSING})


def _masks(fact: Fact, partition: Partition) -> tuple[int, ...]:
    """The sets of cells that a value may lie in: neighbours of an ordered fact, any of another."""
    count = len(partition.cells)
    if fact.type.is_ordered:
        runs = ((first, last) for first in range(count) for last in range(first, count))
        return tuple(
            (1 << last + 1) - (1 << first) for first, last in runs if not _is_suspect(fact, partition, first)
        )
    if count > MAXIMUM_CELLS:
        raise _BoundMet
    places = [1 << place for place in range(count)]
    groups = (group for size in range(1, count + 1) for group in combinations(places, size))
    return tuple(reduce(int.__or__, group) for group in groups)


def _is_suspect(fact: Fact, partition: Partition, first: int) -> bool:
    """Whether all values from this cell on are too high to be read."""
    cell = partition.cells[first]
    limit = fact.suspect_from
    return isinstance(cell, Interval) and limit is not None and cell.low is not None and cell.low >= limit
