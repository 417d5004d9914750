"""One mutant against the cases of a pack: whether a case comes out otherwise than it says.

Only what the mutant can move is computed again. Where every rule comes out as before and none that is
unknown bears on the answer, the decision is the one that the case has already. The truths are those of
the definition alone: that durable-rules gives the same is proved elsewhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pactolus_adapters.authoring.earlier_case import answered_after
from pactolus_adapters.authoring.letters import LetterMatcher
from pactolus_adapters.authoring.mutation_case import Known
from pactolus_adapters.authoring.mutation_reach import Touched
from pactolus_adapters.authoring.run_cases import case_facts, differences
from pactolus_engine.cases import Case
from pactolus_engine.cells import Partition
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.conditions import atoms_of
from pactolus_engine.decide import Situation, decide
from pactolus_engine.errors import InputInvalid
from pactolus_engine.facts import FactSet
from pactolus_engine.kleene import Truth
from pactolus_engine.match.agree import truths_by_definition
from pactolus_engine.match.definition import Definition
from pactolus_engine.pack.model import Effect
from pactolus_engine.states import States
from pactolus_engine.weigh import uncounted, weigh

__all__ = ["Trial"]


@dataclass(frozen=True, slots=True)
class Trial:
    """A pack, the same pack with one mutant in it, and what of it the mutant touches."""

    base: CompiledPack
    changed: CompiledPack
    touched: Touched
    files: Mapping[str, bytes]

    def rank(self, known: Known) -> int:
        """Where to look first: the least is the most likely to kill.

        0: several readings of a fact whose readings are chosen otherwise. 1: a fact may move, or a rule
        surely comes out otherwise. 2: all else.
        """
        touched = self.touched
        if any(touched.samples(fact, known.facts) > 1 for fact in touched.sifted | touched.agreeing):
            return 0
        if touched.moves(known.facts, known.states, is_open=known.is_open):
            return 1
        after = self._truths(known.states)
        seen = (rule for rule in touched.rules if not self._is_unseen(rule, known.case))
        return 1 if any(self._differs(rule, known.truths, after) for rule in seen) else 2

    def kills(self, known: Known) -> bool:
        """Whether a case that is decided from one request comes out otherwise than it says."""
        try:
            facts = self._facts(known)
        except InputInvalid:
            return True
        moves = self.touched.moves(facts, known.states, is_open=known.is_open)
        if not moves and facts == known.facts:
            after = self._truths(known.states)
            if self._is_as_before(known, after):
                return False
            return self._comes_otherwise(known.case, facts, known.states, {**known.truths, **after})
        states = self._weighed(known, facts)
        if facts == known.facts and not known.is_open and self._is_weighed_alike(known, states):
            return False
        definition = Definition(self.changed.pack.facts, self.changed.definitions, states)
        truths = truths_by_definition(self.changed, definition)
        return self._comes_otherwise(known.case, facts, states, truths)

    def kills_refused(self, case: Case) -> bool:
        """Whether a case whose input must be refused is refused otherwise, or not at all."""
        if not self.touched.reads_otherwise(self.files[case.resources]):
            return False
        try:
            case_facts(case, self.files, self.changed.pack)
        except InputInvalid as refusal:
            return tuple(sorted({one.field for one in refusal.violations})) != case.expect.refused
        return True

    def kills_after(self, case: Case, asked: tuple[States, ...]) -> bool:
        """Whether a case with a history comes out otherwise; `asked`: the states the pack was asked about."""
        files = (*case.earlier, case.resources)
        is_read = any(self.touched.reads_otherwise(self.files[file]) for file in files)
        if not is_read and not self._retracts_otherwise(asked) and not any(map(self._may_move, asked)):
            return False
        try:
            answer = answered_after(case, self.files, self.changed, LetterMatcher())
        except InputInvalid:
            return True
        return bool(differences(answer.decision, case.expect, self.base.pack))

    def _facts(self, known: Known) -> FactSet:
        file = known.case.resources
        if not file or not self.touched.reads_otherwise(self.files[file]):
            return known.facts
        return case_facts(known.case, self.files, self.changed.pack)

    def _weighed(self, known: Known, facts: FactSet) -> States:
        compiled = self.changed
        return weigh(compiled.pack, compiled.definitions, compiled.partitions, facts, known.case.at)

    def _truths(self, states: States) -> dict[str, Truth]:
        """The truths of the rules that the mutant touches; a rule that is gone has none."""
        definition = Definition(self.changed.pack.facts, self.changed.definitions, states)
        conditions = self.changed.conditions
        return {rule: definition.truth(conditions[rule]) for rule in self.touched.rules if rule in conditions}

    def _retracts_otherwise(self, asked: tuple[States, ...]) -> bool:
        """Whether facts may move between cells where they did not, or the other way round.

        A suggestion falls when a fact that rules look at lies in other cells than before; so the same
        facts must be looked at, and the same of these states be told apart in each of them.
        """
        before, after = self.base.partitions, self.changed.partitions
        if {one.fact.id for one in before.values()} != {one.fact.id for one in after.values()}:
            return True
        return any(
            _told_apart(before.get(name), asked) != _told_apart(after.get(name), asked)
            for name in self.touched.cells
        )

    def _may_move(self, states: States) -> bool:
        """Whether a state on the way through a case with a history may lead elsewhere."""
        if self.touched.weighs and self.touched.is_spoken_of(states):
            return True
        definition = Definition(self.base.pack.facts, self.base.definitions, states)
        conditions = self.base.conditions
        before = {r: definition.truth(conditions[r]) for r in self.touched.rules if r in conditions}
        after = self._truths(states)
        return any(self._differs(rule, before, after) or self._is_open(rule, before) for rule in before)

    def _is_as_before(self, known: Known, after: Mapping[str, Truth]) -> bool:
        """Whether no rule that is touched can make the case come out otherwise, its states being the same.

        A rule with a known truth keeps it in every completion. One that is unknown may turn another way,
        unless a true rule has settled the decision. A caveat is seen only where the case speaks of it.
        """
        for rule in self.touched.rules:
            if self._is_unseen(rule, known.case):
                continue
            is_open = not known.is_settled and self._is_open(rule, known.truths)
            if is_open or self._differs(rule, known.truths, after):
                return False
        return True

    def _is_weighed_alike(self, known: Known, states: States) -> bool:
        """Whether states that were weighed anew leave the answer as it was: the same truths, and the same
        states behind every rule that is unknown. `assumed` is the one thing else that shows."""
        if self.touched.rules or self.touched.cells:
            return states == known.states and self._is_as_before(known, self._truths(states))
        if known.case.expect.assumed is not None and states != known.states:
            return False
        definition = Definition(self.changed.pack.facts, self.changed.definitions, states)
        if truths_by_definition(self.changed, definition) != known.truths:
            return False
        if known.is_settled:
            return True
        unknown = [rule for rule in known.truths if self._is_open(rule, known.truths)]
        facts = {atom.fact for rule in unknown for atom in atoms_of(self.changed.conditions[rule])}
        return all(states[fact] == known.states[fact] for fact in facts)

    def _differs(self, rule: str, before: Mapping[str, Truth], after: Mapping[str, Truth]) -> bool:
        """Whether the rule surely does another thing than before; one that is gone is false."""
        old, new = before.get(rule, Truth.FALSE), after.get(rule, Truth.FALSE)
        return old is not new or (old is not Truth.FALSE and rule in self.touched.acts_otherwise)

    def _is_open(self, rule: str, truths: Mapping[str, Truth]) -> bool:
        """Whether the rule is unknown and completions ask for it, as they do for all but caveats."""
        is_caveat = self.base.pack.rules[rule].effect is Effect.CAVEAT
        return truths.get(rule) is Truth.UNKNOWN and not is_caveat

    def _is_unseen(self, rule: str, case: Case) -> bool:
        """Whether the case says nothing that a caveat could change."""
        expect = case.expect
        is_named = expect.caveats is not None or rule in (*expect.fired, *expect.not_fired)
        return self.base.pack.rules[rule].effect is Effect.CAVEAT and not is_named

    def _comes_otherwise(
        self, case: Case, facts: FactSet, states: States, truths: Mapping[str, Truth]
    ) -> bool:
        compiled = self.changed
        own = {rule: truth for rule, truth in truths.items() if rule in compiled.conditions}
        definition = Definition(compiled.pack.facts, compiled.definitions, states)
        vector = compiled.vector(states)
        left_out = uncounted(compiled.pack, compiled.definitions, compiled.partitions, facts, states, case.at)
        decision = decide(Situation(compiled, facts, states, vector, own, definition, case.at), left_out)
        return bool(differences(decision, case.expect, self.base.pack))


def _told_apart(partition: Partition | None, states: Iterable[States]) -> list[int]:
    """For each state the first that lies in the same cells; where nothing is looked at, all are alike."""
    masks = [partition.mask_of(each[partition.fact.id]) if partition else 0 for each in states]
    return [masks.index(mask) for mask in masks]
