"""What mutants a pack has: their ids, their words, what is changed in them, and that nothing else is."""

from dataclasses import replace
from decimal import Decimal

import pytest

from pactolus_engine.compiled import compile_pack
from pactolus_engine.mutants.generate import mutants_of
from pactolus_engine.mutants.mutant import ChangedParameter, ChangedRule, Mutant, mutated
from pactolus_engine.mutants.operators import OPERATORS
from pactolus_engine.pack.model import (
    All,
    Any,
    CodeSet,
    Coding,
    Comparison,
    Condition,
    Defined,
    Fact,
    Not,
    Pack,
    Parameter,
    Place,
    Rule,
)
from tests.support.real_packs import CONSOLIDATION, real_pack
from tests.support.small_packs import (
    a_code,
    a_date,
    a_flag,
    a_fraction,
    a_set,
    a_whole,
    compared,
    derived,
    is_one_of,
    is_set,
    pack_of,
    rule,
    stands,
)

_FACTS = (
    a_fraction(),
    a_whole(),
    a_flag("relapse", "assumed", assumed_value="false", several="any"),
    a_code("assay", "optional"),
    a_set(),
    a_date("first"),
    a_date("last"),
    derived("days", "days-between", "first", "last"),
)


def _mutants(condition: Condition, effect: str = "exclude", target: str = "") -> dict[str, Mutant]:
    """The mutants of one rule `r` with that condition, by what follows its id."""
    pack = pack_of(_FACTS, [rule("r", effect, condition, target), rule("keeps", "offer", _TRUE, "one")])
    own = [one for one in mutants_of(compile_pack(pack)) if one.id.startswith("rule/r/")]
    return {one.id.removeprefix("rule/r/"): one for one in own}


_TRUE = compared("cycles", "at-least", "0")


def _condition(mutant: Mutant) -> Condition:
    assert isinstance(mutant.change, ChangedRule) and mutant.change.rule is not None
    return mutant.change.rule.condition


@pytest.mark.parametrize(
    ("condition", "name", "becomes"),
    [
        (compared("mrd", "below", "1e-5"), "boundary/when", compared("mrd", "at-most", "1e-5")),
        (compared("mrd", "at-most", "1e-5"), "boundary/when", compared("mrd", "below", "1e-5")),
        (compared("mrd", "at-least", "1e-5"), "boundary/when", compared("mrd", "above", "1e-5")),
        (compared("mrd", "above", "1e-5"), "boundary/when", compared("mrd", "at-least", "1e-5")),
        (compared("mrd", "below", "1e-5"), "turned/when", compared("mrd", "above", "1e-5")),
        (compared("mrd", "at-least", "1e-5"), "turned/when", compared("mrd", "at-most", "1e-5")),
        (compared("mrd", "below", "1e-5"), "shift-up/when", compared("mrd", "below", "1.1e-5")),
        (compared("mrd", "below", "1e-5"), "shift-down/when", compared("mrd", "below", "9e-6")),
        (compared("cycles", "below", "6"), "shift-up/when", compared("cycles", "below", "7")),
        (compared("cycles", "below", "6"), "shift-down/when", compared("cycles", "below", "5")),
        (is_one_of("relapse", "true"), "replace-code/when", is_one_of("relapse", "false")),
        (is_one_of("assay", "a"), "add-code/when.b", is_one_of("assay", "a", "b")),
        (is_one_of("assay", "a", "b"), "drop-code/when.a", is_one_of("assay", "b")),
        (is_set("drugs", "ik"), "drop-member/when.k", is_set("drugs", "i")),
        (is_set("drugs", "ik"), "add-member/when.r", is_set("drugs", "ikr")),
        (stands("mrd", "unreadable"), "replace-status/when", stands("mrd", "disagreeing")),
        (stands("mrd", "unreadable", "unusable"), "drop-status/when.unusable", stands("mrd", "unreadable")),
        (is_one_of("relapse", "true"), "negate/when", Not(is_one_of("relapse", "true"))),
        (Not(is_one_of("relapse", "true")), "un-negate/when", is_one_of("relapse", "true")),
        (All((_TRUE, stands("mrd", "unusable"))), "all-any/when", Any((_TRUE, stands("mrd", "unusable")))),
        (All((_TRUE, stands("mrd", "unusable"))), "drop-part/when.0", stands("mrd", "unusable")),
        (
            Any((_TRUE, Not(All((_TRUE, compared("cycles", "below", "6")))))),
            "boundary/when.any.1.not.all.1",
            Any((_TRUE, Not(All((_TRUE, compared("cycles", "at-most", "6")))))),
        ),
    ],
)
def test_a_condition_has_the_mistake_where_the_id_says(
    condition: Condition, name: str, becomes: Condition
) -> None:
    assert _condition(_mutants(condition)[name]) == becomes


