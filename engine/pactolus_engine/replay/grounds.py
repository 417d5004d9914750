"""Because of what a rule, or a fact that it tests, came out otherwise: named, never guessed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pactolus_engine.decision import Explanation
from pactolus_engine.pack.condition import Condition, Defined
from pactolus_engine.pack.model import Pack
from pactolus_engine.replay.leaves import Leaf, leaves_of, tested_facts
from pactolus_engine.replay.looked import ABSENT, OFF, Looked
from pactolus_engine.replay.pack_change import PackChange

__all__ = ["Grounds"]


@dataclass(frozen=True, slots=True)
class Grounds:
    """Follows one rule from its truth to what changed. `facts`: those that stand otherwise.

    `otherwise`: what remains to be named when no change of the pack explains it.
    """

    before: Looked
    after: Looked
    facts: frozenset[str]
    change: PackChange | None
    otherwise: tuple[str, ...]

    def of_rule(self, rule: str) -> frozenset[str]:
        """Why the rule has another truth; never empty."""
        if self.change is None:
            # By the very same pack nothing but the software can have done it, whichever facts it came through.
            return frozenset({*self._of_facts(self._tested(rule)), *self.otherwise})
        found = frozenset(self._of_presence(rule) or self._of_truth(rule, self.change))
        return found or frozenset(self.otherwise)

    def _of_presence(self, rule: str) -> set[str]:
        """Why it is checked in one of the two alone; empty when it is in both."""
        truths = {self.before.truth(rule), self.after.truth(rule)}
        if ABSENT in truths:
            return {f"rule:{rule}"}
        if OFF not in truths or self.change is None:
            return set()
        lacked = (*self.before.lacking.get(rule, ()), *self.after.lacking.get(rule, ()))
        named = {f"parameter:{name}" for name in lacked if name in self.change.changed.parameters}
        return named or {f"rule:{rule}"}

    def _of_truth(self, rule: str, change: PackChange) -> Iterator[str]:
        trees = self.before.trees[rule], self.after.trees[rule]
        if change.before is None:
            yield from self._of_shown(rule, trees, change)
        else:
            yield from self._of_written(rule, change.before, change, trees)

    def _of_shown(
        self, rule: str, trees: tuple[Explanation, Explanation], change: PackChange
    ) -> Iterator[str]:
        """Without the recorded pack: the condition as the recorded answer shows it beside the one in force."""
        yield from self._of_facts(self._tested(rule))
        if _texts(trees[0]) != _texts(trees[1]):
            yield from change.rule_causes.get(rule, frozenset()) or self.otherwise

    def _of_written(
        self, rule: str, pack: Pack, change: PackChange, trees: tuple[Explanation | None, Explanation | None]
    ) -> Iterator[str]:
        if rule in change.changed.rules:
            yield f"rule:{rule}"
        conditions = (_condition(pack, rule), _condition(change.after, rule))
        before, after = map(leaves_of, conditions, trees)
        for key in before.keys() | after.keys():
            pair = before.get(key), after.get(key)
            if _moved(*pair):
                yield from self._of_leaf(pair, pack, change)

    def _of_leaf(
        self, pair: tuple[Leaf | None, Leaf | None], pack: Pack, change: PackChange
    ) -> Iterator[str]:
        leaf = pair[1] or pair[0]
        assert leaf is not None, "a leaf stands in one of the two conditions"
        if isinstance(leaf.part, Defined):
            trees = tuple(one.inner if one is not None else None for one in pair)
            for rule in sorted(change.defined_by.get(leaf.part.name, ())):
                yield from self._of_written(rule, pack, change, (trees[0], trees[1]))
            return
        if leaf.parameter in change.changed.parameters:
            yield f"parameter:{leaf.parameter}"
        yield from self._of_facts([leaf.part.fact])
        # Nobody sent it in both, and what that means is otherwise: shown alike, weighed otherwise.
        if None not in pair and leaf.part.fact in change.changed.facts:
            yield f"fact:{leaf.part.fact}"

    def _tested(self, rule: str) -> set[str]:
        trees = (looked.trees.get(rule) for looked in (self.before, self.after))
        return {fact for tree in trees if tree is not None for fact in tested_facts(tree)}

    def _of_facts(self, facts: Iterable[str]) -> set[str]:
        found = set[str]()
        for fact in sorted(self.facts.intersection(facts)):
            found |= self.of_fact(fact)
        return found

    def of_fact(self, fact: str) -> frozenset[str]:
        """Why a fact stands otherwise: itself, and what changed in how it is read, or in what decides it.

        Of the facts that decide it, those are followed that stand otherwise too; they are not named.
        """
        seen, causes, waiting = set[str](), set[str](), [fact]
        while waiting:
            name = waiting.pop()
            if name not in seen and name in self.facts:
                seen.add(name)
                causes |= self.change.fact_causes.get(name, frozenset()) if self.change else frozenset()
                waiting += self.change.inputs.get(name, ()) if self.change else ()
        return frozenset({f"fact:{fact}", *(causes or self._unless_unknown())})

    def _unless_unknown(self) -> set[str]:
        """Where both packs are known and nothing of them explains a fact, that is said."""
        is_known = self.change is not None and self.change.before is not None
        return set(self.otherwise) if is_known else set()


def _condition(pack: Pack, rule: str) -> Condition | None:
    return pack.rules[rule].condition if rule in pack.rules else None


def _moved(before: Leaf | None, after: Leaf | None) -> bool:
    """Whether a part came out otherwise, stands in one condition alone, or nothing tells."""
    return before is None or after is None or before.truth != after.truth or not after.truth


def _texts(tree: Explanation) -> object:
    """The condition as shown, without truths."""
    return tree.text, tuple(map(_texts, tree.children))
