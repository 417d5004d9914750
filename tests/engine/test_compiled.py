"""A pack made ready: atoms, dimensions, engine rules, and what is refused with its place."""

from dataclasses import replace

import pytest

from pactolus_engine.compiled import MAXIMUM_BRANCHES, EngineRule, compile_pack
from pactolus_engine.errors import PackInvalid
from pactolus_engine.pack.model import All, Any, Condition, Defined, Not, Place
from tests.support.small_packs import (
    a_code,
    a_flag,
    a_fraction,
    a_set,
    compared,
    is_one_of,
    is_set,
    members,
    pack_of,
    point,
    range_of,
    reading,
    rule,
    stands,
    weighed,
)

_NEGATIVE = compared("mrd", "below", "1e-5")
_UNREADABLE = stands("mrd", "unreadable")


def test_atoms_are_named_once_and_definitions_are_no_rules() -> None:
    rules = (
        rule("b", "offer", All((Defined("negative"), is_one_of("code", "a"))), "one"),
        rule("a", "exclude", _UNREADABLE),
        rule("c", "define", _NEGATIVE, "negative"),
        rule("d", "caveat", compared("mrd", "below", "0.00001")),
    )
    compiled = compile_pack(pack_of((a_fraction(), a_code()), rules))
    assert compiled.atoms == {_UNREADABLE: "a0", _NEGATIVE: "a1", is_one_of("code", "a"): "a2"}
    assert set(compiled.conditions) == {"a", "b", "d"}
    assert compiled.dimension_of[_UNREADABLE] == "mrd:status"
    assert list(compiled.partitions) == ["code", "mrd", "mrd:status"]


def test_engine_rules_prove_a_rule_true_or_false() -> None:
    condition = All((_NEGATIVE, Not(is_one_of("code", "a"))))
    compiled = compile_pack(pack_of((a_fraction(), a_code()), (rule("x", "offer", condition, "one"),)))
    assert compiled.engine_rules == (
        EngineRule("r0t0", "x", True, (("a0", "t"), ("a1", "f"))),
        EngineRule("r0f0", "x", False, (("a0", "f"),)),
        EngineRule("r0f1", "x", False, (("a1", "t"),)),
    )


@pytest.mark.parametrize(
    ("value", "letter"),
    [("[1e-6, 1e-6]", "t"), ("[0, 1e-5)", "t"), ("[1e-5, 1e-5]", "f"), ("[0, 1e-5]", "u"), ("", "u")],
)
def test_letters(value: str, letter: str) -> None:
    pack = pack_of((a_fraction(),), (rule("x", "offer", _NEGATIVE, "one"),))
    states = weighed(pack, *([reading("mrd", range_of(value))] if value else []))
    compiled = compile_pack(pack)
    assert compiled.letters(compiled.vector(states)) == {"a0": letter}


def test_an_absent_optional_fact_leaves_its_atoms_unknown() -> None:
    pack = pack_of((a_flag(absence="optional"),), (rule("x", "offer", is_one_of("flag", "true"), "one"),))
    compiled = compile_pack(pack)
    vector = compiled.vector(weighed(pack))
    assert vector == {"flag": 0}
    assert compiled.letters(vector) == {"a0": "u"}


def _choices(pairs: int) -> Condition:
    """`pairs` choices of two: 2 to that power branches."""
    return All(tuple(Any((is_one_of(f"f{n}", "true"), is_one_of(f"g{n}", "true"))) for n in range(pairs)))


def test_the_bound_on_branches_names_the_rule_and_its_place() -> None:
    facts = [a_flag(f"{letter}{number}") for letter in "fg" for number in range(7)]
    assert MAXIMUM_BRANCHES == 2**6
    compile_pack(pack_of(facts, (rule("fits", "exclude", _choices(6)),)))
    large = replace(rule("large", "exclude", _choices(7)), place=Place("rules/large.yaml", 9, 1))
    with pytest.raises(PackInvalid) as refused:
        compile_pack(pack_of(facts, (large, rule("fits", "exclude", _choices(6)))))
    (issue,) = refused.value.issues
    assert str(issue).startswith(
        "rules/large.yaml:9:1: the condition of rule `large` needs more than 64 branches"
    )


def test_so_does_the_bound_on_the_negation() -> None:
    facts = [a_flag(f"{letter}{number}") for letter in "fg" for number in range(7)]
    with pytest.raises(PackInvalid, match="more than 64 branches"):
        compile_pack(pack_of(facts, (rule("large", "exclude", Not(_choices(7))),)))


def test_a_set_inside_another_is_refused() -> None:
    rules = (
        rule("three", "offer", is_set("drugs", "ikr"), "one"),
        replace(rule("four", "exclude", Not(is_set("drugs", "ikrd"))), place=Place("rules/four.yaml", 1, 1)),
    )
    with pytest.raises(PackInvalid, match="the set asked of `drugs` lies inside a set"):
        compile_pack(pack_of((a_set(),), rules))


def test_sets_that_only_overlap_are_told_apart() -> None:
    rules = (
        rule("first", "offer", is_set("drugs", "ikr"), "one"),
        rule("second", "offer", is_set("drugs", "krd"), "two"),
    )
    pack = pack_of((a_set(),), rules)
    states = weighed(pack, reading("drugs", members("kr")), reading("drugs", members("d"), "Observation/2"))
    compiled = compile_pack(pack)
    assert compiled.letters(compiled.vector(states)) == {"a0": "f", "a1": "t"}


def test_the_vector_is_a_set_of_cells_per_dimension() -> None:
    rules = (rule("x", "offer", _NEGATIVE, "one"), rule("y", "conflict", stands("mrd", "disagreeing")))
    pack = pack_of((a_fraction(several="agree"),), rules)
    first, second = (
        reading("mrd", point("1e-6"), "Observation/1"),
        reading("mrd", range_of("[0, 1]"), "Observation/2"),
    )
    assert compile_pack(pack).vector(weighed(pack, first, second)) == {"mrd": 0b11, "mrd:status": 0b11}
