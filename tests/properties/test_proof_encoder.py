"""INVARIANT: the formulas of a pack say of every patient what the evaluation says."""

from collections import Counter
from decimal import Decimal
from random import Random

import z3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.completions import Skeleton
from pactolus_engine.decide import Situation, decide
from pactolus_engine.decision import Outcome
from pactolus_engine.facts import FactSet, PatientIdentity, Reading, Source
from pactolus_engine.kleene import Truth
from pactolus_engine.match.agree import truths_by_definition
from pactolus_engine.match.definition import Definition
from pactolus_engine.pack.model import Absence, All, Any, Fact, FactType, Pack
from pactolus_engine.proof.answer import Answer, answer
from pactolus_engine.proof.solve import Solver, Verdict
from pactolus_engine.proof.space import Space
from pactolus_engine.states import States, is_settled
from pactolus_engine.values import Codes, Members, Value, exactly
from pactolus_engine.weigh import weigh
from tests.support.generate import (
    DAYS,
    INSTANT,
    NUMBERS,
    SETS,
    WHOLE,
    concluding_packs,
    packs,
    random_patient,
)
from tests.support.proof import as_weighed
from tests.support.small_packs import (
    a_code,
    a_date,
    a_flag,
    a_fraction,
    codes,
    compared,
    days,
    derived,
    is_one_of,
    pack_of,
    point,
    range_of,
    reading,
    rule,
    stands,
)
from tests.support.small_packs import patient as a_patient

_PATIENTS = 3
_TODAY = INSTANT.date().toordinal()
_PACKS = st.one_of(packs(), concluding_packs())
_GRAVE = (Outcome.CONFLICT, Outcome.HOLD, Outcome.OUT_OF_SCOPE)


def _whole_patient(random: Random, facts: dict[str, Fact]) -> FactSet:
    """One exact reading of each fact; of one that need not be sent, sometimes none."""
    sent = [
        fact
        for fact in facts.values()
        if fact.derivation is None and (fact.absence is Absence.REQUIRED or random.random() < 0.6)
    ]
    readings = []
    for fact in sent:
        origin = f"Observation/{fact.id}"
        readings.append(Reading(fact.id, Source(origin, "Observation.value"), origin, _value(random, fact)))
    return FactSet(PatientIdentity("p", "Patient/p"), tuple(readings))


def _value(random: Random, fact: Fact) -> Value:
    if fact.type is FactType.SET:
        return Members(random.choice([*SETS, frozenset({"a", "c"}), frozenset(fact.values)]))
    if not fact.type.is_ordered:
        return Codes(frozenset({random.choice(fact.codes)}))
    numbers = {FactType.INTEGER: WHOLE, FactType.DATE: DAYS}.get(fact.type, NUMBERS)
    return exactly(random.choice(numbers))


def _states(compiled: CompiledPack, patient: FactSet) -> States:
    return weigh(compiled.pack, compiled.definitions, compiled.partitions, patient, INSTANT)


def _decided(compiled: CompiledPack, patient: FactSet) -> Skeleton:
    states = _states(compiled, patient)
    definition = Definition(compiled.pack.facts, compiled.definitions, states)
    truths = truths_by_definition(compiled, definition)
    situation = Situation(compiled, patient, states, compiled.vector(states), truths, definition, INSTANT)
    decision = decide(situation, left_out=())
    found = tuple(sorted({(one.id, one.value) for one in decision.conclusions}))
    is_finding = decision.outcome is Outcome.CONCLUDED
    options = tuple(sorted(option.id for option in decision.options))
    return Skeleton(decision.outcome, options, found if is_finding else ())


def _is(found: Answer, skeleton: Skeleton) -> z3.BoolRef:
    given = [found.offers(o) if o in skeleton.options else z3.Not(found.offers(o)) for o in found.offered]
    if skeleton.outcome is Outcome.CONCLUDED:
        given += [
            truth if one in skeleton.conclusions else z3.Not(truth) for one, truth in found.concluded.items()
        ]
    return z3.And([found.outcome(skeleton.outcome), *given])


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(_PACKS, st.integers(0, 2**32))
def test_a_complete_patient_gets_the_same_truths_and_the_same_answer(pack: Pack, seed: int) -> None:
    compiled = compile_pack(pack)
    space = Space(compiled)
    found = answer(pack, compiled.conditions, space.patient)
    solver = Solver(tuple(space.constraints()))
    random = Random(seed)
    for _ in range(_PATIENTS):
        patient = _whole_patient(random, pack.facts)
        states = _states(compiled, patient)
        is_seen = all(is_settled(state.value) or state.value is None for state in states.values())
        seen = space.stated() if is_seen else ()
        asked = solver.ask([*as_weighed(space, states, _TODAY), *seen])
        assert asked.verdict is Verdict.SOMEBODY
        assert asked.model is not None
        model = asked.model
        definition = Definition(pack.facts, compiled.definitions, states)
        for name, condition in compiled.conditions.items():
            encoders = (space.patient, space.seen) if is_seen else (space.seen,)
            for pair in (encoder.pair(condition) for encoder in encoders):
                is_true, is_false = (
                    z3.is_true(model.eval(t, model_completion=True)) for t in (pair.true, pair.false)
                )
                truth = Truth.TRUE if is_true else Truth.FALSE if is_false else Truth.UNKNOWN
                assert truth is definition.truth(condition), name
        if is_seen:
            skeleton = _decided(compiled, patient)
            assert z3.is_true(model.eval(_is(found, skeleton), model_completion=True)), skeleton


