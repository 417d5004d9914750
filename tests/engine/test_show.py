"""Numbers, values and atoms as a reader sees them: exact, and without needless zeros."""

from dataclasses import replace
from decimal import Decimal, localcontext

import pytest

from pactolus_engine.conditions import Atom
from pactolus_engine.pack.model import Fact, Status
from pactolus_engine.show import show_atom, show_number, show_state, show_value
from pactolus_engine.states import FactState
from pactolus_engine.values import Value
from tests.support.small_packs import (
    a_code,
    a_date,
    a_fraction,
    a_set,
    a_whole,
    codes,
    compared,
    days,
    derived,
    is_one_of,
    is_set,
    members,
    point,
    range_of,
    reading,
    stands,
)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("0", "0"),
        ("0.000", "0"),
        ("0E-10", "0"),
        ("-0", "0"),
        ("1e-5", "1e-5"),
        ("1.0e-5", "1e-5"),
        ("0.00001", "1e-5"),
        ("9.99e-6", "9.99e-6"),
        ("0.001", "0.001"),
        ("0.0001", "1e-4"),
        ("0.05", "0.05"),
        ("6", "6"),
        ("6.0", "6"),
        ("100", "100"),
        ("1e2", "100"),
        ("1234567", "1234567"),
        ("12345678", "1.2345678e7"),
        ("-7", "-7"),
        ("-1.5e-8", "-1.5e-8"),
        ("1.234567890123456789012345678901234567e-6", "1.234567890123456789012345678901234567e-6"),
    ],
)
def test_numbers(written: str, shown: str) -> None:
    assert show_number(Decimal(written)) == shown


@pytest.mark.parametrize("written", ["0.123456789", "1.23456789e-6", "98765.4321"])
def test_numbers_do_not_depend_on_the_context(written: str) -> None:
    with localcontext() as context:
        context.prec = 3
        assert Decimal(show_number(Decimal(written))) == Decimal(written)


MRD, CYCLES, DAY, CODE, DRUGS = a_fraction(), a_whole(), a_date(), a_code(), a_set()


@pytest.mark.parametrize(
    ("atom", "fact", "shown"),
    [
        (compared("mrd", "below", "1e-5"), MRD, "mrd < 1e-5"),
        (compared("mrd", "at-least", "0.00001"), MRD, "mrd >= 1e-5"),
        (compared("cycles", "equals", "6"), CYCLES, "cycles = 6 {cycles}"),
        (compared("day", "below", "739005"), DAY, "day before 2024-04-29"),
        (compared("day", "at-least", "739005"), DAY, "day on or after 2024-04-29"),
        (is_one_of("code", "b", "a"), CODE, "code is a or b"),
        (is_set("drugs", "ki"), DRUGS, "drugs is exactly i, k"),
        (stands("mrd", "unreadable", "not-final"), MRD, "mrd stands not-final or unreadable"),
    ],
)
def test_atoms(atom: Atom, fact: Fact, shown: str) -> None:
    assert show_atom(atom, fact) == shown


@pytest.mark.parametrize(
    ("value", "fact", "shown"),
    [
        (point("1e-5"), MRD, "1e-5"),
        (range_of("[0, 1e-5)"), MRD, "[0, 1e-5)"),
        (range_of("(1e-5, 1]"), MRD, "(1e-5, 1]"),
        (range_of("[,]"), MRD, "any"),
        (range_of("[, 5]"), CYCLES, "<= 5 {cycles}"),
        (range_of("[, 5)"), CYCLES, "< 5 {cycles}"),
        (range_of("[5, ]"), CYCLES, ">= 5 {cycles}"),
        (range_of("(5, ]"), CYCLES, "> 5 {cycles}"),
        (days("2026-02-01", "2026-02-28"), DAY, "[2026-02-01, 2026-02-28]"),
        (days("2026-02-01"), DAY, "2026-02-01"),
        (codes("b", "a"), CODE, "a or b"),
        (members("ki"), DRUGS, "i, k"),
        (members(""), DRUGS, "none"),
        (members("i", "ikr"), DRUGS, "i (possibly also k, r)"),
    ],
)
def test_values(value: Value, fact: Fact, shown: str) -> None:
    assert show_value(value, fact) == shown


_KNOWN = frozenset({Status.KNOWN})


def test_a_state_without_readings_says_why_it_is_unknown() -> None:
    missing = FactState("mrd", range_of("[0, 1]"), frozenset({Status.MISSING}), "not sent")
    assert show_state(missing, MRD) == "unknown: not sent"


def test_an_assumed_state_says_so() -> None:
    assumed = FactState("code", codes("a"), frozenset({Status.MISSING}), assumed=True)
    assert show_state(assumed, CODE) == "a (assumed)"


def test_a_read_state_shows_what_was_written() -> None:
    written = [reading("mrd", point("1e-5"), origin) for origin in ("Observation/1", "Observation/2")]
    shown = ("0.001 %", "< 1e-5")
    readings = tuple(replace(one, shown=text) for one, text in zip(written, shown, strict=True))
    state = FactState("mrd", point("1e-5"), _KNOWN, "", readings)
    assert show_state(state, MRD) == "0.001 %; < 1e-5"
    assert (
        show_state(FactState("mrd", point("1e-5"), _KNOWN, "why", readings), MRD) == "0.001 %; < 1e-5 (why)"
    )


@pytest.mark.parametrize(
    ("written", "value", "shown"),
    [
        ("3 {cells}/10*6{cells}", point("3e-6"), "3 {cells}/10*6{cells} = 3e-6"),
        ("< 0.01 %", range_of("[0, 1e-4)"), "< 0.01 % = [0, 1e-4)"),
        ("not detected", range_of("[0, 1]"), "not detected"),
    ],
)
def test_a_fraction_also_shows_the_number_it_means(written: str, value: Value, shown: str) -> None:
    one = replace(reading("mrd", value), shown=written)
    assert show_state(FactState("mrd", value, _KNOWN, "", (one,)), MRD) == shown


def test_a_derived_state_that_may_be_anything_is_unknown() -> None:
    age = derived("age", "years-between", "birth", "diagnosis")
    anywhere = range_of(f"[{age.low}, {age.high}]")
    state = FactState("age", anywhere, _KNOWN, "birth: not sent", (reading("diagnosis", days("2025-01-01")),))
    assert show_state(state, age) == "unknown: birth: not sent"


def test_a_derived_state_shows_its_own_value_and_not_what_was_written_for_its_inputs() -> None:
    age = derived("age", "years-between", "birth", "diagnosis")
    state = FactState("age", point(65), _KNOWN, "", (reading("birth", days("1960-01-01")),))
    assert show_state(state, age) == "65 a"
