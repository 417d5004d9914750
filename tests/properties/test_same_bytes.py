"""INVARIANT: same input, same bytes, whatever the order, the hash seed, the time zone or the locale."""

import os
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pactolus_engine.compiled import compile_pack
from pactolus_engine.decision import Outcome
from pactolus_engine.evaluate import evaluate
from pactolus_engine.facts import FactSet
from pactolus_engine.pack.model import All, Any, Not, Pack
from pactolus_engine.record import decision_json
from pactolus_engine.weigh import uncounted, weigh, weigh_and_tell
from tests.support.generate import INSTANT, packs, packs_over_samples, random_patient
from tests.support.small_packs import (
    InProcess,
    a_code,
    a_flag,
    a_fraction,
    a_set,
    compared,
    is_one_of,
    is_set,
    pack_of,
    rule,
    stands,
)

_ROOT = Path(__file__).resolve().parents[2]
_PATIENTS = 4
_SETTINGS = settings(max_examples=60, suppress_health_check=list(HealthCheck))


@_SETTINGS
@given(packs(), st.integers(0, 2**32))
def test_order_of_readings_does_not_matter(pack: Pack, seed: int) -> None:
    compiled, matcher, random = compile_pack(pack), InProcess(), Random(seed)
    for _ in range(_PATIENTS):
        patient = random_patient(random, pack.facts)
        first = decision_json(evaluate(patient, compiled, INSTANT, matcher))
        assert decision_json(evaluate(_shuffled(random, patient), compiled, INSTANT, matcher)) == first


def _shuffled(random: Random, patient: FactSet) -> FactSet:
    readings = random.sample(patient.readings, len(patient.readings))
    return replace(patient, readings=tuple(readings))


@_SETTINGS
@given(packs(), st.integers(0, 2**32))
def test_same_input_same_bytes(pack: Pack, seed: int) -> None:
    patient = random_patient(Random(seed), pack.facts)
    first = evaluate(patient, compile_pack(pack), INSTANT, InProcess())
    reordered = replace(
        pack, rules=dict(reversed(pack.rules.items())), facts=dict(reversed(pack.facts.items()))
    )
    again = evaluate(patient, compile_pack(reordered), INSTANT, InProcess())
    assert decision_json(again) == decision_json(first)
    assert again.decision_id == first.decision_id != ""


@_SETTINGS
@given(packs() | packs_over_samples(), st.integers(0, 2**32))
def test_one_weighing_tells_what_two_would(pack: Pack, seed: int) -> None:
    compiled, random = compile_pack(pack), Random(seed)
    definitions, partitions = compiled.definitions, compiled.partitions
    for _ in range(_PATIENTS):
        patient = random_patient(random, pack.facts)
        states = weigh(pack, definitions, partitions, patient, INSTANT)
        left_out = uncounted(pack, definitions, partitions, patient, states, INSTANT)
        assert weigh_and_tell(pack, definitions, partitions, patient, INSTANT) == (states, left_out)


def a_pack_of_many_names() -> Pack:
    """Sets everywhere: whatever an order could leak through."""
    facts = (a_fraction(several="agree"), a_code(), a_flag(absence="assumed", assumed_value="false"), a_set())
    low, high = compared("mrd", "below", "1e-5"), compared("mrd", "at-least", "1e-4")
    rules = (
        rule("positive", "offer", Any((high, is_one_of("code", "b", "c"))), "two"),
        rule("negative", "offer", All((low, is_set("drugs", "ikrd"))), "one"),
        rule("other", "exclude", All((is_one_of("flag", "true"), Not(is_set("drugs", "xi"))))),
        rule("differ", "conflict", stands("mrd", "disagreeing", "unreadable")),
        rule("wait", "hold", stands("mrd", "not-final", "unusable")),
    )
    return pack_of(facts, rules)


def bytes_of_many_decisions() -> tuple[str, set[Outcome]]:
    """The digest over forty decisions, and the outcomes among them."""
    compiled, matcher, random = compile_pack(a_pack_of_many_names()), InProcess(), Random(7)
    digest = sha256()
    outcomes: set[Outcome] = set()
    for _ in range(40):
        decision = evaluate(random_patient(random, compiled.pack.facts), compiled, INSTANT, matcher)
        digest.update(decision_json(decision))
        outcomes.add(decision.outcome)
    return digest.hexdigest(), outcomes


def test_same_bytes_in_another_process() -> None:
    here, outcomes = bytes_of_many_decisions()
    assert {Outcome.NEED_DATA, Outcome.OFFER} < outcomes
    program = (
        "from tests.properties.test_same_bytes import bytes_of_many_decisions as b; print(b()[0], end='')"
    )
    for seed, zone, locale in (("1", "Pacific/Kiritimati", "C"), ("4711", "America/Adak", "tr_TR.UTF-8")):
        same_code = os.pathsep.join([str(_ROOT), *sys.path])
        env = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale, "PYTHONPATH": same_code}
        command = [sys.executable, "-c", program]
        there = subprocess.run(command, cwd=_ROOT, env=env, capture_output=True, text=True, check=False)
        assert there.stdout == here, there.stderr
