"""From a question to a patient whom the evaluation itself answers so, or to "nobody", or to "not decided".

The formulas let through more patients than there are: years are bounded by days only, a derived fact
of another kind is free. So nobody found is nobody, and somebody found is tried: the patient goes through
the very evaluation that a request goes through. One who does not show what was asked is ruled out, with
all who are like him, and another one is looked for, a few times.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

import z3

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.conditions import atoms_of, inline
from pactolus_engine.decision import Decision
from pactolus_engine.evaluate import evaluate
from pactolus_engine.facts import FactSet
from pactolus_engine.kleene import Truth
from pactolus_engine.match.definition import Definition
from pactolus_engine.pack.model import Absence, Condition
from pactolus_engine.ports import Matcher
from pactolus_engine.proof.patient import Patient, Statement, facts_of, patient_of
from pactolus_engine.proof.solve import Solver, Verdict
from pactolus_engine.proof.space import Space
from pactolus_engine.proof.wishes import plain_wishes, with_wishes
from pactolus_engine.weigh import weigh

__all__ = ["Carrier", "Found", "Search", "Shows", "Tried"]

TRIES = 8
"""Patients that are tried for one question before it counts as not decided."""

_SPLITS = 2
"""So many parts are tried one by one where they do not go together."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What the evaluation says of a patient: the decision, and the truth of any condition."""

    decision: Decision
    definition: Definition

    def rule(self, rule: str) -> str:
        """`true`, `false` or `unknown`: what became of a rule."""
        return next(one.truth for one in self.decision.trace.rules if one.rule == rule)

    def holds(self, condition: Condition) -> bool:
        """The condition is surely true."""
        return self.definition.truth(condition) is Truth.TRUE


Carrier = Callable[[Patient], FactSet | None]
"""The facts that are read when the patient is sent as FHIR; None when FHIR does not carry him."""

Shows = Callable[[Tried], bool]
"""Whether what the evaluation says shows what was asked for."""


@dataclass(frozen=True, slots=True)
class Found:
    """The end of a search; `patient` is set where there is somebody."""

    verdict: Verdict
    patient: Patient | None = None


@dataclass(slots=True)
class Search:
    """Looks for patients of one pack. `also`: conditions of claims. `effort`: a multiple of the bound.

    `carried`: with it, a patient is preferred who still shows what was asked after a way through FHIR.
    """

    compiled: CompiledPack
    matcher: Matcher
    also: tuple[Condition, ...] = ()
    effort: int = 1
    carried: Carrier | None = None
    _signs: list[z3.BoolRef] = field(init=False, default_factory=list)
    space: Space = field(init=False)
    solver: Solver = field(init=False)

    def __post_init__(self) -> None:
        self.space = Space(self.compiled, self.also)
        self.solver = Solver(tuple(self.space.constraints()), self.effort)

    def tried(self, patient: Patient) -> Tried:
        """What the evaluation says of a patient."""
        return self._tried(facts_of(self.compiled.pack, patient), patient.instant)

    def _tried(self, facts: FactSet, instant: datetime) -> Tried:
        compiled = self.compiled
        decision = evaluate(facts, compiled, instant, self.matcher)
        states = weigh(compiled.pack, compiled.definitions, compiled.partitions, facts, instant)
        return Tried(decision, Definition(compiled.pack.facts, compiled.definitions, states))

    def shows_as_sent(self, patient: Patient, shows: Shows) -> bool:
        """Whether the patient shows it when he is sent as FHIR."""
        facts = self.carried(patient) if self.carried else None
        return facts is not None and shows(self._tried(facts, patient.instant))

    def somebody(self, terms: Iterable[z3.BoolRef]) -> Verdict:
        """Whether there is a patient, seen whole or not, for whom all terms are true; he is not tried."""
        return self.solver.ask(terms).verdict

    def complete(self, terms: Iterable[z3.BoolRef], shows: Shows) -> Found:
        """A complete patient of whom all is seen."""
        return self.found([*terms, *self.space.stated()], shows)

    def example(self, terms: Iterable[z3.BoolRef], shows: Shows) -> Found:
        """A patient for whom all terms are true, one of whom all is seen if there is one."""
        asked = list(terms)
        seen = self.complete(asked, shows)
        return seen if seen.patient else self.found(asked, shows)

    def found(self, terms: Iterable[z3.BoolRef], shows: Shows) -> Found:
        """A patient for whom all terms are true and whom the evaluation answers so."""
        asked = list(terms)
        first = self.solver.ask(asked)
        if not first:
            return Found(first.verdict)
        only_as_facts: Patient | None = None
        for _ in range(TRIES):
            model = self._plainest(asked)
            if model is None:
                break
            patient = patient_of(self.space, model)
            if shows(self.tried(patient)):
                if self.shows_as_sent(patient, shows):
                    patient = replace(patient, is_carried=True)
                if self.carried is None or patient.is_carried:
                    return Found(Verdict.SOMEBODY, self._trimmed(patient, shows))
                only_as_facts = only_as_facts or patient
            asked.append(self.others_than(model))
        if only_as_facts is not None:
            return Found(Verdict.SOMEBODY, only_as_facts)
        return Found(Verdict.NOT_DECIDED)

    def _plainest(self, terms: list[z3.BoolRef]) -> z3.ModelRef | None:
        """The model of the plainest patient that there is: as many wishes as can be had together."""
        answered = self.solver.ask(terms)
        return with_wishes(self.solver, terms, plain_wishes(self.space), answered)[1].model

    def others_than(self, model: z3.ModelRef) -> z3.BoolRef:
        """Any patient of whom some fact stands otherwise or some test comes out otherwise."""
        return z3.Or([sign != model.eval(sign, model_completion=True) for sign in self._all_signs()])

    def _all_signs(self) -> list[z3.BoolRef]:
        if not self._signs:
            space, compiled = self.space, self.compiled
            sifting = [
                p for fact in compiled.pack.facts.values() if fact.only for p in (fact.only, *fact.prefer)
            ]
            inlined = [
                inline(c, compiled.definitions)
                for c in (*compiled.conditions.values(), *space.also, *sifting)
            ]
            atoms = dict.fromkeys(atom for c in inlined for atom in atoms_of(c) if atom.fact in space.facts)
            self._signs += [space.patient.pair(atom).true for atom in atoms]
            self._signs += [truth for name in space.facts for truth in space.terms(name).stands.values()]
        return self._signs

    def _trimmed(self, patient: Patient, shows: Shows) -> Patient:
        """The same patient without what need not be said to show it."""
        facts = self.compiled.pack.facts
        goes = []
        for one in patient.statements:
            own = tuple(s for s in patient.statements if one.fact in {s.fact, facts[s.fact].of})
            if all(facts[s.fact].absence is not Absence.REQUIRED and not s.sample for s in own):
                goes.append(own)
        return self._without_any_of(patient, goes, shows)

    def _without_any_of(self, patient: Patient, goes: list[tuple[Statement, ...]], shows: Shows) -> Patient:
        """As few of these as show it: all go together, or each half is tried."""
        fewer = self._if_it_shows(patient, [one for own in goes for one in own], shows)
        if fewer is not patient or len(goes) < _SPLITS:
            return fewer
        middle = len(goes) // 2
        first = self._without_any_of(patient, goes[:middle], shows)
        return self._without_any_of(first, goes[middle:], shows)

    def _if_it_shows(self, patient: Patient, without: list[Statement], shows: Shows) -> Patient:
        fewer = patient.without(without)
        still = shows(self.tried(fewer)) and (self.carried is None or self.shows_as_sent(fewer, shows))
        return fewer if still else patient
