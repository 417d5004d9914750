"""Conditions as the matchers take them: definitions put in, atoms named, normal forms."""

from collections.abc import Iterator, Mapping

from pactolus_engine.pack.model import (
    All,
    Any,
    Comparison,
    Condition,
    Defined,
    Membership,
    Not,
    SetEquality,
    StatusTest,
)

__all__ = ["Atom", "Branch", "TooManyBranches", "atoms_of", "branches_when", "inline"]

Atom = Comparison | Membership | SetEquality | StatusTest

Branch = frozenset[tuple[Atom, bool]]
"""Atoms that must be true (`True`) or false (`False`) together; unknown satisfies neither."""


class TooManyBranches(Exception):
    """The disjunctive normal form exceeds the limit it was asked for."""


def inline(condition: Condition, definitions: Mapping[str, Condition]) -> Condition:
    """The condition with every defined name replaced by what it stands for.

    Definitions are free of cycles: the pack reader has seen to that.
    """
    match condition:
        case Defined(name):
            return inline(definitions[name], definitions)
        case Not(part):
            return Not(inline(part, definitions))
        case All(parts):
            return All(tuple(inline(part, definitions) for part in parts))
        case Any(parts):
            return Any(tuple(inline(part, definitions) for part in parts))
        case _:
            return condition


def atoms_of(condition: Condition) -> Iterator[Atom]:
    """Every atom of an inlined condition, in order, repeats included."""
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from atoms_of(part)
        case Not(part):
            yield from atoms_of(part)
        case Defined():
            raise AssertionError("definitions are inlined before atoms are taken")
        case _:
            yield condition


def branches_when(condition: Condition, wanted: bool, limit: int) -> frozenset[Branch]:
    """The disjunctive normal form of `condition` being true (`wanted`) or being false.

    Kleene's logic is a distributive lattice with De Morgan's laws, so pushing `not` down to the
    atoms and distributing keep the truth; a branch that asks an atom to be both can never match
    and goes; so does a branch that asks for more than another one. Raises `TooManyBranches` when
    there are more than `limit` on the way.
    """
    match condition:
        case Not(part):
            return branches_when(part, not wanted, limit)
        case All(parts) | Any(parts):
            forms = [branches_when(part, wanted, limit) for part in parts]
            join_all = isinstance(condition, All) == wanted
            return _product(forms, limit) if join_all else _least(_union(forms), limit)
        case Defined():
            raise AssertionError("definitions are inlined before normal forms are taken")
        case _:
            return frozenset({frozenset({(condition, wanted)})})


def _union(forms: list[frozenset[Branch]]) -> set[Branch]:
    return set().union(*forms)


def _product(forms: list[frozenset[Branch]], limit: int) -> frozenset[Branch]:
    product: frozenset[Branch] = frozenset({frozenset()})
    for form in forms:
        if len(product) * len(form) > limit * limit:
            raise TooManyBranches
        product = _least({left | right for left in product for right in form}, limit)
    return product


def _least(branches: set[Branch], limit: int) -> frozenset[Branch]:
    possible = [branch for branch in branches if not _asks_both(branch)]
    if len(possible) > limit * limit:
        raise TooManyBranches
    least = frozenset(b for b in possible if not any(other < b for other in possible))
    if len(least) > limit:
        raise TooManyBranches
    return least


def _asks_both(branch: Branch) -> bool:
    return len({atom for atom, _ in branch}) < len(branch)
