"""One space for two packs: the same patients put before both, facts matched by id.

The variables of the solver are told apart by name alone, so a fact of the same id is the same fact of the
same patient to both packs. What the two say differently of it (how it is read, what absence means) is told
by `changed_facts.py`; a patient is compared here where what both say of him can be true.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import z3

from pactolus_engine.cells import value_partition
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.conditions import Atom, atoms_of, inline
from pactolus_engine.differences.categories import Category, categories_of
from pactolus_engine.pack.model import (
    EVALUATION_DATE,
    All,
    Comparison,
    Effect,
    Fact,
    FactType,
    Membership,
    SetEquality,
    Status,
    StatusTest,
)
from pactolus_engine.proof.answer import Answer, answer
from pactolus_engine.proof.space import Space

__all__ = ["Common", "Said", "Side", "moved_rules", "only_rules"]


@dataclass(frozen=True, slots=True, order=True)
class Said:
    """What some rule says: an effect with its target and value."""

    effect: Effect
    target: str
    value: str


@dataclass(slots=True)
class Side:
    """One of the two packs: its answer as formulas over what the evaluation sees of a patient."""

    compiled: CompiledPack
    space: Space = field(init=False)
    answer: Answer = field(init=False)
    stated: z3.BoolRef = field(init=False)

    def __post_init__(self) -> None:
        self.space = Space(self.compiled)
        self.answer = answer(self.compiled.pack, self.compiled.conditions, self.space.seen)
        self.stated = z3.And(list(self.space.stated()))


def only_rules(compiled: CompiledPack, effects: Iterable[Effect]) -> CompiledPack:
    """The pack with the rules of these effects alone."""
    wanted, rules = set(effects), compiled.pack.rules
    return replace(
        compiled,
        conditions={
            rule: condition for rule, condition in compiled.conditions.items() if rules[rule].effect in wanted
        },
    )


@dataclass(slots=True)
class Common:
    """The patients of two packs who are complete to both of them, but for one fact if it is named.

    `open_fact`: a fact of which no value is known: it is not final, not readable, without a result or at odds.
    `resting`: the facts that need not be known then. `always`: what is true of each of the patients. `moved`: the rules that are not the same in both packs.
    `categories`: of every fact that a moved rule looks at, the ways in which it can stand.
    `unchanged`: what the rules that are the same in both packs say together: words → formula.
    """

    old: Side
    new: Side
    open_fact: str = ""
    everyone: Space = field(init=False)
    resting: frozenset[str] = field(init=False)
    always: tuple[z3.BoolRef, ...] = field(init=False)
    moved: tuple[str, ...] = field(init=False)
    categories: Mapping[str, tuple[Category, ...]] = field(init=False)
    unchanged: Mapping[Said, z3.BoolRef] = field(init=False)

    def __post_init__(self) -> None:
        self.everyone = Space(_joined(self.old.compiled, self.new.compiled))
        self.resting = self._resting_on_open()
        self.moved = moved_rules(self.old.compiled, self.new.compiled)
        # Asking about a fact may need terms that nobody had asked for, and these are bound too.
        self.categories = {name: self._categories(name) for name in self._looked_at()}
        spaces = (self.old.space, self.new.space, self.everyone)
        constraints = [term for space in spaces for term in space.constraints()]
        self.always = (*constraints, *self._known())
        self.unchanged = dict(self._unchanged())

    def _known(self) -> Iterator[z3.BoolRef]:
        """Everything is known that the rules of either pack look at, but for the open fact and what rests on it."""
        if not self.open_fact:
            yield from (side.stated for side in (self.old, self.new))
            return
        stands = self.everyone.terms(self.open_fact).stands
        yield z3.Not(z3.Or(stands[Status.KNOWN], stands[Status.MISSING]))
        for side in (self.old, self.new):
            for name in side.space.facts:
                if name not in self.resting:
                    terms = side.space.terms(name)
                    yield z3.Or(terms.settled, terms.absent)

    def _resting_on_open(self) -> frozenset[str]:
        """The facts that the open one leaves unknown: itself, of its resource, derived from it, chosen by it."""
        resting = {self.open_fact} - {""}
        while True:
            more = {name for name in self.everyone.facts if self._needed_by(name) & resting}
            if more <= resting:
                return frozenset(resting)
            resting |= more

    def _needed_by(self, name: str) -> frozenset[str]:
        if name == EVALUATION_DATE:
            return frozenset()
        fact = self.fact(name)
        derived = fact.derivation.inputs if fact.derivation else ()
        return self.everyone.chosen_by(name) | {name, fact.of, *derived}

    def fact(self, name: str) -> Fact:
        """What a pack says of a fact, the old one first."""
        return self.everyone.compiled.pack.facts[name]

    def _looked_at(self) -> list[str]:
        conditions = (
            side.compiled.conditions[rule]
            for side in (self.old, self.new)
            for rule in self.moved
            if rule in side.compiled.conditions
        )
        return sorted({atom.fact for condition in conditions for atom in atoms_of(condition)})

    def _categories(self, name: str) -> tuple[Category, ...]:
        partition = value_partition(self.fact(name), self._tests(name))
        found = categories_of(self.everyone.terms(name), partition, is_open=name in self.resting)
        if name != self.open_fact:
            return found
        return tuple(one for one in found if one.status not in {Status.KNOWN, Status.MISSING})

    def _tests(self, name: str) -> Iterator[Atom]:
        for side in (self.old, self.new):
            for rule in self.moved:
                for atom in atoms_of(side.compiled.conditions.get(rule, All(()))):
                    if atom.fact == name and not isinstance(atom, StatusTest):
                        yield atom

    def _unchanged(self) -> Iterator[tuple[Said, z3.BoolRef]]:
        rules, said = self.old.compiled.pack.rules, dict[Said, list[z3.BoolRef]]()
        for rule, pair in self.old.answer.rules.items():
            if rule not in self.moved:
                one = rules[rule]
                said.setdefault(Said(one.effect, one.target, one.value), []).append(pair.true)
        for what, truths in sorted(said.items()):
            yield what, z3.Or(truths)


def moved_rules(old: CompiledPack, new: CompiledPack) -> tuple[str, ...]:
    """The rules that act otherwise: in one pack only, or with another condition, effect or target."""
    ids = sorted({*old.conditions, *new.conditions})
    return tuple(rule for rule in ids if _acting(old, rule) != _acting(new, rule))


def _acting(compiled: CompiledPack, rule: str) -> tuple[object, ...] | None:
    if rule not in compiled.conditions:
        return None
    one = compiled.pack.rules[rule]
    return compiled.conditions[rule], one.effect, one.target, one.value, frozenset(one.options)


def _joined(old: CompiledPack, new: CompiledPack) -> CompiledPack:
    """A pack that has the facts and conditions of both; of a fact that both have, the old one's word."""
    added = {name: _closed(fact, new) for name, fact in new.pack.facts.items() if name not in old.pack.facts}
    shared = {
        name: _with_all_codes(fact, new.pack.facts[name]) if name in new.pack.facts else fact
        for name, fact in old.pack.facts.items()
    }
    facts = {**shared, **added}
    conditions = {
        f"{side}/{rule}": condition
        for side, pack in (("old", old), ("new", new))
        for rule, condition in pack.conditions.items()
        if all(_can_ask(atom, facts[atom.fact]) for atom in atoms_of(condition))
    }
    partitions = {**new.partitions, **old.partitions}
    return replace(old, pack=replace(old.pack, facts=facts), conditions=conditions, partitions=partitions)


def _with_all_codes(fact: Fact, other: Fact) -> Fact:
    """A coded fact with the codes of both packs."""
    if fact.type.is_ordered or other.type.is_ordered or set(fact.codes) == set(other.codes):
        return fact
    kind = FactType.SET if fact.type is FactType.SET else FactType.CODE
    return replace(fact, type=kind, values=tuple(dict.fromkeys((*fact.codes, *other.codes))))


def _can_ask(atom: Atom, fact: Fact) -> bool:
    """Whether the fact is of the kind that the test is about: it may be another kind of thing in one pack."""
    match atom:
        case Comparison():
            return fact.type.is_ordered
        case SetEquality():
            return fact.type is FactType.SET
        case Membership():
            return not fact.type.is_ordered and fact.type is not FactType.SET
        case StatusTest():
            return True


def _closed(fact: Fact, compiled: CompiledPack) -> Fact:
    """The fact with its own pack's definitions put in."""
    only = None if fact.only is None else inline(fact.only, compiled.definitions)
    return replace(fact, only=only, prefer=tuple(inline(one, compiled.definitions) for one in fact.prefer))