def test_a_constant_moves_inside_the_domain_only() -> None:
    names = _mutants(compared("mrd", "at-most", "1")).keys()
    assert "shift-down/when" in names and "shift-up/when" not in names


def test_zero_moves_to_the_next_constant_that_the_pack_has() -> None:
    both = Any((compared("mrd", "above", "0"), compared("mrd", "above", "3e-4")))
    moved = _condition(_mutants(both)["shift-up/when.any.0"])
    assert isinstance(moved, Any) and moved.parts[0] == compared("mrd", "above", "3e-4")
    assert "shift-down/when.any.0" not in _mutants(both)


def test_a_long_constant_keeps_every_digit() -> None:
    long = "0.1234567890123456789012345678901234567"
    moved = _condition(_mutants(compared("mrd", "below", long))["shift-up/when"])
    assert isinstance(moved, Comparison)
    assert moved.constant == Decimal("0.1334567890123456789012345678901234567")


@pytest.mark.parametrize(
    ("effect", "target", "name", "field", "becomes"),
    [
        ("exclude", "", "effect/hold", "effect", "hold"),
        ("hold", "", "effect/exclude", "effect", "exclude"),
        ("conflict", "", "effect/hold", "effect", "hold"),
        ("offer", "one", "other-option/two", "target", "two"),
        ("block", "two", "other-option/one", "target", "one"),
        ("caveat", "", "caveat-options/without.one", "options", ("two",)),
    ],
)
def test_a_rule_does_another_thing(effect: str, target: str, name: str, field: str, becomes: object) -> None:
    mutant = _mutants(_TRUE, effect, target)[name]
    assert isinstance(mutant.change, ChangedRule)
    assert getattr(mutant.change.rule, field) == becomes
    before = rule("r", effect, _TRUE, target)
    assert replace(mutant.change.rule, **{field: getattr(before, field)}) == before  # type: ignore[type-var]


def test_a_value_becomes_the_next_that_is_concluded_of_the_finding() -> None:
    rules = [rule(name, "conclude", _TRUE, "stage", value=name) for name in ("i", "ii")]
    pack = pack_of(_FACTS, [*rules, rule("other", "conclude", _TRUE, "risk", value="high")], options=())
    found = {one.id: one.change for one in mutants_of(compile_pack(pack)) if one.operator == "other-value"}
    assert {name: change.rule.value for name, change in found.items()} == {  # type: ignore[union-attr]
        "rule/i/other-value/ii": "ii",
        "rule/ii/other-value/i": "i",
    }


def test_a_definition_is_not_dropped() -> None:
    rules = [rule("d", "define", _TRUE, "named"), rule("r", "exclude", Defined("named"))]
    ids = [one.id for one in mutants_of(compile_pack(pack_of(_FACTS, rules)))]
    assert "rule/r/drop-rule" in ids and "rule/d/drop-rule" not in ids


def _fact_mutants(fact: Fact, *rules: Rule) -> dict[str, Fact]:
    pack = pack_of([fact, *(one for one in _FACTS if one.id != fact.id)], rules)
    own = [one for one in mutants_of(compile_pack(pack)) if one.id.startswith(f"fact/{fact.id}/")]
    return {one.id.removeprefix(f"fact/{fact.id}/"): one.change for one in own}  # type: ignore[misc]


def test_absence_becomes_everything_else_that_is_legal() -> None:
    assert {name for name in _fact_mutants(a_fraction()) if name.startswith("absence")} == {
        "absence/optional"
    }
    flag = _fact_mutants(a_flag("relapse"))
    assert {"absence/optional", "absence/assumed.true", "absence/assumed.false"} <= flag.keys()
    assert flag["absence/assumed.true"].assumed_value == "true"
    code = a_code("assay", "optional")
    assert "absence/required" in _fact_mutants(code)
    asked = rule("r", "caveat", stands("assay", "missing"))
    assert "absence/required" not in _fact_mutants(code, asked)