def _nobody_is_answered_otherwise(space: Space, found: Answer, solver: Solver, patient: FactSet) -> Outcome:
    """Somebody is meant by what is known, and all who may be meant get the firm answer, if it is one."""
    compiled = space.compiled
    skeleton = _decided(compiled, patient)
    meant = list(as_weighed(space, _states(compiled, patient), _TODAY))
    assert solver.ask(meant)
    if skeleton.outcome in {Outcome.OFFER, Outcome.CONCLUDED}:
        assert solver.ask([*meant, z3.Not(_is(found, skeleton))]).verdict is Verdict.NOBODY
    elif skeleton.outcome in _GRAVE:
        graver = _GRAVE[: _GRAVE.index(skeleton.outcome) + 1]
        otherwise = z3.Not(z3.Or([found.outcome(one) for one in graver]))
        assert solver.ask([*meant, otherwise]).verdict is Verdict.NOBODY
    return skeleton.outcome


def test_a_firm_answer_is_that_of_every_patient_who_may_be_meant() -> None:
    """Which is why proofs look at complete patients only."""
    seen: Counter[str] = Counter()

    @settings(max_examples=150, suppress_health_check=list(HealthCheck))
    @given(_PACKS, st.integers(0, 2**32))
    def property_(pack: Pack, seed: int) -> None:
        compiled = compile_pack(pack)
        space = Space(compiled)
        found = answer(pack, compiled.conditions, space.patient)
        solver = Solver(tuple(space.constraints()))
        random = Random(seed)
        for _ in range(_PATIENTS):
            patient = random_patient(random, pack.facts)
            seen[_nobody_is_answered_otherwise(space, found, solver, patient)] += 1

    property_()
    assert seen[Outcome.OFFER] + seen[Outcome.CONCLUDED] > 5, seen


def _choosing_pack() -> Pack:
    """A result of a poor sample counts from the limit on, a response only when dated around the end."""
    low, high = compared("mrd", "below", "1e-5"), compared("mrd", "at-least", "1e-5")
    near = All((compared("span", "at-least", "-7"), compared("span", "at-most", "14")))
    counts = Any((high, is_one_of("good", "true")))
    facts = [
        a_fraction(several="agree", only=counts),
        a_flag("good", "assumed", assumed_value="true", note="no word on the sample", of="mrd"),
        a_date("end"),
        a_code("response", only=near),
        a_date("day", of="response"),
        derived("span", "days-between", "end", "day", low=Decimal(-400), high=Decimal(400)),
    ]
    rules = [
        rule("low", "offer", low, "one"),
        rule("high", "offer", high, "two"),
        rule("poor", "block", is_one_of("good", "false"), "two"),
        rule("progression", "exclude", is_one_of("response", "c")),
        rule("apart", "conflict", stands("mrd", "disagreeing")),
        rule("draft", "hold", stands("mrd", "not-final")),
    ]
    return pack_of(facts, rules)


def _samples(random: Random) -> FactSet:
    """One or two results, each of a sample good or poor, and as many responses, exact or not."""
    readings = [reading("end", days("2026-01-15", random.choice(("2026-01-15", "2026-01-31"))))]
    for number in range(random.choice((1, 1, 2))):
        origin = f"Observation/mrd-{number}"
        value = random.choice((point("1e-6"), point("1e-5"), point("1e-4"), range_of("[0, 1e-4)")))
        readings.append(reading("mrd", value, origin, random.choice(("final",) * 6 + ("not-final",))))
        if random.random() < 0.6:
            readings.append(reading("good", codes(*random.choice((["true"], ["false"]))), origin))
    for number in range(random.choice((1, 1, 2))):
        origin = f"Observation/response-{number}"
        readings.append(reading("response", codes(random.choice("abc")), origin))
        first = random.choice(("2026-01-01", "2026-01-10", "2026-01-20"))
        last = first if random.random() < 0.7 else "2026-02-25"
        readings.append(reading("day", days(first, last), origin))
    return a_patient(*readings)


def test_so_it_is_where_samples_are_chosen_by_what_they_say() -> None:
    compiled = compile_pack(_choosing_pack())
    space = Space(compiled)
    found = answer(compiled.pack, compiled.conditions, space.patient)
    solver = Solver(tuple(space.constraints()))
    random, seen = Random(7), Counter[Outcome]()
    for _ in range(250):
        seen[_nobody_is_answered_otherwise(space, found, solver, _samples(random))] += 1
    assert all(seen[one] > 5 for one in Outcome if one not in {Outcome.CONCLUDED, Outcome.RETRACT}), seen
