"""INVARIANT: the answers that are still possible, and the facts on which they depend, are exact."""

from collections import Counter
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pactolus_engine.compiled import compile_pack
from pactolus_engine.completions import complete
from pactolus_engine.pack.model import Pack
from pactolus_engine.weigh import weigh
from tests.support.generate import INSTANT, concluding_packs, packs, random_patient
from tests.support.oracle import brute_force

_PATIENTS = 5
_MOST = 500


def _compare(pack: Pack, seed: int, seen: Counter[str]) -> None:
    compiled = compile_pack(pack)
    random = Random(seed)
    for _ in range(_PATIENTS):
        patient = random_patient(random, pack.facts)
        states = weigh(pack, compiled.definitions, compiled.partitions, patient, INSTANT)
        expected = brute_force(compiled, states, _MOST)
        if expected is None:
            continue
        found = complete(compiled, compiled.vector(states))
        assert found.is_complete
        assert frozenset(found.skeletons) == expected.skeletons
        assert frozenset(found.depends_on) == expected.depends_on
        seen["open" if len(expected.skeletons) > 1 else "settled"] += 1


def _both_kinds_were_seen(seen: Counter[str]) -> bool:
    return seen["open"] > 40 and seen["settled"] > 40


def test_completions_are_exact() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=120, suppress_health_check=list(HealthCheck))
    @given(packs(), st.integers(0, 2**32))
    def property_(pack: Pack, seed: int) -> None:
        _compare(pack, seed, seen)

    property_()
    assert _both_kinds_were_seen(seen), seen


def test_completions_of_findings_are_exact() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=120, suppress_health_check=list(HealthCheck))
    @given(concluding_packs(), st.integers(0, 2**32))
    def property_(pack: Pack, seed: int) -> None:
        _compare(pack, seed, seen)

    property_()
    assert _both_kinds_were_seen(seen), seen