def test_an_assumed_value_is_turned() -> None:
    flag = a_flag("relapse", "assumed", assumed_value="false")
    assert _fact_mutants(flag)["assumed-value/true"].assumed_value == "true"


def test_only_and_prefer_are_dropped_and_changed_inside() -> None:
    fact = a_whole(only=compared("cycles", "above", "3"), prefer=(compared("cycles", "below", "9"),))
    found = _fact_mutants(fact)
    assert found["drop-only/only"].only is None and found["drop-prefer/prefer.0"].prefer == ()
    assert found["boundary/only"].only == compared("cycles", "at-least", "3")
    assert found["shift-down/prefer.0"].prefer == (compared("cycles", "below", "8"),)


def test_an_interval_runs_the_other_way() -> None:
    days = derived("days", "days-between", "first", "last")
    turned = _fact_mutants(days)["swap-inputs/derive"].derivation
    assert turned is not None and turned.inputs == ("last", "first")


def test_code_sets_lose_one_code_and_what_they_imply() -> None:
    codes = (Coding("http://loinc.org", "1-1"), Coding("urn:oid:2.16", "x"), Coding("local:mrd", "x"))
    code_set = CodeSet("results", codes, {"assay": "a"})
    pack = pack_of(_FACTS, [], code_sets={"results": code_set})
    own = {one.id: one.change for one in mutants_of(compile_pack(pack)) if one.id.startswith("codes/")}
    assert own == {
        "codes/results/drop-code/loinc.org.1-1": replace(code_set, codings=codes[1:]),
        "codes/results/drop-code/2.16.x": replace(code_set, codings=(codes[0], codes[2])),
        "codes/results/drop-code/mrd.x": replace(code_set, codings=codes[:2]),
        "codes/results/drop-implies/assay": replace(code_set, implies={}),
    }


def test_a_parameter_moves_by_one_unit() -> None:
    here = Place("parameters.yaml", 1, 1)
    made = {
        name: Parameter(name, name, "d", Decimal(value), Decimal(0), Decimal(99), "site", "", True, here)
        for name, value in {"window": "42", "share": "0.25"}.items()
    }
    values = {name: one.default for name, one in made.items()}
    pack = pack_of(_FACTS, [], parameters=made, parameter_values=values)
    own = [one for one in mutants_of(compile_pack(pack)) if one.id.startswith("parameter/")]
    assert [(one.id, one.change) for one in own] == [
        ("parameter/share/shift-up", ChangedParameter("share", Decimal("0.26"))),
        ("parameter/share/shift-down", ChangedParameter("share", Decimal("0.24"))),
        ("parameter/window/shift-up", ChangedParameter("window", Decimal(43))),
        ("parameter/window/shift-down", ChangedParameter("window", Decimal(41))),
    ]
    asked: list[object] = []

    def reread(supposed: object) -> Pack:
        asked.append(supposed)
        return pack

    mutated(pack, own[0].change, reread)
    assert asked == [{"share": Decimal("0.26")}]


def test_the_words_say_what_became_what() -> None:
    assert (
        _mutants(compared("mrd", "below", "1e-5"))["boundary/when"].description
        == "rule `r`: `mrd below 1e-5` becomes `mrd at-most 1e-5`"
    )


def _unread(_values: object) -> Pack:
    raise AssertionError("no parameter is changed")


def test_the_mutants_of_a_real_pack_are_many_named_once_and_change_what_they_say() -> None:
    compiled = real_pack(CONSOLIDATION)
    mutants = mutants_of(compiled)
    assert len(mutants) >= 1000
    assert len({one.id for one in mutants}) == len(mutants)
    assert {one.operator for one in mutants} <= set(OPERATORS)
    assert {
        "rule/mrd-negative/boundary/when",
        "rule/age-66-or-over/shift-down/when",
        "fact/mrd/boundary/only.all.0.any.0",
        "codes/mrd-flow/drop-implies/specimen",
        "parameter/window-days-after/shift-up",
    } <= {one.id for one in mutants}
    assert [one.id for one in mutants] == [one.id for one in mutants_of(compiled)]
    pack = compiled.pack
    for one in mutants:
        assert one.id.split("/")[1:3] == [one.part, one.operator]
        if not isinstance(one.change, ChangedParameter):
            assert mutated(pack, one.change, _unread) != pack
