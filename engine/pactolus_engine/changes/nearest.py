"""The nearest changes that give another answer: fewest facts, then fewest cells moved.

Breadth first over the number of facts that change. Every combination of that many facts in other cells is
answered; so what is listed is all there is, up to the number of facts that was tried. What is found is
evaluated once more in full, with both engines. A change is a what-if, never advice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations, product

from pactolus_engine.changes.candidates import Candidate, candidates
from pactolus_engine.changes.suppose import supposing
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.completions import Skeleton
from pactolus_engine.decide import Situation, answer_in
from pactolus_engine.decision import Decision
from pactolus_engine.evaluate import evaluate
from pactolus_engine.facts import FactSet
from pactolus_engine.match.agree import truths_by_definition
from pactolus_engine.match.definition import Definition
from pactolus_engine.ports import Matcher
from pactolus_engine.show import show_state
from pactolus_engine.states import States
from pactolus_engine.weigh import weigh
from pactolus_engine.words import cell_words

__all__ = [
    "MAXIMUM_FACTS",
    "MAXIMUM_STEPS",
    "Change",
    "Flip",
    "Nearest",
    "Question",
    "answer_of",
    "nearest_changes",
]

MAXIMUM_STEPS = 4_000
"""Combinations that are answered before the search gives up and says so."""

MAXIMUM_FACTS = 3
"""Facts that change together, at most."""

_AT_LEAST = 2
"""Facts up to which all is tried, even when fewer give another answer: that answer need not be the only one."""


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One fact that is otherwise, in words. `follows`: derived facts that move with it (title, before, after)."""

    fact: str
    title: str
    before: str
    after: str
    follows: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Flip:
    """Changes that together give another answer, and no fewer of them do; `decision` is that answer, evaluated."""

    changes: tuple[Change, ...]
    answer: Skeleton
    distance: int
    decision: Decision = field(repr=False)


@dataclass(frozen=True, slots=True)
class Nearest:
    """What was found, by number of facts and distance.

    All combinations of up to `facts_tried` facts were answered; `is_whole` is False when the bound of
    `steps` was met before the search was through. `changeable`: the facts that could be otherwise.
    """

    flips: tuple[Flip, ...]
    facts_tried: int
    is_whole: bool
    steps: int
    changeable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """The patient and the pack that is asked."""

    compiled: CompiledPack
    facts: FactSet
    instant: datetime

    def states(self, facts: FactSet) -> States:
        """The states of the facts of the pack, from these readings."""
        compiled = self.compiled
        return weigh(compiled.pack, compiled.definitions, compiled.partitions, facts, self.instant)

    def answer(self, facts: FactSet) -> Skeleton:
        """Outcome, options and findings by the definition alone, for the search."""
        compiled, states = self.compiled, self.states(facts)
        definition = Definition(compiled.pack.facts, compiled.definitions, states)
        truths = truths_by_definition(compiled, definition)
        vector = compiled.vector(states)
        return answer_in(Situation(compiled, facts, states, vector, truths, definition, self.instant))


def answer_of(decision: Decision, compiled: CompiledPack) -> Skeleton:
    """What two decisions are compared by: outcome, options, and findings if the pack has no options."""
    found = (
        () if compiled.pack.options else tuple(sorted({(one.id, one.value) for one in decision.conclusions}))
    )
    return Skeleton(decision.outcome, tuple(sorted(option.id for option in decision.options)), found)


def nearest_changes(question: Question, matcher: Matcher, maximum_steps: int = MAXIMUM_STEPS) -> Nearest:
    """All smallest sets of changes for every other answer within reach.

    Raises `EnginesDisagree` and `MatcherFailed` as evaluation does.
    """
    search = _Search(question, matcher, maximum_steps)
    facts_tried = 0
    for size in range(1, min(MAXIMUM_FACTS, len(search.ways)) + 1):
        if not search.answer_all(size):
            break
        facts_tried = size
        if search.flips and size >= _AT_LEAST:
            break
    order = sorted(
        search.flips, key=lambda flip: (len(flip.changes), flip.distance, flip.answer, flip.changes)
    )
    is_whole = search.steps <= maximum_steps
    return Nearest(tuple(order), facts_tried, is_whole, min(search.steps, maximum_steps), tuple(search.ways))


@dataclass(slots=True)
class _Search:
    question: Question
    matcher: Matcher
    maximum_steps: int
    steps: int = 0
    flips: list["Flip"] = field(default_factory=list)
    found: list[tuple[frozenset[Candidate], Skeleton]] = field(default_factory=list)
    ways: Mapping[str, tuple[Candidate, ...]] = field(init=False)
    states: States = field(init=False)
    now: Skeleton = field(init=False)

    def __post_init__(self) -> None:
        asked = self.question
        self.states = asked.states(asked.facts)
        self.now = asked.answer(asked.facts)
        self.ways = candidates(asked.compiled, asked.facts, self.states, asked.instant)

    def answer_all(self, size: int) -> bool:
        """Answers every combination of so many facts; False when the bound was met."""
        reached = {flip.answer for flip in self.flips}
        for together in self._combinations(size):
            self.steps += 1
            if self.steps > self.maximum_steps:
                return False
            answer = self._answer(together)
            if answer not in reached | {self.now} and not self._is_known(together, answer):
                self._add(together)
        return True

    def _combinations(self, size: int) -> Iterator[tuple[Candidate, ...]]:
        for names in combinations(self.ways, size):
            yield from product(*(self.ways[name] for name in names))

    def _answer(self, together: tuple[Candidate, ...]) -> Skeleton:
        return self.question.answer(self._supposed(together))

    def _supposed(self, together: tuple[Candidate, ...]) -> FactSet:
        asked = self.question
        return supposing(asked.compiled.pack, asked.facts, {one.fact: one.value for one in together})

    def _is_known(self, together: tuple[Candidate, ...], answer: Skeleton) -> bool:
        """Whether fewer of these changes are known to give the same answer."""
        return any(known < set(together) and given == answer for known, given in self.found)

    def _add(self, together: tuple[Candidate, ...]) -> None:
        facts, compiled = self._supposed(together), self.question.compiled
        decision = evaluate(facts, compiled, self.question.instant, self.matcher)
        answer = answer_of(decision, compiled)
        distance = sum(one.distance for one in together)
        self.found.append((frozenset(together), answer))
        after = self.question.states(facts)
        changes = tuple(self._change(one, after) for one in together)
        self.flips.append(Flip(changes, answer, distance, decision))

    def _change(self, one: Candidate, after: States) -> Change:
        fact = self.question.compiled.pack.facts[one.fact]
        return Change(one.fact, fact.title, one.before, one.after, tuple(self._follows(one.fact, after)))

    def _follows(self, name: str, after: States) -> Iterator[tuple[str, str, str]]:
        """The derived facts that rules look at and that move when this one does."""
        compiled = self.question.compiled
        for dimension in compiled.partitions:
            fact = compiled.pack.facts.get(dimension)
            if fact and fact.derivation and name in fact.derivation.inputs:
                was, will = show_state(self.states[dimension], fact), cell_words(after[dimension].value, fact)
                if self.states[dimension].value != after[dimension].value:
                    yield fact.title, was, will
