"""Generated packs and patients: every difference has a cause, and each cause is a change that was made."""

from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.decision import Decision
from pactolus_engine.evaluate import evaluate
from pactolus_engine.facts import FactSet
from pactolus_engine.pack.model import Effect, Pack
from pactolus_engine.replay.causes import UNEXPLAINED, causes, moved
from pactolus_engine.replay.compare import compare
from pactolus_engine.replay.pack_change import PackChange
from pactolus_engine.replay.result import ReplayClass
from tests.support.generate import INSTANT, conditions, packs, packs_over_samples, random_patient
from tests.support.small_packs import InProcess

_SETTINGS = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a smaller pack is not easier to read
)
_PATIENTS = 5
_SEEDS = st.integers(0, 2**32)


def _differences(before: Pack, after: Pack, seed: int) -> list[tuple[Decision, Decision]]:
    """Both answers to each of a few patients of the first pack who get two."""
    compiled, random, matcher = (compile_pack(before), compile_pack(after)), Random(seed), InProcess()
    patients = [random_patient(random, before.facts) for _ in range(_PATIENTS)]
    pairs = [tuple(_answer(patient, pack, matcher) for pack in compiled) for patient in patients]
    return [
        (one, other)
        for one, other in pairs
        if compare(one, other, same_pack=False).result_class is not ReplayClass.IDENTICAL
    ]


def _answer(patient: FactSet, pack: CompiledPack, matcher: InProcess) -> Decision:
    return evaluate(patient, pack, INSTANT, matcher)


@_SETTINGS
@given(st.tuples(packs(), packs()) | st.tuples(packs_over_samples(), packs_over_samples()), _SEEDS)
def test_every_difference_between_two_packs_has_a_cause_and_none_is_unexplained(
    pair: tuple[Pack, Pack], seed: int
) -> None:
    change, kept = PackChange.between(*pair), PackChange.between({}, pair[1])
    for one, other in _differences(*pair, seed):
        found = causes(moved(one, other, change, ""))
        assert found and UNEXPLAINED not in found
        assert causes(moved(one, other, kept, ""))


@_SETTINGS
@given(st.data(), packs(), _SEEDS, st.integers(0, 7))
def test_one_changed_rule_is_the_only_rule_that_is_named(
    data: st.DataObject, pack: Pack, seed: int, which: int
) -> None:
    """Any rule of a pack, a definition too, asks something else."""
    rules = sorted(pack.rules)
    changed = pack.rules[rules[which % len(rules)]]
    names = () if changed.effect is Effect.DEFINE else ("named",)
    condition = data.draw(conditions(pack.facts, *names))
    after = replace(pack, rules=pack.rules | {changed.id: replace(changed, condition=condition)})
    change = PackChange.between(pack, after)
    for one, other in _differences(pack, after, seed):
        found = moved(one, other, change, "")
        assert f"rule:{changed.id}" in causes(found)
        assert set(causes(found)) <= {f"rule:{changed.id}", *(f"fact:{name}" for name in pack.facts)}
