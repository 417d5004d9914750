"""INVARIANT: what is learned later never contradicts what was said before."""

from collections import Counter
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pactolus_engine.compiled import compile_pack
from pactolus_engine.decision import Decision, Outcome, PossibleOutcome
from pactolus_engine.evaluate import evaluate
from pactolus_engine.pack.model import Effect, Pack
from tests.support.generate import INSTANT, packs, random_patient
from tests.support.narrow import narrowed
from tests.support.small_packs import InProcess

_PATIENTS = 8
_NOT_BOTH = "the dates it follows from cannot both be right"
_RANK = {Effect.CONFLICT: Outcome.CONFLICT, Effect.HOLD: Outcome.HOLD, Effect.EXCLUDE: Outcome.OUT_OF_SCOPE}


def _answer(decision: Decision) -> PossibleOutcome:
    return PossibleOutcome(decision.outcome, tuple(option.id for option in decision.options))


def _ended_by(decision: Decision) -> Effect | None:
    """The effect of the first true rule that ends a search, by the order of effects."""
    true = {reason.effect for reason in decision.reasons if reason.truth == "true"}
    return next((effect for effect in _RANK if effect in true), None)


def _overtakes(before: Decision, after: Decision) -> bool:
    """A rule of an earlier effect, which was unknown, came out true."""
    ended = _ended_by(before)
    earlier = list(_RANK)[: list(_RANK).index(ended)] if ended else []
    unknown = {reason.rule for reason in before.reasons if reason.truth == "unknown"}
    true = {r.rule for r in after.reasons if r.truth == "true" and r.effect in earlier}
    return bool(true & unknown)


def _cannot_be(decision: Decision) -> bool:
    """What was learned about one date rules out the other: then nobody is known better, for one of them is wrong, and
    an answer that rested on both is rightly open again."""
    return any(fact.shown.endswith(_NOT_BOTH) for fact in decision.trace.facts)


def _check(before: Decision, after: Decision, seen: Counter[str]) -> None:
    if before.outcome is not Outcome.NEED_DATA:
        if _answer(after) != _answer(before):
            assert _overtakes(before, after)
            seen["overtaken"] += 1
        seen["settled"] += 1
    elif after.outcome is Outcome.NEED_DATA:
        assert set(after.possible_outcomes) <= set(before.possible_outcomes)
        assert {m.fact for m in after.missing} <= {m.fact for m in before.missing}
        seen["still open"] += 1
    else:
        assert _answer(after) in before.possible_outcomes
        seen["answered"] += 1


def test_more_knowledge_never_contradicts() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=160, suppress_health_check=list(HealthCheck))
    @given(packs(), st.integers(0, 2**32))
    def property_(pack: Pack, seed: int) -> None:
        compiled, matcher, random = compile_pack(pack), InProcess(), Random(seed)
        for _ in range(_PATIENTS):
            patient = random_patient(random, pack.facts)
            better = narrowed(random, patient)
            if better is None:
                continue
            before = evaluate(patient, compiled, INSTANT, matcher)
            after = evaluate(better, compiled, INSTANT, matcher)
            if _cannot_be(after):
                seen["nobody"] += 1
            else:
                _check(before, after, seen)

    property_()
    assert seen["settled"] > 100 and seen["still open"] > 100 and seen["answered"] > 10, seen
