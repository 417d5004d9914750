"""Which patients show that one condition by itself decides a rule (masking MC/DC).

The conditions of a rule are those that its file is written with: its tests, and the definitions that it names.
One decides its rule in a patient when it is true or false there and the rule would come out the other way, true
instead of false, if this condition alone did, all others as they are in that patient. A condition of a definition
must also reach a rule that acts: the definition decides, in the same patient, a rule that names it, and so on up.
A patient in whom a condition decides while true and one in whom it does while false are its pair.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.conditions import Atom, atoms_of, inline
from pactolus_engine.coverage import covered_rules
from pactolus_engine.kleene import Truth
from pactolus_engine.match.definition import Definition
from pactolus_engine.pack.condition_parts import definitions_of
from pactolus_engine.pack.model import Condition, Defined, Effect
from pactolus_engine.reach import Leaf, Node, Reach, Tree, settle, tree_of
from pactolus_engine.states import States

__all__ = ["Effects", "Half"]

_DEFINITE = (Truth.TRUE, Truth.FALSE)


@dataclass(frozen=True, slots=True, order=True)
class Half:
    """One half of a pair: in this rule the condition at this position decides while it is `value`.

    `position` counts the different conditions that the rule is written with, in order.
    """

    rule: str
    position: int
    value: Truth


@dataclass(frozen=True, slots=True)
class _Written:
    """A rule as it is written: its different conditions, and how they are put together."""

    leaves: tuple[Atom | Defined, ...]
    tree: Tree


@dataclass(slots=True)
class Effects:
    """The halves that patients show, in one compiled pack."""

    compiled: CompiledPack
    _written: dict[str, _Written] = field(init=False)
    _above: dict[str, list[str]] = field(init=False)
    _reach: Reach = field(init=False)
    _one_sample: Reach = field(init=False)

    def __post_init__(self) -> None:
        rules = covered_rules(self.compiled)
        self._written = {rule.id: _written(rule.condition) for rule in rules}
        self._above = {
            rule.id: [other.id for other in rules if rule.target in definitions_of(other.condition)]
            for rule in rules
            if rule.effect is Effect.DEFINE
        }
        self._reach = Reach(self.compiled)
        self._one_sample = Reach(self.compiled, has_samples=False)

    def rules(self) -> tuple[str, ...]:
        """The rules whose conditions are looked at, definitions included."""
        return tuple(sorted(self._written))

    def halves(self, rule: str) -> Iterator[Half]:
        """Every half of a rule, whether it can be shown or not."""
        for position, _ in enumerate(self._written[rule].leaves):
            yield from (Half(rule, position, value) for value in _DEFINITE)

    def condition(self, half: Half) -> Atom | Defined:
        """The condition that is to decide."""
        return self._written[half.rule].leaves[half.position]

    def conditions(self, rule: str) -> tuple[Atom | Defined, ...]:
        """The different conditions that a rule is written with."""
        return self._written[rule].leaves

    def can_show(self, half: Half, *, has_samples: bool = True) -> bool:
        """False when no states of the facts, each taken by itself, make the condition decide its rule so.

        `has_samples`: whether a fact may have several samples.
        """
        written, leaf = self._written[half.rule], self.condition(half)
        one, other = (self._inlined(settle(written.tree, {leaf: value})) for value in _DEFINITE)
        reach = self._reach if has_samples else self._one_sample
        return reach.differ(one, other, self._inlined(Leaf(leaf, True)), half.value)

    def _inlined(self, tree: Tree) -> Tree:
        """The tree with the definitions put in."""
        match tree:
            case Leaf(Defined() as name, holds):
                return tree_of(inline(name, self.compiled.definitions), holds)
            case Node(is_all, parts):
                return Node(is_all, tuple(self._inlined(part) for part in parts))
            case _:
                return tree

    def shows(self, half: Half, states: States) -> bool:
        """Whether a patient shows this half."""
        return self._decides(half, self._meaning(states)) and bool(self.reached(half.rule, states))

    def shown(self, states: States, but_for: set[Half]) -> Iterator[Half]:
        """Every half that a patient shows, without those that are known."""
        for rule in self._written:
            for half in self.halves(rule):
                if half not in but_for and self.shows(half, states):
                    yield half

    def reached(self, rule: str, states: States) -> tuple[str, ...]:
        """The rules that act and would come out the other way, in this patient, if this one did."""
        if rule not in self._above:
            return (rule,)
        meaning = self._meaning(states)
        name = Defined(self.compiled.pack.rules[rule].target)
        truth = meaning.truth(name)
        found: dict[str, None] = {}
        for above in self._above[rule]:
            position = self._written[above].leaves.index(name)
            if truth in _DEFINITE and self._decides(Half(above, position, truth), meaning):
                found |= dict.fromkeys(self.reached(above, states))
        return tuple(found)

    def _decides(self, half: Half, meaning: Definition) -> bool:
        written, leaf = self._written[half.rule], self.condition(half)
        if meaning.truth(leaf) is not half.value:
            return False
        left = settle(written.tree, {o: meaning.truth(o) for o in written.leaves if o != leaf})
        return {settle(left, {leaf: value}) for value in _DEFINITE} == {Truth.TRUE, Truth.FALSE}

    def _meaning(self, states: States) -> Definition:
        return Definition(self.compiled.pack.facts, self.compiled.definitions, states)

    def facts_of(self, half: Half) -> tuple[str, ...]:
        """The facts that bear on a half: those of the condition, of its rule, then of the rules above it."""
        definitions, seen = self.compiled.definitions, [half.rule]
        for rule in seen:
            seen += [above for above in self._above.get(rule, ()) if above not in seen]
        rules = [self.compiled.pack.rules[rule].condition for rule in seen]
        inlined = [inline(condition, definitions) for condition in (self.condition(half), *rules)]
        ordered = [*inlined[:2], *sorted(inlined[2:], key=lambda one: len(list(atoms_of(one))))]
        return tuple(dict.fromkeys(atom.fact for condition in ordered for atom in atoms_of(condition)))


def _written(condition: Condition) -> _Written:
    tree = tree_of(condition)
    return _Written(tuple(dict.fromkeys(_leaves(tree))), tree)


def _leaves(tree: Tree) -> Iterator[Atom | Defined]:
    if isinstance(tree, Leaf):
        yield tree.atom
    elif isinstance(tree, Node):
        for part in tree.parts:
            yield from _leaves(part)
