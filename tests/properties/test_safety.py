"""INVARIANTS that keep a patient from harm: nothing is offered that may yet be forbidden."""

from collections import Counter
from collections.abc import Callable
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.decision import Decision, Outcome
from pactolus_engine.evaluate import evaluate
from pactolus_engine.facts import FactSet
from pactolus_engine.kleene import Truth
from pactolus_engine.match.agree import truths_by_engine
from pactolus_engine.match.definition import Definition
from pactolus_engine.pack.model import Effect, Not, Pack, Rule
from pactolus_engine.weigh import weigh
from tests.support.generate import INSTANT, PLACE, packs, random_patient
from tests.support.oracle import Truths, every_completion
from tests.support.small_packs import InProcess

_ENDINGS = frozenset({Effect.CONFLICT, Effect.HOLD, Effect.EXCLUDE})
_PATIENTS = 6
_MOST = 400

Check = Callable[[Pack, Decision, list[Truths]], None]


def _check_offers(check: Check, *, at_least: int) -> None:
    """Runs the check on every generated decision that offers something."""
    offers = 0

    @settings(max_examples=170, suppress_health_check=list(HealthCheck))
    @given(packs(), st.integers(0, 2**32))
    def property_(pack: Pack, seed: int) -> None:
        nonlocal offers
        compiled, matcher, random = compile_pack(pack), InProcess(), Random(seed)
        for _ in range(_PATIENTS):
            patient = random_patient(random, pack.facts)
            decision = evaluate(patient, compiled, INSTANT, matcher)
            completions = _completions(compiled, patient) if decision.outcome is Outcome.OFFER else None
            if completions is not None:
                check(pack, decision, completions)
                offers += 1

    property_()
    assert offers >= at_least


def _completions(compiled: CompiledPack, patient: FactSet) -> list[Truths] | None:
    states = weigh(compiled.pack, compiled.definitions, compiled.partitions, patient, INSTANT)
    found = every_completion(compiled, states, _MOST)
    return None if found is None else list(found.values())


def _true(pack: Pack, truths: Truths, *effects: Effect) -> list[Rule]:
    return [rule for rule in pack.rules.values() if rule.effect in effects and truths[rule.id] is Truth.TRUE]


def test_no_option_while_an_excluder_may_be_true() -> None:
    def check(pack: Pack, decision: Decision, completions: list[Truths]) -> None:
        assert not any(_true(pack, truths, *_ENDINGS) for truths in completions)

    _check_offers(check, at_least=40)


def test_an_offer_holds_in_every_completion() -> None:
    def check(pack: Pack, decision: Decision, completions: list[Truths]) -> None:
        offered = {option.id for option in decision.options}
        for truths in completions:
            left = {rule.target for rule in _true(pack, truths, Effect.OFFER)}
            assert left - {rule.target for rule in _true(pack, truths, Effect.BLOCK)} == offered

    _check_offers(check, at_least=40)


def test_a_blocked_option_is_never_offered() -> None:
    def check(pack: Pack, decision: Decision, completions: list[Truths]) -> None:
        offered = {option.id for option in decision.options}
        assert offered
        assert offered.isdisjoint(blocked.option for blocked in decision.blocked_options)
        for truths in completions:
            assert offered.isdisjoint(rule.target for rule in _true(pack, truths, Effect.BLOCK))

    _check_offers(check, at_least=40)


def test_only_an_offer_has_options() -> None:
    outcomes: Counter[Outcome] = Counter()

    @settings(max_examples=120, suppress_health_check=list(HealthCheck))
    @given(packs(), st.integers(0, 2**32))
    def property_(pack: Pack, seed: int) -> None:
        compiled, matcher, random = compile_pack(pack), InProcess(), Random(seed)
        for _ in range(_PATIENTS):
            decision = evaluate(random_patient(random, pack.facts), compiled, INSTANT, matcher)
            outcomes[decision.outcome] += 1
            assert bool(decision.options) is (decision.outcome is Outcome.OFFER)
            assert bool(decision.possible_outcomes) is (decision.outcome is Outcome.NEED_DATA)
            assert len(decision.possible_outcomes) > 1 or decision.outcome is not Outcome.NEED_DATA
            assert bool(decision.missing) is (decision.outcome is Outcome.NEED_DATA)

    property_()
    expected = {Outcome.OFFER, Outcome.NEED_DATA, Outcome.HOLD, Outcome.OUT_OF_SCOPE, Outcome.CONFLICT}
    assert set(outcomes) == expected
    assert min(outcomes.values()) > 5


def _with_opposites(pack: Pack) -> CompiledPack:
    """Each rule beside one with the opposite condition."""
    opposites = {
        f"{rule.id}-not": Rule(
            f"{rule.id}-not", "", "", Not(rule.condition), Effect.CAVEAT, PLACE, rationale="made"
        )
        for rule in pack.rules.values()
        if rule.effect is not Effect.DEFINE
    }
    for name, rule in opposites.items():
        pack.rules[name] = rule
    return compile_pack(pack)


def test_unknown_never_satisfies_not() -> None:
    unknown = 0

    @settings(max_examples=150, suppress_health_check=list(HealthCheck))
    @given(packs(), st.integers(0, 2**32))
    def property_(pack: Pack, seed: int) -> None:
        nonlocal unknown
        compiled, matcher, random = _with_opposites(pack), InProcess(), Random(seed)
        for _ in range(_PATIENTS):
            patient = random_patient(random, pack.facts)
            states = weigh(pack, compiled.definitions, compiled.partitions, patient, INSTANT)
            definition = Definition(pack.facts, compiled.definitions, states)
            by_engine = truths_by_engine(
                compiled, matcher.fired(compiled, compiled.letters(compiled.vector(states)))
            )
            for rule in compiled.conditions:
                if (
                    definition.truth(pack.rules[rule].condition) is Truth.UNKNOWN
                    and f"{rule}-not" in by_engine
                ):
                    unknown += 1
                    assert by_engine[f"{rule}-not"] is Truth.UNKNOWN
                    assert definition.truth(Not(pack.rules[rule].condition)) is Truth.UNKNOWN

    property_()
    assert unknown > 100
