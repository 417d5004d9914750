"""Mutants that change nothing are recognised, and only those; equal signatures mean equal truth."""

from typing import Any as Anything

from hypothesis import given
from hypothesis import strategies as st

from pactolus_engine.compiled import compile_pack
from pactolus_engine.kleene import Truth
from pactolus_engine.match.definition import Definition
from pactolus_engine.mutants.equivalence import equivalents
from pactolus_engine.mutants.generate import mutants_of
from pactolus_engine.mutants.signature import Signatures
from pactolus_engine.pack.model import All, Any, CodeSet, Coding, Condition, Not, Rule, Status
from pactolus_engine.states import FactState
from pactolus_engine.values import Codes
from tests.support.small_packs import (
    a_code,
    a_flag,
    a_fraction,
    a_whole,
    compared,
    is_one_of,
    pack_of,
    range_of,
    rule,
    stands,
)

_FACTS = (
    a_fraction(),
    a_whole(),
    a_code("assay", "optional"),
    a_flag("relapse", "assumed", assumed_value="false"),
)
_BELOW = compared("mrd", "below", "1e-5")
_ABOVE = compared("mrd", "at-least", "1e-5")


def _equivalents(*rules: Rule, **more: Anything) -> dict[str, str]:
    compiled = compile_pack(pack_of(_FACTS, rules, **more))
    return equivalents(compiled, mutants_of(compiled))


def test_a_whole_number_below_six_is_one_at_most_five() -> None:
    found = _equivalents(rule("r", "exclude", compared("cycles", "below", "6")))
    assert found["rule/r/shift-up/when"] == "it comes to the same as rule/r/boundary/when"
    assert "rule/r/boundary/when" not in found and "rule/r/shift-down/when" not in found


def test_a_part_that_adds_nothing_may_go() -> None:
    wider = compared("mrd", "below", "1e-3")
    found = _equivalents(rule("r", "exclude", Any((_BELOW, wider))))
    assert found["rule/r/drop-part/when.0"] == "it has the same truth in every state"
    # Without the wider part it is as narrow as with `all`; either is a mistake, and one of them is tried.
    assert found["rule/r/drop-part/when.1"] == "it comes to the same as rule/r/all-any/when"
    assert "rule/r/all-any/when" not in found


def test_what_no_rule_uses_decides_nothing() -> None:
    code_sets = {"lonely": CodeSet("lonely", (Coding("local:x", "y"),))}
    unused = rule("d", "define", _BELOW, "named")
    found = _equivalents(unused, rule("r", "exclude", _ABOVE), code_sets=code_sets)
    why = "nothing that decides uses it"
    assert found["rule/d/boundary/when"] == found["codes/lonely/drop-code/x.y"] == why
    assert found["fact/assay/absence/required"] == why
    assert "fact/mrd/absence/optional" not in found


def test_a_caveat_beside_an_option_that_is_never_offered_with_it() -> None:
    found = _equivalents(
        rule("offer-one", "offer", _BELOW, "one"),
        rule("offer-two", "offer", _ABOVE, "two"),
        rule("c", "caveat", All((_BELOW, is_one_of("relapse", "true")))),
        rule("always", "caveat", is_one_of("relapse", "true")),
    )
    hidden = {name: why for name, why in found.items() if "/caveat-options/" in name}
    assert hidden == {"rule/c/caveat-options/without.two": "`two` is never offered while the caveat stands"}


def test_a_negation_of_an_optional_code_is_the_other_code_and_not_all_codes() -> None:
    found = _equivalents(rule("r", "exclude", is_one_of("assay", "a", "b")))
    assert "rule/r/add-code/when.c" not in found  # true of every code, but unknown of one not sent


# --- signatures -------------------------------------------------------------------------------------

_ATOMS = st.sampled_from(
    [
        _BELOW,
        _ABOVE,
        compared("mrd", "at-most", "1e-5"),
        compared("cycles", "below", "6"),
        compared("cycles", "at-most", "5"),
        is_one_of("assay", "a"),
        is_one_of("assay", "b", "c"),
        is_one_of("relapse", "true"),
        stands("cycles", "unreadable"),
    ]
)


def _joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.one_of(several.map(All), several.map(Any), parts.map(Not))


_CONDITIONS: st.SearchStrategy[Condition] = st.recursive(_ATOMS, _joined, max_leaves=5)
_KNOWN, _UNREADABLE = frozenset({Status.KNOWN}), frozenset({Status.UNREADABLE})
_STATES = st.fixed_dictionaries(
    {
        "mrd": st.sampled_from(["[1e-6, 1e-6]", "[1e-5, 1e-5]", "[2e-5, 2e-5]", "[0, 1e-5)", "[0, 1]"]).map(
            lambda text: FactState("mrd", range_of(text), _KNOWN)
        ),
        "cycles": st.tuples(
            st.sampled_from(["[5, 5]", "[6, 6]", "[0, 24]"]), st.sampled_from([_KNOWN, _UNREADABLE])
        ).map(lambda pair: FactState("cycles", range_of(pair[0]), pair[1])),
        "assay": st.sampled_from([None, *(Codes(frozenset(some)) for some in ("a", "b", "ab", "abc"))]).map(
            lambda value: FactState("assay", value, _KNOWN)
        ),
        "relapse": st.sampled_from([("true",), ("false",), ("true", "false")]).map(
            lambda some: FactState("relapse", Codes(frozenset(some)), _KNOWN)
        ),
    }
)


@given(_CONDITIONS, _CONDITIONS, st.lists(_STATES, min_size=1, max_size=8))
def test_equal_signatures_mean_equal_truth(
    one: Condition, other: Condition, states: list[dict[str, FactState]]
) -> None:
    facts = {fact.id: fact for fact in _FACTS}
    signatures = Signatures.over([one, other], facts)
    if signatures.of(one) is None or signatures.of(one) != signatures.of(other):
        return
    for each in states:
        definition = Definition(facts, {}, each)
        assert definition.truth(one) is definition.truth(other)


@given(_CONDITIONS, st.lists(_STATES, min_size=1, max_size=8))
def test_what_can_be_true_is_never_called_impossible(
    condition: Condition, states: list[dict[str, FactState]]
) -> None:
    facts = {fact.id: fact for fact in _FACTS}
    is_true = any(Definition(facts, {}, each).truth(condition) is Truth.TRUE for each in states)
    assert Signatures.over([condition], facts).may_be_true(condition) or not is_true


@given(_CONDITIONS)
def test_two_negations_have_the_signature_of_none(condition: Condition) -> None:
    signatures = Signatures.over([condition], {fact.id: fact for fact in _FACTS})
    assert signatures.of(Not(Not(condition))) == signatures.of(condition)
