"""INVARIANT: durable-rules over cells and the definition over values give every rule the same truth."""

import os
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pactolus_engine.compiled import CompiledPack, EngineRule, compile_pack
from pactolus_engine.errors import EnginesDisagree
from pactolus_engine.facts import FactSet
from pactolus_engine.match.agree import agreed_truths
from pactolus_engine.match.definition import Definition
from pactolus_engine.match.durable import DurableMatcher, shards_of
from pactolus_engine.pack.model import Pack
from pactolus_engine.values import Interval
from pactolus_engine.weigh import weigh
from tests.support.generate import INSTANT, packs, packs_over_samples, random_patient

PATIENTS_PER_PACK = 25
PAIRS = max(20_000, int(os.environ.get("PACTOLUS_PAIRS", "0")))
"""Pairs of a pack and a patient, each different from the others; `make differential` sets more."""

# A tenth more packs than needed: now and then two packs come out the same.
_SETTINGS = settings(
    max_examples=PAIRS * 11 // (10 * PATIENTS_PER_PACK),
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


def compare(compiled: CompiledPack, matcher: DurableMatcher, patient: FactSet) -> None:
    """Evaluates both ways; raises `EnginesDisagree` when they differ."""
    pack = compiled.pack
    states = weigh(pack, compiled.definitions, compiled.partitions, patient, INSTANT)
    definition = Definition(pack.facts, compiled.definitions, states)
    agreed_truths(compiled, definition, matcher.fired(compiled.letters(compiled.vector(states))))


def run(pack: Pack, seed: int, compiled: CompiledPack | None = None) -> set[FactSet]:
    """One pack against `PATIENTS_PER_PACK` different patients that follow from the seed."""
    compiled = compiled or compile_pack(pack)
    matcher = DurableMatcher("generated", shards_of(compiled))
    random = Random(seed)
    seen: set[FactSet] = set()
    while len(seen) < PATIENTS_PER_PACK:
        patient = random_patient(random, pack.facts)
        if patient not in seen:
            compare(compiled, matcher, patient)
            seen.add(patient)
    return seen


def test_engines_agree_on_every_generated_pair() -> None:
    pairs: set[tuple[int, int]] = set()

    @_SETTINGS
    @given(packs(), st.integers(0, 2**32))
    def property_(pack: Pack, seed: int) -> None:
        known = hash((tuple(pack.facts.values()), tuple(pack.rules.values())))
        pairs.update((known, hash(patient)) for patient in run(pack, seed))

    property_()
    assert len(pairs) >= PAIRS


@settings(max_examples=60, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(packs_over_samples(), st.integers(0, 2**32))
def test_engines_agree_on_facts_over_several_samples(pack: Pack, seed: int) -> None:
    assert len(run(pack, seed)) == PATIENTS_PER_PACK


def _drop_a_letter(rule: EngineRule) -> EngineRule:
    return replace(rule, letters=rule.letters[1:]) if len(rule.letters) > 1 else rule


def _at_most_for_below(compiled: CompiledPack) -> CompiledPack:
    """The cells of a `below` cut one step too far, as a wrong `<=` would."""
    partitions = dict(compiled.partitions)
    for name, partition in partitions.items():
        cells = tuple(
            replace(cell, low_closed=False)
            if isinstance(cell, Interval) and place and cell.low is not None
            else cell
            for place, cell in enumerate(partition.cells)
            if not (isinstance(cell, Interval) and cell.is_point)
        )
        if len(cells) == len(partition.cells):
            partitions[name] = replace(partition, cells=cells)
    return replace(compiled, partitions=partitions)


@pytest.mark.parametrize("defect", ["matcher", "cells", "definition"])
def test_a_seeded_defect_is_caught(defect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(pack: Pack) -> CompiledPack:
        compiled = compile_pack(pack)
        if defect == "matcher":
            return replace(compiled, engine_rules=tuple(map(_drop_a_letter, compiled.engine_rules)))
        return _at_most_for_below(compiled) if defect == "cells" else compiled

    if defect == "definition":
        monkeypatch.setattr("pactolus_engine.match.definition._reaches_below", _reaches_at_most)

    @settings(max_examples=400, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(packs(), st.integers(0, 2**32))
    def property_(pack: Pack, seed: int) -> None:
        run(pack, seed, damaged(pack))

    with pytest.raises(EnginesDisagree):
        property_()


def _reaches_at_most(interval: Interval, constant: Decimal) -> bool:
    return interval.low is None or interval.low <= constant
