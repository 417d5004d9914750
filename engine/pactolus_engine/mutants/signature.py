"""Signatures: conditions with equal signatures are equally true in every state of the facts.

Atoms become sets of cells of a partition that all the conditions share, so that `below 6` and `at-most
5` of a whole number are one. In normal form a set of cells takes in the smaller ones it holds, which
keeps Kleene's truth: if one set lies in another, the first is never truer than the second. Equal
signatures prove equal truth; different ones prove nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pactolus_engine.cells import Partition, status_partition, value_partition
from pactolus_engine.conditions import Atom, TooManyBranches, atoms_of, branches_when
from pactolus_engine.pack.model import Absence, Condition, Fact, StatusTest

__all__ = ["Signature", "Signatures"]

_MAXIMUM_BRANCHES = 64

_Cells = frozenset[tuple[str, int]]
"""Dimension and the cells it must lie in, for one branch of a normal form."""

Signature = tuple[frozenset[_Cells], frozenset[_Cells]]
"""When the condition is true, and when it is false."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Signatures over one shared partition of every fact."""

    partitions: Mapping[str, Partition]

    @classmethod
    def over(cls, conditions: Iterable[Condition], facts: Mapping[str, Fact]) -> "Signatures":
        """For comparing these conditions (definitions put in) with each other, and no others."""
        by_dimension: defaultdict[str, list[Atom]] = defaultdict(list)
        for condition in conditions:
            for atom in atoms_of(condition):
                by_dimension[_dimension(atom)].append(atom)
        return cls({name: _partition(own, facts) for name, own in by_dimension.items()})

    def of(self, condition: Condition) -> Signature | None:
        """None when the normal form has too many branches."""
        try:
            when = [branches_when(condition, wanted, _MAXIMUM_BRANCHES) for wanted in (True, False)]
        except TooManyBranches:
            return None
        true, false = (self._least(self._cells(branch) for branch in branches) for branches in when)
        return true, false

    def may_be_true(self, condition: Condition) -> bool:
        """Whether some state makes the condition true; also true when that is too much to tell."""
        found = self.of(condition)
        return found is None or any(map(self._holds_together, found[0]))

    def _holds_together(self, branch: _Cells) -> bool:
        """Whether the parts of a branch on one dimension share a cell."""
        left = {name: self.partitions[name].everything for name, _ in branch}
        for name, mask in branch:
            left[name] &= mask
        return all(left.values())

    def _cells(self, branch: frozenset[tuple[Atom, bool]]) -> _Cells | None:
        """The branch without what always holds and without what another of its parts implies; None if it
        asks for what no cell can give."""
        asked: set[tuple[str, int]] = set()
        for atom, wanted in branch:
            partition = self.partitions[_dimension(atom)]
            mask = partition.true_in[atom] if wanted else partition.everything & ~partition.true_in[atom]
            if not mask:
                return None
            if mask != partition.everything or self._may_be_absent(atom, partition):
                asked.add((_dimension(atom), mask))
        return frozenset(one for one in asked if not any(_lies_in(other, one) for other in asked))

    def _may_be_absent(self, atom: Atom, partition: Partition) -> bool:
        """Then even a test that holds in every cell may be unknown."""
        return not isinstance(atom, StatusTest) and partition.fact.absence is Absence.OPTIONAL

    def _least(self, branches: Iterable[_Cells | None]) -> frozenset[_Cells]:
        possible = {branch for branch in branches if branch is not None}
        return frozenset(
            one for one in possible if not any(other != one and _implies(one, other) for other in possible)
        )


def _implies(one: _Cells, other: _Cells) -> bool:
    """Whether the first branch is never truer than the second."""
    return all(asked in one or any(_lies_in(own, asked) for own in one) for asked in other)


def _lies_in(one: tuple[str, int], other: tuple[str, int]) -> bool:
    """Whether the first set of cells of a dimension is a smaller part of the second."""
    return one[0] == other[0] and one[1] != other[1] and not one[1] & ~other[1]


def _dimension(atom: Atom) -> str:
    return f"{atom.fact}:status" if isinstance(atom, StatusTest) else atom.fact


def _partition(atoms: list[Atom], facts: Mapping[str, Fact]) -> Partition:
    fact = facts[atoms[0].fact]
    if isinstance(atoms[0], StatusTest):
        return status_partition(fact, [atom for atom in atoms if isinstance(atom, StatusTest)])
    return value_partition(fact, atoms)
