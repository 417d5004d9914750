"""Definitions put in, atoms in order, and normal forms that mean what the condition means."""

from itertools import product

import pytest

from pactolus_engine.conditions import Branch, TooManyBranches, atoms_of, branches_when, inline
from pactolus_engine.kleene import Truth, conjunction, disjunction, negation
from pactolus_engine.pack.model import All, Any, Condition, Defined, Not
from tests.support.small_packs import is_one_of

A, B, C, D = (is_one_of(name, "true") for name in ("a", "b", "c", "d"))


def test_definitions_are_put_in_at_every_depth() -> None:
    definitions: dict[str, Condition] = {"inner": Any((A, B)), "outer": Not(Defined("inner"))}
    assert inline(All((Defined("outer"), C)), definitions) == All((Not(Any((A, B))), C))


def test_atoms_come_in_order_with_repeats() -> None:
    assert list(atoms_of(All((A, Not(Any((B, A))))))) == [A, B, A]


def _branch(*letters: tuple[Condition, bool]) -> Branch:
    return frozenset(letters)  # type: ignore[arg-type]  # every condition here is an atom


@pytest.mark.parametrize(
    ("condition", "wanted", "expected"),
    [
        (A, True, {_branch((A, True))}),
        (A, False, {_branch((A, False))}),
        (Not(A), True, {_branch((A, False))}),
        (All((A, B)), True, {_branch((A, True), (B, True))}),
        (All((A, B)), False, {_branch((A, False)), _branch((B, False))}),
        (Any((A, B)), True, {_branch((A, True)), _branch((B, True))}),
        (Any((A, B)), False, {_branch((A, False), (B, False))}),
        (All((A, Not(A))), True, set()),
        (Any((A, All((A, B)))), True, {_branch((A, True))}),
        (All((Any((A, B)), C)), True, {_branch((A, True), (C, True)), _branch((B, True), (C, True))}),
    ],
)
def test_normal_forms(condition: Condition, wanted: bool, expected: set[Branch]) -> None:
    assert branches_when(condition, wanted, 64) == expected


_CONDITIONS = [
    All((Any((A, B)), Any((Not(A), C)))),
    Not(Any((All((A, Not(B))), All((C, Not(All((A, D)))))))),
    Any((All((A, Not(A))), All((B, Any((C, Not(D))))))),
    Not(Not(Any((A, Not(A))))),
]


def _truth(condition: Condition, values: dict[Condition, Truth]) -> Truth:
    match condition:
        case All(parts):
            return conjunction(_truth(part, values) for part in parts)
        case Any(parts):
            return disjunction(_truth(part, values) for part in parts)
        case Not(part):
            return negation(_truth(part, values))
        case _:
            return values[condition]


@pytest.mark.parametrize("condition", _CONDITIONS)
def test_a_branch_matches_exactly_when_the_condition_is_so(condition: Condition) -> None:
    for truths in product(Truth, repeat=4):
        values: dict[Condition, Truth] = dict(zip((A, B, C, D), truths, strict=True))
        for wanted in (True, False):
            asked = Truth.TRUE if wanted else Truth.FALSE
            matches = any(
                all(values[atom] is (Truth.TRUE if letter else Truth.FALSE) for atom, letter in branch)
                for branch in branches_when(condition, wanted, 64)
            )
            assert matches is (_truth(condition, values) is asked)


def test_the_limit_is_kept_to_the_letter() -> None:
    choices = [Any(tuple(is_one_of(f"f{row}{column}", "true") for column in range(2))) for row in range(3)]
    assert len(branches_when(All(tuple(choices)), True, 8)) == 8
    with pytest.raises(TooManyBranches):
        branches_when(All(tuple(choices)), True, 7)


def test_a_huge_product_is_refused_before_it_is_made() -> None:
    choices = [Any(tuple(is_one_of(f"f{row}-{n}", "true") for n in range(40))) for row in range(40)]
    with pytest.raises(TooManyBranches):
        branches_when(All(tuple(choices)), True, 64)
