"""A witness for a region: one patient in it, whom both packs were seen to answer otherwise."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import z3

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decision import Decision
from pactolus_engine.differences.common import Common
from pactolus_engine.differences.regions import Region
from pactolus_engine.evaluate import evaluate
from pactolus_engine.pack.model import Absence, Fact, FactType
from pactolus_engine.ports import Matcher
from pactolus_engine.proof.patient import Patient, Statement, facts_of, patient_of
from pactolus_engine.proof.search import Search
from pactolus_engine.proof.solve import Solver
from pactolus_engine.proof.wishes import plain_wishes, with_wishes
from pactolus_engine.values import Codes, Interval, Members, Value

__all__ = ["Differs", "Sends", "Witness", "WitnessFinder", "evaluated"]

Differs = Callable[[Decision, Decision], bool]
"""Whether two decisions differ in what the region says."""

Sends = Callable[[Patient], bool]
"""Whether a patient shows the difference when he is sent."""

_TRIES = 6
"""Patients of one region that are evaluated before it counts as not shown."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A patient, and what each version of the pack answers."""

    patient: Patient
    before: Decision
    after: Decision


def evaluated(compiled: CompiledPack, patient: Patient, matcher: Matcher) -> Decision:
    """The decision of a pack; what it has no fact for, or a fact of another kind, is not told to it."""
    pack = compiled.pack.facts
    known = tuple(one for one in patient.statements if one.fact in pack and _fits(pack[one.fact], one.value))
    facts = facts_of(compiled.pack, replace(patient, statements=known))
    return evaluate(facts, compiled, patient.instant, matcher)


def _fits(fact: Fact, value: Value | None) -> bool:
    match value:
        case Interval():
            return fact.type.is_ordered
        case Codes(possible):
            return possible <= frozenset(fact.codes)
        case Members(surely):
            return fact.type is FactType.SET and surely <= frozenset(fact.values)
        case None:
            return True


@dataclass(slots=True)
class WitnessFinder:
    """Finds witnesses. `old`, `new`: the packs whole, with all their rules. `sends`: with it, a patient is
    preferred of whom it is true: one who still shows the difference when he is sent as FHIR."""

    common: Common
    old: CompiledPack
    new: CompiledPack
    matcher: Matcher
    sends: Sends | None = None
    search: Search = field(init=False)

    def __post_init__(self) -> None:
        self.search = Search(self.common.everyone.compiled, self.matcher)

    def witness(self, region: Region, differs: Differs) -> Witness | None:
        """A plain patient of the region who is answered otherwise; None where none of a few was."""
        not_sent: Witness | None = None
        for model in self._models(region):
            found = self._tried(patient_of(self.common.everyone, model))
            if differs(found.before, found.after):
                if self._is_sent(found.patient):
                    return self._trimmed(found)
                not_sent = not_sent or found
        return not_sent

    def _is_sent(self, patient: Patient) -> bool:
        return self.sends is None or self.sends(patient)

    def _models(self, region: Region) -> Iterator[z3.ModelRef]:
        """A few patients of the region, the plainest there are, each in other cells; then the one first found."""
        terms, solver = list(self._inside(region)), Solver(self.common.always)
        wishes = plain_wishes(self.common.everyone)
        for _ in range(_TRIES):
            model = with_wishes(solver, terms, wishes, solver.ask(terms))[1].model
            if model is None:
                break
            yield model
            terms.append(self.search.others_than(model))
        yield region.model

    def _inside(self, region: Region) -> Iterator[z3.BoolRef]:
        for allowed in region.where.values():
            yield z3.Or([one.holds for one in allowed])
        for said, is_said in region.said.items():
            holds = self.common.unchanged[said]
            yield holds if is_said else z3.Not(holds)

    def _tried(self, patient: Patient) -> Witness:
        before = evaluated(self.old, patient, self.matcher)
        return Witness(patient, before, evaluated(self.new, patient, self.matcher))

    def _trimmed(self, witness: Witness) -> Witness:
        """The same patient without what need not be said for the same two answers."""
        facts = self.common.everyone.compiled.pack.facts
        groups: list[tuple[Statement, ...]] = []
        for one in witness.patient.statements:
            own = tuple(s for s in witness.patient.statements if one.fact in {s.fact, facts[s.fact].of})
            if all(facts[s.fact].absence is not Absence.REQUIRED and not s.sample for s in own):
                groups.append(own)
        return self._without(witness, groups)

    def _without(self, witness: Witness, groups: list[tuple[Statement, ...]]) -> Witness:
        """All go together, or each half is tried."""
        if not groups:
            return witness
        fewer = self._tried(witness.patient.without([one for own in groups for one in own]))
        if _said(fewer) == _said(witness) and self._is_sent(fewer.patient):
            return fewer
        if len(groups) == 1:
            return witness
        middle = len(groups) // 2
        return self._without(self._without(witness, groups[:middle]), groups[middle:])


def _said(witness: Witness) -> tuple[object, ...]:
    """What of the two decisions must stay when less is said of the patient."""
    return tuple(
        (one.outcome, {option.id for option in one.options}, {(c.id, c.value) for c in one.conclusions})
        for one in (witness.before, witness.after)
    )
