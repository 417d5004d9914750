"""Cells: the finite partition of a fact's values that the conditions of one pack can tell apart.

Two values in the same cell get the same truth from every atom of the pack. The state of a fact
is then the set of cells it may be in, kept as a bit mask (bit 0 is the first cell).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import ceil

from pactolus_engine.conditions import Atom
from pactolus_engine.pack.model import (
    Comparison,
    Fact,
    Membership,
    Operator,
    SetEquality,
    Status,
    StatusTest,
)
from pactolus_engine.show import show_value
from pactolus_engine.states import FactState
from pactolus_engine.values import Codes, Interval, Members, Value

__all__ = ["Partition", "status_partition", "value_partition"]

_Cut = tuple[Decimal, bool]
"""A place on the line: just before the number (False) or just after it (True)."""


@dataclass(frozen=True, slots=True)
class Partition:
    """The cells of one fact's values, or of its statuses, and which cells make which atom true.

    `cells`: each a value (interval, codes, members) or a set of statuses; for a set fact the last
    cell, `None`, is "any other set". `true_in`: atom → mask of the cells in which it is true.
    """

    fact: Fact
    cells: tuple[Interval | Codes | Members | frozenset[Status] | None, ...]
    true_in: dict[Atom, int]

    @property
    def everything(self) -> int:
        """The mask of all cells."""
        return (1 << len(self.cells)) - 1

    def mask_of(self, state: FactState) -> int:
        """The cells this fact may be in; 0 for an optional fact that nobody sent."""
        mask = _mask([_may_be_in(state, cell) for cell in self.cells])
        if isinstance(state.value, Members) and self.cells[-1] is None:
            return self._without_other(state.value, mask)
        return mask

    def _without_other(self, seen: Members, mask: int) -> int:
        """A recorded set that is named whole, with nothing in doubt, is no other set."""
        other = 1 << (len(self.cells) - 1)
        is_named = Members(seen.surely) in self.cells and seen.possibly <= seen.surely
        return mask & ~other if is_named else mask

    def names(self, mask: int) -> tuple[str, ...]:
        """The cells of a mask, for a reader."""
        return tuple(
            _cell_name(cell, self.fact) for place, cell in enumerate(self.cells) if mask >> place & 1
        )


def value_partition(fact: Fact, atoms: Iterable[Atom]) -> Partition:
    """The cells that these atoms, all on the values of `fact`, can tell apart."""
    own = tuple(dict.fromkeys(atoms))
    if fact.type.is_ordered:
        return _ordered_partition(fact, [a for a in own if isinstance(a, Comparison)])
    if any(isinstance(atom, SetEquality) for atom in own):
        return _set_partition(fact, [a for a in own if isinstance(a, SetEquality)])
    return _code_partition(fact, [a for a in own if isinstance(a, Membership)])


def status_partition(fact: Fact, atoms: Iterable[StatusTest]) -> Partition:
    """The cells of a fact's statuses that these tests can tell apart."""
    own = tuple(dict.fromkeys(atoms))
    groups: dict[tuple[bool, ...], set[Status]] = {}
    for status in Status:
        groups.setdefault(tuple(status in a.statuses for a in own), set()).add(status)
    true_in: dict[Atom, int] = {
        atom: _mask(signature[place] for signature in groups) for place, atom in enumerate(own)
    }
    return Partition(fact, tuple(frozenset(group) for group in groups.values()), true_in)


def _mask(flags: Iterable[bool]) -> int:
    return sum([1 << place for place, flag in enumerate(flags) if flag])


# --- ordered facts ------------------------------------------------------------------------------


def _ordered_partition(fact: Fact, atoms: list[Comparison]) -> Partition:
    cuts = sorted({cut for atom in atoms for cut in _cuts(atom, fact) if _is_inside(cut, fact)})
    ends: list[_Cut | None] = [None, *cuts, None]
    cells = tuple(_between(left, right, fact) for left, right in pairwise(ends))
    true_in: dict[Atom, int] = {
        atom: _mask(_is_true_from(atom, fact, left) for left in ends[:-1]) for atom in atoms
    }
    return Partition(fact, cells, true_in)


