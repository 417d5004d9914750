"""How a fact may be stated otherwise: exact neighbours, days that make an age, twins, standings."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.generate.changes import changes_of, neighbours, step_of
from pactolus_engine.generate.patient import Patient, base_patient
from pactolus_engine.generate.text import flow
from pactolus_engine.pack.model import Binding, Fact
from tests.support.small_packs import (
    a_date,
    a_flag,
    a_fraction,
    a_whole,
    compared,
    derived,
    is_one_of,
    pack_of,
    rule,
    stands,
)

_AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("constant", "fact", "step"),
    [
        ("1e-5", a_fraction(), "1e-7"),
        ("1.25e-5", a_fraction(), "1e-7"),
        ("1.2345e-5", a_fraction(), "1e-9"),
        ("40", a_fraction("lvef"), "0.1"),
        ("66", a_whole("age"), "1"),
        ("0", a_fraction(), "1e-9"),
    ],
)
def test_the_step_to_a_neighbour(constant: str, fact: Fact, step: str) -> None:
    assert step_of(Decimal(constant), fact) == Decimal(step)


def test_zero_takes_the_step_of_the_smallest_other_constant() -> None:
    facts, zero = [a_fraction()], compared("mrd", "above", "0")
    compiled = compile_pack(pack_of(facts, [rule("a", "hold", zero), rule("b", "hold", _LOW)]))
    assert neighbours(zero, facts[0], compiled) == {"at": Decimal(0), "above": Decimal("1e-7")}


_LOW = compared("mrd", "below", "1e-5")


def _base(text: str, compiled: CompiledPack) -> Patient:
    patient = base_patient("cases/base.yaml", text.encode(), "", _AT, compiled)
    assert patient is not None
    return patient


def _texts(fact: str, patient: Patient) -> list[dict[str, str]]:
    states = patient.states()
    assert states is not None
    return [
        {name: flow(node) if node else "" for name, node in change.nodes}
        for change in changes_of(fact, patient, states)
    ]


def _bound(fact: Fact, element: str, codes: tuple[str, ...]) -> Fact:
    return replace(fact, binding=Binding(("Observation",), codes, element, {}, {}))


def test_a_number_is_put_next_to_each_constant_with_what_is_read_from_the_same_element() -> None:
    mrd = _bound(a_fraction(), "clone-fraction", ("mrd",))
    level = _bound(a_fraction("level", "optional", of="mrd"), "clone-fraction", ())
    compiled = compile_pack(pack_of([mrd, level], [rule("a", "hold", _LOW)]))
    changes = _texts("mrd", _base("facts: {mrd: 3e-6, level: 3e-6}\n", compiled))
    assert changes == [
        {"mrd": "9.9e-6", "level": "9.9e-6"},
        {"mrd": "1e-5", "level": "1e-5"},
        {"mrd": "1.01e-5", "level": "1.01e-5"},
        {"mrd": "", "level": ""},
    ]


def test_a_birth_date_is_put_where_the_age_turns() -> None:
    facts = [a_date("born"), a_date("diagnosed"), derived("age", "years-between", "born", "diagnosed")]
    compiled = compile_pack(pack_of(facts, [rule("old", "hold", compared("age", "at-least", "66"))]))
    changes = _texts("born", _base("facts: {born: 1968-05, diagnosed: 2025-07-28}\n", compiled))
    assert [change["born"] for change in changes] == ["1958-07-28", "1959-07-28", "1959-07-29", ""]


def test_standings_are_only_those_that_a_rule_asks_about() -> None:
    asked = stands("flag", "not-final")
    compiled = compile_pack(
        pack_of([a_flag()], [rule("a", "hold", asked), rule("b", "hold", is_one_of("flag", "true"))])
    )
    changes = _texts("flag", _base("facts: {flag: true}\n", compiled))
    assert [change["flag"] for change in changes] == ["false", "{value: true, standing: not-final}", ""]
