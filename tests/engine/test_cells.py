"""Which cells a pack's conditions make, and which of them a value may be in."""

import pytest

from pactolus_engine.cells import Partition, status_partition, value_partition
from pactolus_engine.pack.model import Fact, Status
from pactolus_engine.states import FactState
from pactolus_engine.values import Interval, Value
from tests.support.small_packs import (
    a_code,
    a_fraction,
    a_set,
    a_whole,
    codes,
    compared,
    is_one_of,
    is_set,
    members,
    point,
    range_of,
    stands,
)

_KNOWN = frozenset({Status.KNOWN})


def _cells(fact: Fact, *tests: str) -> Partition:
    """The partition for tests written `below 1e-5`."""
    return value_partition(fact, [compared(fact.id, *text.split()) for text in tests])


def _mask(partition: Partition, value: Value | None) -> int:
    return partition.mask_of(FactState(partition.fact.id, value, _KNOWN))


@pytest.mark.parametrize(
    ("tests", "cells"),
    [
        (["below 1e-5"], ["[0, 1e-5)", "[1e-5, 1]"]),
        (["at-least 1e-5"], ["[0, 1e-5)", "[1e-5, 1]"]),
        (["at-most 1e-5"], ["[0, 1e-5]", "(1e-5, 1]"]),
        (["above 1e-5"], ["[0, 1e-5]", "(1e-5, 1]"]),
        (["equals 1e-5"], ["[0, 1e-5)", "[1e-5, 1e-5]", "(1e-5, 1]"]),
        (["below 1e-5", "above 1.0e-5"], ["[0, 1e-5)", "[1e-5, 1e-5]", "(1e-5, 1]"]),
        (["below 1e-6", "below 1e-5"], ["[0, 1e-6)", "[1e-6, 1e-5)", "[1e-5, 1]"]),
        (["below 0"], ["[0, 1]"]),
        (["at-least 0"], ["[0, 1]"]),
        (["above 0"], ["[0, 0]", "(0, 1]"]),
        (["at-least 1"], ["[0, 1)", "[1, 1]"]),
        (["at-most 1"], ["[0, 1]"]),
        (["equals 2"], ["[0, 1]"]),
    ],
)
def test_cells_of_a_fraction(tests: list[str], cells: list[str]) -> None:
    partition = _cells(a_fraction(), *tests)
    assert list(partition.cells) == [range_of(cell) for cell in cells]


@pytest.mark.parametrize(
    ("tests", "cells"),
    [
        (["below 6"], ["[0, 6)", "[6, 24]"]),
        (["at-most 5"], ["[0, 6)", "[6, 24]"]),
        (["above 5"], ["[0, 6)", "[6, 24]"]),
        (["at-least 6", "at-most 5"], ["[0, 6)", "[6, 24]"]),
        (["equals 6"], ["[0, 6)", "[6, 7)", "[7, 24]"]),
        (["equals 24"], ["[0, 24)", "[24, 24]"]),
    ],
)
def test_cells_of_a_whole_number(tests: list[str], cells: list[str]) -> None:
    partition = _cells(a_whole(), *tests)
    assert list(partition.cells) == [range_of(cell) for cell in cells]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("[0, 0]", 0b001),
        ("[9.99e-7, 9.99e-7]", 0b001),
        ("[1e-6, 1e-6]", 0b010),
        ("[9.99e-6, 9.99e-6]", 0b010),
        ("[1e-5, 1e-5]", 0b100),
        ("[0, 1e-5)", 0b011),
        ("[0, 1e-5]", 0b111),
        ("(1e-6, 1e-5)", 0b010),
        ("[1e-5, 1]", 0b100),
        ("[0, 1e-6]", 0b011),
        ("[0, 1]", 0b111),
        ("[1e-7, ]", 0b111),
    ],
)
def test_cells_that_an_interval_may_be_in(value: str, expected: int) -> None:
    partition = _cells(a_fraction(), "below 1e-6", "below 1e-5")
    assert _mask(partition, range_of(value)) == expected


def test_a_fact_that_nobody_sent_and_is_optional_is_in_no_cell() -> None:
    assert _mask(_cells(a_fraction(), "below 1e-5"), None) == 0


def test_codes_fall_apart_only_where_a_condition_tells_them_apart() -> None:
    first, second = is_one_of("code", "a"), is_one_of("code", "a", "b")
    partition = value_partition(a_code(values=("a", "b", "c", "d")), [first, second, first])
    assert partition.cells == (codes("a"), codes("b"), codes("c", "d"))
    assert partition.true_in == {first: 0b001, second: 0b011}
    assert _mask(partition, codes("b", "d")) == 0b110


@pytest.mark.parametrize(
    ("surely", "possibly", "expected"),
    [
        ("ikrd", "", 0b001),
        ("ikrd", "i", 0b001),
        ("ikrd", "x", 0b101),
        ("ikr", "", 0b101),
        ("", "", 0b111),
        ("ikrdx", "", 0b100),
        ("xk", "", 0b010),
        ("x", "k", 0b110),
    ],
)
def test_sets(surely: str, possibly: str, expected: int) -> None:
    """A set named whole is no other one; a set with a member too many is surely another one."""
    partition = value_partition(a_set(), [is_set("drugs", "ikrd"), is_set("drugs", "kx")])
    assert _mask(partition, members(surely, possibly)) == expected


def test_statuses() -> None:
    unsure, wait = stands("mrd", "unreadable", "disagreeing"), stands("mrd", "not-final")
    partition = status_partition(a_fraction(), [unsure, wait])
    state = FactState("mrd", point(0), frozenset({Status.KNOWN, Status.DISAGREEING}))
    possible = partition.names(partition.mask_of(state))
    assert possible == ("known or missing or unusable", "disagreeing or unreadable")
    assert partition.true_in[unsure] | partition.true_in[wait] == partition.everything & ~1


def test_cells_are_named_for_a_reader() -> None:
    partition = _cells(a_fraction(), "below 1e-5")
    assert partition.names(0b11) == ("[0, 1e-5)", "[1e-5, 1]")
    sets = value_partition(a_set(), [is_set("drugs", "ik")])
    assert sets.names(0b11) == ("i, k", "any other set")


def test_an_unbounded_fact_has_cells_without_end() -> None:
    fact = a_fraction(low=None, high=None)
    assert list(_cells(fact, "below 3").cells) == [
        Interval(None, True, point(3).low, False),
        Interval(point(3).low, True, None, True),
    ]