def _cuts(atom: Comparison, fact: Fact) -> tuple[_Cut, ...]:
    """Where the atom's truth changes. Whole numbers know only "just before"."""
    at = atom.constant
    if fact.type.is_whole:
        first = Decimal(ceil(at))
        after = Decimal(int(at.to_integral_value(rounding="ROUND_FLOOR")) + 1)
        match atom.operator:
            case Operator.BELOW | Operator.AT_LEAST:
                return ((first, False),)
            case Operator.AT_MOST | Operator.ABOVE:
                return ((after, False),)
            case Operator.EQUALS:
                return ((first, False), (after, False))
    match atom.operator:
        case Operator.BELOW | Operator.AT_LEAST:
            return ((at, False),)
        case Operator.AT_MOST | Operator.ABOVE:
            return ((at, True),)
        case Operator.EQUALS:
            return ((at, False), (at, True))


def _is_inside(cut: _Cut, fact: Fact) -> bool:
    """Whether the cut has numbers of the fact's domain on both of its sides."""
    number, after = cut
    above_low = fact.low is None or number > fact.low or (number == fact.low and after)
    below_high = fact.high is None or number < fact.high or (number == fact.high and not after)
    return above_low and below_high


def _between(left: _Cut | None, right: _Cut | None, fact: Fact) -> Interval:
    low, low_closed = (fact.low, True) if left is None else (left[0], not left[1])
    high, high_closed = (fact.high, True) if right is None else (right[0], right[1])
    return Interval(low, low_closed, high, high_closed)


def _is_true_from(atom: Comparison, fact: Fact, left: _Cut | None) -> bool:
    """Whether the atom is true in the cell that starts at `left` (None: the start of the domain)."""
    cuts = _cuts(atom, fact)
    passed = [(left is not None and cut <= left) or not _reached_later(cut, fact) for cut in cuts]
    match atom.operator:
        case Operator.BELOW | Operator.AT_MOST:
            return not passed[0]
        case Operator.AT_LEAST | Operator.ABOVE:
            return passed[0]
        case Operator.EQUALS:
            return passed[0] and not passed[1]


def _reached_later(cut: _Cut, fact: Fact) -> bool:
    """False if the whole domain lies behind the cut."""
    number, after = cut
    return fact.low is None or number > fact.low or (number == fact.low and after)


# --- coded facts and sets -------------------------------------------------------------------------


def _code_partition(fact: Fact, atoms: list[Membership]) -> Partition:
    groups: dict[tuple[bool, ...], set[str]] = {}
    for code in fact.codes:
        groups.setdefault(tuple(code in atom.codes for atom in atoms), set()).add(code)
    true_in: dict[Atom, int] = {
        atom: _mask(signature[place] for signature in groups) for place, atom in enumerate(atoms)
    }
    return Partition(fact, tuple(Codes(frozenset(group)) for group in groups.values()), true_in)


def _set_partition(fact: Fact, atoms: list[SetEquality]) -> Partition:
    named = list(dict.fromkeys(atom.members for atom in atoms))
    true_in: dict[Atom, int] = {atom: 1 << named.index(atom.members) for atom in atoms}
    return Partition(fact, (*(Members(members) for members in named), None), true_in)


# --- which cells a state touches --------------------------------------------------------------------


def _may_be_in(state: FactState, cell: Interval | Codes | Members | frozenset[Status] | None) -> bool:
    if isinstance(cell, frozenset):
        return bool(state.statuses & cell)
    match state.value, cell:
        case None, _:
            return False
        case Interval() as value, Interval():
            return _overlap(value, cell)
        case Codes(possible), Codes(members):
            return bool(possible & members)
        case Members() as seen, Members(members):
            return seen.surely <= members
        case Members(), None:
            return True
    raise AssertionError("a cell meets only values of its own fact")


def _overlap(one: Interval, other: Interval) -> bool:
    return _starts_before_end(one, other) and _starts_before_end(other, one)


def _starts_before_end(one: Interval, other: Interval) -> bool:
    if one.low is None or other.high is None or one.low < other.high:
        return True
    return one.low == other.high and one.low_closed and other.high_closed


def _cell_name(cell: Value | frozenset[Status] | None, fact: Fact) -> str:
    if cell is None:
        return "any other set"
    if isinstance(cell, frozenset):
        return " or ".join(sorted(cell))
    return show_value(cell, fact)
