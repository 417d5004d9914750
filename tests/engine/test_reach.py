"""What a condition can come to: what is called impossible never happens, and the known impossible is found."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pactolus_engine.compiled import compile_pack
from pactolus_engine.coverage import Tally
from pactolus_engine.kleene import Truth
from pactolus_engine.pack.model import Any, Condition, Not, Pack
from pactolus_engine.reach import Leaf, Node, Reach, settle, tree_of
from pactolus_engine.weigh import weigh
from tests.support.generate import INSTANT, packs, random_patient
from tests.support.small_packs import (
    a_flag,
    a_fraction,
    a_whole,
    compared,
    is_one_of,
    pack_of,
    rule,
    stands,
)

_T, _F, _U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(packs(), st.integers(0, 2**32))
def test_no_patient_shows_what_is_called_impossible(pack: Pack, seed: int) -> None:
    compiled, random = compile_pack(pack), Random(seed)
    tally = Tally([compiled])
    for _ in range(15):
        facts = random_patient(random, pack.facts)
        states = weigh(pack, compiled.definitions, compiled.partitions, facts, INSTANT)
        tally.add("a patient", compiled, states)
    goals = [(item, goal) for item in tally.coverage().items for goal in item.goals]
    assert [(item.text, goal) for item, goal in goals if goal.seen_in and goal.impossible] == []


_LOW, _HIGH = compared("mrd", "below", "1e-5"), compared("mrd", "at-least", "1e-5")


@pytest.mark.parametrize(
    ("condition", "possible"),
    [
        (_LOW, {_T, _F, _U}),
        (Any((_LOW, _HIGH)), {_T, _U}),
        (Not(Any((_LOW, _HIGH))), {_F, _U}),
        (compared("mrd", "at-least", "0"), {_T}),
        (compared("grafts", "at-least", "0"), {_T, _U}),
        (stands("mrd", "unreadable"), {_T, _F}),
        (stands("mrd", "disagreeing"), {_T, _F, _U}),
        (stands("grafts", "disagreeing"), {_F}),
        (stands("mrd", "missing", "known", "unusable", "not-final", "unreadable", "disagreeing"), {_T}),
        (is_one_of("declined", "true"), {_T, _F, _U}),
        (is_one_of("declined", "true", "false"), {_T}),
        (Any((stands("grafts", "missing"), compared("grafts", "below", "1"))), {_T, _F, _U}),
    ],
)
def test_what_a_condition_can_come_to(condition: Condition, possible: set[Truth]) -> None:
    facts = [
        a_fraction(several="agree"),
        a_whole("grafts", "optional"),
        a_flag("declined", "assumed", assumed_value="false"),
    ]
    compiled = compile_pack(pack_of(facts, [rule("one", "hold", condition), rule("two", "hold", _LOW)]))
    assert Reach(compiled).truths(condition) == possible


def test_a_search_that_meets_its_bound_calls_nothing_impossible() -> None:
    compiled = compile_pack(pack_of([a_fraction()], [rule("one", "hold", Any((_LOW, _HIGH)))]))
    assert Reach(compiled, steps=0).truths(Any((_LOW, _HIGH))) == {_T, _F, _U}


def test_a_tree_keeps_what_is_open_and_unknown() -> None:
    tree = tree_of(Not(Any((_LOW, _HIGH))))
    assert tree == Node(True, (Leaf(_LOW, False), Leaf(_HIGH, False)))
    assert settle(tree, {_LOW: _T}) is _F
    assert settle(tree, {_LOW: _F}) == Leaf(_HIGH, False)
    assert settle(settle(tree, {_LOW: _U}), {_HIGH: _F}) is _U
