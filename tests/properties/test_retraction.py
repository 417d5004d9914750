"""INVARIANT: what was withdrawn, or fell into another class, never leaves its suggestion standing."""

from collections import Counter
from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pactolus_engine.compiled import compile_pack
from pactolus_engine.decision import Decision, Outcome
from pactolus_engine.evaluate import evaluate
from pactolus_engine.facts import FactSet, Source, Withdrawn
from pactolus_engine.pack.model import Pack
from pactolus_engine.retract import Earlier, EarlierSuggestion
from tests.support.generate import INSTANT, packs, random_patient
from tests.support.small_packs import InProcess

_PATIENTS = 6


def _without(facts: FactSet, origin: str, status: str) -> FactSet:
    """The same patient after the resource was withdrawn."""
    kept = tuple(one for one in facts.readings if one.origin != origin)
    return replace(facts, readings=kept, withdrawn=(Withdrawn(Source(origin, "Observation"), status),))


def _exchanged(random: Random, facts: FactSet, other: FactSet, origin: str) -> FactSet:
    """The same patient after the resource said what a resource of another patient says."""
    new = [one for one in other.readings if one.origin == origin]
    kept = [one for one in facts.readings if one.origin != origin]
    return replace(facts, readings=(*kept, *new))


def _options(decision: Decision) -> set[str]:
    return {option.id for option in decision.options}


def test_a_retraction_never_leaves_an_option_of_the_withdrawn_result_offered() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=120, suppress_health_check=list(HealthCheck), deadline=None)
    @given(packs(), st.integers(0, 2**32))
    def property_(pack: Pack, seed: int) -> None:
        compiled, matcher, random = compile_pack(pack), InProcess(), Random(seed)
        for _ in range(_PATIENTS):
            then = random_patient(random, pack.facts)
            before = evaluate(then, compiled, INSTANT, matcher)
            if before.outcome is not Outcome.OFFER or not then.readings:
                continue
            origin = random.choice(then.readings).origin
            status = random.choice(["entered-in-error", "cancelled"])
            now = random.choice(
                [
                    _without(then, origin, status),
                    _exchanged(random, then, random_patient(random, pack.facts), origin),
                ]
            )
            earlier = Earlier((EarlierSuggestion(before.decision_id, "plan", "0", then, now),))
            alone = evaluate(now, compiled, INSTANT, matcher)
            after = evaluate(now, compiled, INSTANT, matcher, earlier)
            if after.outcome is Outcome.RETRACT:
                assert after.options == ()
                assert after.replacement == alone
                seen["retracted"] += 1
            else:
                # The suggestion stands only where the same options are still what there is to say.
                assert after == alone
                assert (after.outcome, _options(after)) == (before.outcome, _options(before))
                seen["standing"] += 1

    property_()
    assert min(seen["retracted"], seen["standing"]) >= 20
