"""Which patients show that a condition decides its rule by itself."""

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pactolus_engine.compiled import compile_pack
from pactolus_engine.independence import Effects, Half
from pactolus_engine.kleene import Truth
from pactolus_engine.pack.model import All, Any, Defined, Not, Pack
from pactolus_engine.weigh import weigh
from tests.support.generate import INSTANT, packs, random_patient
from tests.support.small_packs import (
    a_flag,
    a_fraction,
    codes,
    compared,
    is_one_of,
    pack_of,
    point,
    reading,
    rule,
    weighed,
)

_T, _F = Truth.TRUE, Truth.FALSE
_LOW = compared("mrd", "below", "1e-5")
_A, _B = is_one_of("a", "true"), is_one_of("b", "true")
_FACTS = [a_fraction(), a_flag("a"), a_flag("b")]


def _effects(*rules: object) -> Effects:
    return Effects(compile_pack(pack_of(_FACTS, rules)))  # type: ignore[arg-type]


def _shown(effects: Effects, **stated: str) -> set[tuple[str, int, Truth]]:
    readings = [reading(name, point(text) if name == "mrd" else codes(text)) for name, text in stated.items()]
    states = weighed(effects.compiled.pack, *readings)
    return {(half.rule, half.position, half.value) for half in effects.shown(states, set())}


def test_of_all_each_decides_while_false_alone_and_both_while_true() -> None:
    effects = _effects(rule("r", "hold", All((_A, _B))))
    assert _shown(effects, a="true", b="true") == {("r", 0, _T), ("r", 1, _T)}
    assert _shown(effects, a="false", b="true") == {("r", 0, _F)}
    assert _shown(effects, a="false", b="false") == set()


def test_one_that_is_masked_or_beside_an_unknown_decides_nothing() -> None:
    effects = _effects(rule("r", "hold", Any((_A, _B))))
    assert _shown(effects, a="true", b="true") == set()
    assert _shown(effects, a="true") == set()
    assert _shown(effects, a="true", b="false") == {("r", 0, _T)}


def test_a_condition_of_a_definition_must_reach_a_rule_that_acts() -> None:
    effects = _effects(rule("d", "define", _LOW, "low"), rule("r", "hold", All((Defined("low"), _A))))
    reached = {("d", 0, _T), ("r", 0, _T), ("r", 1, _T)}
    assert _shown(effects, mrd="1e-6", a="true") == reached
    assert ("d", 0, _T) not in _shown(effects, mrd="1e-6", a="false")


def test_what_cannot_be_turned_round_by_itself_is_known_beforehand() -> None:
    high = compared("mrd", "at-least", "1e-5")
    effects = _effects(rule("r", "hold", All((Not(Any((_LOW, high))), _A))))
    can = {(half.position, half.value) for half in effects.halves("r") if effects.can_show(half)}
    assert can == {(0, _T), (1, _T)}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(packs(), st.integers(0, 2**32))
def test_no_patient_shows_a_half_that_is_called_impossible(pack: Pack, seed: int) -> None:
    compiled, random = compile_pack(pack), Random(seed)
    effects = Effects(compiled)
    shown: set[Half] = set()
    for _ in range(12):
        facts = random_patient(random, pack.facts)
        states = weigh(pack, compiled.definitions, compiled.partitions, facts, INSTANT)
        shown |= set(effects.shown(states, shown))
    assert [half for half in shown if not effects.can_show(half)] == []
