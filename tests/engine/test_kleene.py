"""Kleene's tables, as the rule language prints them."""

import pytest

from pactolus_engine.kleene import Truth, conjunction, disjunction, negation, of_all_cases

_T, _F, _U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN

# left, right, all, any
_TABLE = [
    (_T, _T, _T, _T),
    (_T, _F, _F, _T),
    (_T, _U, _U, _T),
    (_F, _T, _F, _T),
    (_F, _F, _F, _F),
    (_F, _U, _F, _U),
    (_U, _T, _U, _T),
    (_U, _F, _F, _U),
    (_U, _U, _U, _U),
]


@pytest.mark.parametrize(("left", "right", "both", "either"), _TABLE)
def test_all_and_any(left: Truth, right: Truth, both: Truth, either: Truth) -> None:
    assert conjunction([left, right]) is both
    assert disjunction([left, right]) is either


@pytest.mark.parametrize(("part", "expected"), [(_T, _F), (_F, _T), (_U, _U)])
def test_not(part: Truth, expected: Truth) -> None:
    assert negation(part) is expected


def test_of_nothing() -> None:
    assert conjunction([]) is _T
    assert disjunction([]) is _F


@pytest.mark.parametrize(
    ("holds", "fails", "expected"), [(True, False, _T), (False, True, _F), (True, True, _U)]
)
def test_over_all_possible_cases(holds: bool, fails: bool, expected: Truth) -> None:
    assert of_all_cases(holds, fails) is expected


def test_letters() -> None:
    assert [truth.letter for truth in (_T, _F, _U)] == ["t", "f", "u"]
