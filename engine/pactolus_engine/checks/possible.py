"""Whether a condition can be true, and whether it can be false, over the cells of its facts."""

from collections.abc import Iterable

from pactolus_engine.cells import Partition, status_partition, value_partition
from pactolus_engine.conditions import Atom, Branch, TooManyBranches, atoms_of, branches_when
from pactolus_engine.pack.model import Condition, Fact, StatusTest

__all__ = ["can_be"]

_MOST_BRANCHES = 64


def can_be(condition: Condition, wanted: bool, facts: dict[str, Fact]) -> bool:
    """Whether some values of the facts make the inlined condition true (`wanted`) or false.

    Each fact is looked at by itself: facts that follow from each other are not. True when the condition is too
    large to be looked at.
    """
    try:
        branches = branches_when(condition, wanted, _MOST_BRANCHES)
    except TooManyBranches:
        return True
    partitions = _partitions(atoms_of(condition), facts)
    return any(_is_possible(branch, partitions) for branch in branches)


def _partitions(atoms: Iterable[Atom], facts: dict[str, Fact]) -> dict[tuple[str, bool], Partition]:
    """(fact, whether it is about the status) → the cells that the condition tells apart."""
    grouped: dict[tuple[str, bool], list[Atom]] = {}
    for atom in atoms:
        grouped.setdefault(_dimension(atom), []).append(atom)
    return {
        dimension: status_partition(facts[dimension[0]], [a for a in own if isinstance(a, StatusTest)])
        if dimension[1]
        else value_partition(facts[dimension[0]], own)
        for dimension, own in grouped.items()
    }


def _dimension(atom: Atom) -> tuple[str, bool]:
    return atom.fact, isinstance(atom, StatusTest)


def _is_possible(branch: Branch, partitions: dict[tuple[str, bool], Partition]) -> bool:
    """Whether each fact has a cell in which all that the branch asks of it holds."""
    masks = {dimension: partition.everything for dimension, partition in partitions.items()}
    for atom, wanted in branch:
        true_in = partitions[_dimension(atom)].true_in[atom]
        masks[_dimension(atom)] &= true_in if wanted else ~true_in
    return all(masks.values())
