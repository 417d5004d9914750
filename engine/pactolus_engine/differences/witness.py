"""A witness for a region: one patient in it, whom both packs were seen to answer otherwise."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import z3

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decision import Decision
from pactolus_engine.differences.common import Common
from pactolus_engine.differences.regions import Region
from pactolus_engine.evaluate import evaluate
from pactolus_engine.pack.model import Absence
from pactolus_engine.ports import Matcher
from pactolus_engine.proof.patient import Patient, Statement, facts_of, patient_of
from pactolus_engine.proof.search import Search
from pactolus_engine.proof.solve import Solver

__all__ = ["Differs", "Witness", "WitnessFinder", "evaluated"]

Differs = Callable[[Decision, Decision], bool]
"""Whether two decisions differ in what the region says."""

_TRIES = 4
"""Patients of one region that are evaluated before it counts as not shown."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A patient, and what each version of the pack answers."""

    patient: Patient
    before: Decision
    after: Decision


def evaluated(compiled: CompiledPack, patient: Patient, matcher: Matcher) -> Decision:
    """The decision of a pack; what it has no fact for is not told to it."""
    known = tuple(one for one in patient.statements if one.fact in compiled.pack.facts)
    facts = facts_of(compiled.pack, replace(patient, statements=known))
    return evaluate(facts, compiled, patient.instant, matcher)


@dataclass(slots=True)
class WitnessFinder:
    """Finds witnesses. `old`, `new`: the packs whole, with all their rules."""

    common: Common
    old: CompiledPack
    new: CompiledPack
    matcher: Matcher
    wishes: list[z3.BoolRef] = field(init=False)

    def __post_init__(self) -> None:
        self.wishes = Search(self.common.everyone.compiled, self.matcher).wishes()

    def witness(self, region: Region, differs: Differs) -> Witness | None:
        """A plain patient of the region who is answered otherwise; None where none of a few was."""
        for model in self._models(region):
            found = self._tried(patient_of(self.common.everyone, model))
            if differs(found.before, found.after):
                return self._trimmed(found)
        return None

    def _models(self, region: Region) -> Iterator[z3.ModelRef]:
        inside = list(self._inside(region))
        solver = Solver(self.common.always)
        seen: list[z3.BoolRef] = []
        for wishes in (self.wishes, []):
            for _ in range(_TRIES):
                model = solver.ask([*inside, *wishes, *seen]).model
                if model is None:
                    break
                yield model
                seen.append(self._another(model))
        yield region.model

    def _inside(self, region: Region) -> Iterator[z3.BoolRef]:
        for allowed in region.where.values():
            yield z3.Or([one.holds for one in allowed])
        for said, is_said in region.said.items():
            holds = self.common.unchanged[said]
            yield holds if is_said else z3.Not(holds)

    def _another(self, model: z3.ModelRef) -> z3.BoolRef:
        """A patient of whom another rule of either pack is true."""
        truths = [
            pair.true for side in (self.common.old, self.common.new) for pair in side.answer.rules.values()
        ]
        return z3.Or([truth != model.eval(truth, model_completion=True) for truth in truths])

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
        if _said(fewer) == _said(witness):
            return fewer
        if len(groups) == 1:
            return witness
        middle = len(groups) // 2
        return self._without(self._without(witness, groups[:middle]), groups[middle:])


def _said(witness: Witness) -> tuple[object, ...]:
    """What of the two decisions must stay when less is said of the patient."""
    return tuple(
        (
            one.outcome,
            [o.id for o in one.options],
            one.conclusions,
            {t.rule: t.truth for t in one.trace.rules if t.truth == "true"},
        )
        for one in (witness.before, witness.after)
    )
