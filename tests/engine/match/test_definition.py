"""The executable definition: every atom against every kind of value."""

import pytest

from pactolus_engine.conditions import Atom
from pactolus_engine.kleene import Truth
from pactolus_engine.match.definition import Definition, atom_truth
from pactolus_engine.pack.model import All, Any, Condition, Defined, Not, Operator, Status
from pactolus_engine.states import FactState
from pactolus_engine.values import Value
from tests.support.small_packs import (
    a_flag,
    codes,
    compared,
    is_one_of,
    is_set,
    members,
    range_of,
    stands,
)

_LETTERS = {"t": Truth.TRUE, "f": Truth.FALSE, "u": Truth.UNKNOWN}
_KNOWN = frozenset({Status.KNOWN})


def _truth(atom: Atom, value: Value | None, *statuses: Status) -> Truth:
    return atom_truth(atom, {atom.fact: FactState(atom.fact, value, frozenset(statuses) or _KNOWN)})


# interval, then the truths of: below, at-most, above, at-least, equals; all against 5
_ORDERED = [
    ("[4, 4]", "ttfff"),
    ("[5, 5]", "ftftt"),
    ("[6, 6]", "ffttf"),
    ("[0, 5)", "ttfff"),
    ("[0, 5]", "utfuu"),
    ("(5, 9]", "ffttf"),
    ("[5, 9]", "fuutu"),
    ("[4, 6]", "uuuuu"),
    ("(4, 6)", "uuuuu"),
    ("[0, 4]", "ttfff"),
    ("[6, ]", "ffttf"),
    ("[, 4]", "ttfff"),
    ("[, 5)", "ttfff"),
    ("(5, ]", "ffttf"),
    ("[,]", "uuuuu"),
]


@pytest.mark.parametrize(("interval", "truths"), _ORDERED)
def test_comparisons(interval: str, truths: str) -> None:
    order = (Operator.BELOW, Operator.AT_MOST, Operator.ABOVE, Operator.AT_LEAST, Operator.EQUALS)
    found = "".join(_truth(compared("x", operator, "5"), range_of(interval)).letter for operator in order)
    assert found == truths


@pytest.mark.parametrize(
    ("value", "truth"), [(codes("a"), "t"), (codes("a", "b"), "t"), (codes("b", "c"), "u"), (codes("c"), "f")]
)
def test_membership(value: Value, truth: str) -> None:
    assert _truth(is_one_of("x", "a", "b"), value) is _LETTERS[truth]


@pytest.mark.parametrize(
    ("surely", "possibly", "truth"),
    [
        ("ikrd", "", "t"),
        ("ikrd", "ik", "t"),
        ("ikrd", "x", "u"),
        ("ikr", "", "u"),
        ("ikr", "d", "u"),
        ("", "", "u"),
        ("ikrx", "", "f"),
        ("ikrdx", "", "f"),
        ("x", "ikrd", "f"),
    ],
)
def test_set_equality(surely: str, possibly: str, truth: str) -> None:
    assert _truth(is_set("x", "ikrd"), members(surely, possibly)) is _LETTERS[truth]


@pytest.mark.parametrize(
    ("statuses", "truth"),
    [
        ([Status.DISAGREEING], "t"),
        ([Status.KNOWN], "f"),
        ([Status.KNOWN, Status.DISAGREEING], "u"),
        ([Status.UNREADABLE, Status.DISAGREEING], "t"),
    ],
)
def test_status(statuses: list[Status], truth: str) -> None:
    atom = stands("x", "disagreeing", "unreadable")
    assert _truth(atom, codes("a"), *statuses) is _LETTERS[truth]


@pytest.mark.parametrize("atom", [compared("x", "below", "5"), is_one_of("x", "a"), is_set("x", "i")])
def test_an_absent_optional_fact_makes_everything_unknown(atom: Atom) -> None:
    assert _truth(atom, None, Status.MISSING) is Truth.UNKNOWN


def test_its_absence_itself_is_known() -> None:
    assert _truth(stands("x", "missing"), None, Status.MISSING) is Truth.TRUE


def test_an_atom_never_meets_a_value_of_another_kind() -> None:
    with pytest.raises(AssertionError, match="the pack reader lets no atom meet"):
        _truth(is_one_of("x", "a"), range_of("[0, 1]"))


_T, _F, _U = (is_one_of(name, "true") for name in "tfu")
_VALUES = {"t": codes("true"), "f": codes("false"), "u": codes("true", "false")}


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        (All((_T, _U)), "u"),
        (All((_F, _U)), "f"),
        (Any((_T, _U)), "t"),
        (Any((_F, _U)), "u"),
        (Not(_U), "u"),
        (Not(_F), "t"),
        (Defined("name"), "u"),
        (All((Not(Defined("name")), _F)), "f"),
        (Any((_U, Not(_U))), "u"),
    ],
)
def test_conditions_and_their_explanation(condition: Condition, truth: str) -> None:
    facts = {name: a_flag(name) for name in _VALUES}
    states = {name: FactState(name, value, _KNOWN) for name, value in _VALUES.items()}
    definition = Definition(facts, {"name": All((_T, _U))}, states)
    assert definition.truth(condition) is _LETTERS[truth]
    assert definition.explain(condition).truth == _LETTERS[truth].value
