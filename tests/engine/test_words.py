"""Cells and tests in words: the ends of a domain unsaid, whole numbers with both ends, codes in the pack's order."""

import pytest

from pactolus_engine import words as told
from pactolus_engine.pack.model import Fact, SetEquality, Status
from pactolus_engine.values import Codes, Value
from tests.support.small_packs import (
    a_code,
    a_date,
    a_fraction,
    a_set,
    a_whole,
    codes,
    compared,
    days,
    is_one_of,
    members,
    point,
    range_of,
    stands,
)


@pytest.mark.parametrize(
    ("fact", "cell", "words"),
    [
        (a_fraction(), range_of("[0, 1e-5)"), "below 1e-5"),
        (a_fraction(), range_of("[1e-5, 1]"), "at or above 1e-5"),
        (a_fraction(), range_of("(1e-5, 1]"), "above 1e-5"),
        (a_fraction(), range_of("[0, 1e-5]"), "at or below 1e-5"),
        (a_fraction(), range_of("[1e-6, 1e-5)"), "at or above 1e-6 and below 1e-5"),
        (a_fraction(), range_of("[0, 1]"), "any"),
        (a_fraction(), point("1e-5"), "exactly 1e-5"),
        (a_whole(), range_of("[6, 7)"), "6 {cycles}"),
        (a_whole(), range_of("[0, 6)"), "at or below 5 {cycles}"),
        (a_whole(), range_of("[7, 24]"), "at or above 7 {cycles}"),
        (a_whole(), range_of("[5, 9)"), "5 to 8 {cycles}"),
        (a_date(), days("2026-01-01", "2026-01-31"), "2026-01-01 to 2026-01-31"),
        (a_date(), days("2026-01-01"), "2026-01-01"),
        (a_code(values=("sCR", "CR", "PR")), codes("PR", "sCR"), "sCR or PR"),
        (a_set(), members("ki"), "exactly i, k"),
        (a_set(), None, "any other set"),
        (a_fraction(), frozenset({Status.NOT_FINAL, Status.UNREADABLE}), "not final or not readable"),
    ],
)
def test_a_cell(fact: Fact, cell: Value | frozenset[Status] | None, words: str) -> None:
    assert told.cell_words(cell, fact) == words


def test_a_test_and_its_denial() -> None:
    mrd, code = a_fraction(), a_code()
    assert told.test_words(compared("mrd", "below", "1e-5"), mrd) == "below 1e-5"
    assert told.literal_words(compared("mrd", "below", "1e-5"), False, mrd) == "at or above 1e-5"
    assert told.literal_words(compared("mrd", "at-most", "1e-5"), False, mrd) == "above 1e-5"
    assert told.literal_words(compared("mrd", "equals", "1e-5"), False, mrd) == "not exactly 1e-5"
    assert told.literal_words(is_one_of("code", "a"), False, code) == "b or c"
    assert told.literal_words(is_one_of("code", "a", "b"), True, code) == "a or b"
    assert told.literal_words(SetEquality("drugs", frozenset("ik")), False, a_set()) == "not exactly i, k"
    assert told.test_words(stands("mrd", "missing"), mrd) == "not sent"


def test_codes_that_the_fact_does_not_list_are_told_all_the_same() -> None:
    assert told.cell_words(Codes(frozenset({"z"})), a_code()) == "z"
