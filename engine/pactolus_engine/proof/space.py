"""All patients of a pack at once: the terms of every fact that the rules look at, and what binds them.

A patient here has at most one sample of each fact. Whether it counts is asked by `only`; `prefer` and
the choice among several have nothing to choose from. Two samples that disagree are a standing of the
fact. What follows from this for patients with several samples is said in docs/decisions.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

import z3

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.conditions import atoms_of, inline
from pactolus_engine.pack.model import (
    EVALUATION_DATE,
    Condition,
    Fact,
    FactType,
    SetEquality,
    Several,
    Status,
)
from pactolus_engine.proof.derived import derived_terms, free_terms
from pactolus_engine.proof.encode import Encoder
from pactolus_engine.proof.variables import FactTerms, base_terms, evaluation_day, inside

__all__ = ["EXACT_KINDS", "Space"]

EXACT_KINDS = ("days-between", "years-between")
"""Derivations from two dates; any other kind is a value of its own, bound by nothing."""

_FEWEST_CELLS = 2
"""Samples can disagree only where the rules tell values apart."""


@dataclass(slots=True)
class Space:
    """The patients of one pack.

    `also`: conditions beside those of the rules that will be asked about. `copy`: put before the names
    of all variables, for a second patient of the same pack.
    """

    compiled: CompiledPack
    also: tuple[Condition, ...] = ()
    copy: str = ""
    _terms: dict[str, FactTerms] = field(init=False, default_factory=dict)
    _read: dict[str, FactTerms] = field(init=False, default_factory=dict)
    _counting: dict[str, z3.BoolRef] = field(init=False, default_factory=dict)
    patient: Encoder = field(init=False)
    """Conditions for the patient as he is."""
    seen: Encoder = field(init=False)
    """Conditions as the evaluation sees them."""

    def __post_init__(self) -> None:
        definitions = self.compiled.definitions
        self.patient = Encoder(self.terms, definitions)
        self.seen = Encoder(self.terms, definitions, is_seen=True)
        for condition in (*self.compiled.conditions.values(), *self._inlined(self.also)):
            for atom in atoms_of(condition):
                self.terms(atom.fact)

    @property
    def day(self) -> z3.ArithRef:
        """The day of the evaluation instant, an ordinal."""
        return self.terms(EVALUATION_DATE).number

    @property
    def facts(self) -> tuple[str, ...]:
        """Every fact that has terms: those the conditions look at and what these rest on; sorted."""
        return tuple(sorted(self._terms))

    def terms(self, fact_id: str) -> FactTerms:
        """The terms of a fact, made when first asked for."""
        if fact_id not in self._terms:
            self._terms[fact_id] = self._made(fact_id)
        return self._terms[fact_id]

    def constraints(self) -> Iterator[z3.BoolRef]:
        """What is true of every patient: domains, dates, what is read together, which samples count."""
        review = self.compiled.pack.review_by.toordinal()
        yield self.day <= review
        # Asking about a sample may need facts that had no terms yet.
        heads = {self._head(fact).id for fact in self.facts if self._is_read(fact)}
        for head in sorted(heads):
            yield from self._counts(head)
        for name in self.facts:
            yield from self._terms[name].constraints
            fact = self._terms[name].fact
            if fact.of:
                yield z3.Implies(self.terms(fact.of).is_missing, self._terms[name].is_missing)

    def stated(self) -> Iterator[z3.BoolRef]:
        """The patient is complete and all of it is seen: every fact has its value, is absent, or has nothing
        that could say it."""
        for name in self.facts:
            terms = self._terms[name]
            yield z3.Or(terms.settled, terms.absent, self._unsayable(name))
            yield from self._no_part_of_a_named_set(terms)

    def _unsayable(self, name: str, asking: frozenset[str] = frozenset()) -> z3.BoolRef:
        """It would be read from a resource that need not be sent and was not, or follows from such a fact, or
        its sample may count or not by such a fact. However complete the rest is, it stays unknown.

        `asking`: the heads of the samples that are asked about already.
        """
        if name == EVALUATION_DATE or (self._is_read(name) and self._head(name).id in asking):
            return z3.BoolVal(False)
        fact = self.compiled.pack.facts[name]
        if fact.derivation is not None:
            exact = fact.derivation.kind in EXACT_KINDS
            return z3.Or([self._unsayable(one, asking) for one in fact.derivation.inputs if exact])
        asking |= {self._head(fact).id}
        in_doubt = [self._unsayable(one, asking) for one in sorted(self.chosen_by(name))]
        doubtful = z3.And(self.is_said(name), z3.Or(in_doubt))
        if not fact.of:
            return doubtful
        head = self.terms(fact.of)
        return z3.Or(doubtful, z3.And(self.missing(name), head.is_missing, z3.Or(head.settled, head.absent)))

    def _made(self, fact_id: str) -> FactTerms:
        if fact_id == EVALUATION_DATE:
            return evaluation_day(self.copy)
        fact = self.compiled.pack.facts[fact_id]
        if fact.derivation is not None:
            return self._derived(fact, self.terms)
        head = self._head(fact)
        if head.id != fact.id:
            self.terms(head.id)
        read = self._as_read(fact)
        if head.only is None:
            return read
        counted = z3.Or(read.is_missing, self._surely_counts(head))
        return replace(read, settled=z3.And(read.settled, counted))

    def _derived(self, fact: Fact, terms_of: Callable[[str], FactTerms]) -> FactTerms:
        assert fact.derivation is not None
        if fact.derivation.kind not in EXACT_KINDS:
            return free_terms(fact, self.copy)
        start, end = fact.derivation.inputs
        return derived_terms(fact, terms_of(start), terms_of(end), self.copy)

    def _as_read(self, fact: Fact) -> FactTerms:
        """The fact as its sample says, whether that counts or not."""
        if fact.id not in self._read:
            today = self.terms(EVALUATION_DATE).number
            can = self._can_disagree(fact)
            codes = self._readable(fact)
            self._read[fact.id] = base_terms(fact, today, can_disagree=can, readable=codes, copy=self.copy)
        return self._read[fact.id]

    def _readable(self, fact: Fact) -> frozenset[str] | None:
        """The codes that some code set of the pack means; None where any may be read."""
        if fact.type is not FactType.CODE or fact.binding is None or not fact.binding.values:
            return None
        implied = [s.implies[fact.id] for s in self.compiled.pack.code_sets.values() if fact.id in s.implies]
        return frozenset({*fact.binding.values, *implied})

    def _can_disagree(self, fact: Fact) -> bool:
        partition = self.compiled.partitions.get(fact.id)
        cells = len(partition.cells) if partition else 0
        return fact.several is Several.AGREE and cells >= _FEWEST_CELLS

    def _head(self, fact: Fact | str) -> Fact:
        known = self.compiled.pack.facts
        one = known[fact] if isinstance(fact, str) else fact
        return known[one.of] if one.of else one

    def _is_read(self, fact_id: str) -> bool:
        return fact_id != EVALUATION_DATE and self.compiled.pack.facts[fact_id].derivation is None

    def _surely_counts(self, head: Fact) -> z3.BoolRef:
        """`only` is true of the sample by what can be seen of it and of the rest."""
        if head.id not in self._counting:
            assert head.only is not None
            encoder = Encoder(self._beside(head), self.compiled.definitions, is_seen=True)
            self._counting[head.id] = encoder.pair(head.only).true
        return self._counting[head.id]

    def _beside(self, head: Fact) -> Callable[[str], FactTerms]:
        """The facts of the sample as it says them, the others as they stand."""

        def terms_of(fact_id: str) -> FactTerms:
            if not self._is_read(fact_id):
                fact = self.compiled.pack.facts.get(fact_id)
                return self.terms(fact_id) if fact is None else self._derived(fact, terms_of)
            fact = self.compiled.pack.facts[fact_id]
            return self._as_read(fact) if self._head(fact).id == head.id else self.terms(fact_id)

        return terms_of

    def _counts(self, head_id: str) -> Iterator[z3.BoolRef]:
        """A sample of which `only` is false is as good as not sent, and left out."""
        head = self.compiled.pack.facts[head_id]
        if head.only is None:
            return
        for atom in atoms_of(inline(head.only, self.compiled.definitions)):
            self.terms(atom.fact)
        yield z3.Implies(z3.Not(self.terms(head_id).is_missing), z3.Not(self.patient.pair(head.only).false))

    def _no_part_of_a_named_set(self, terms: FactTerms) -> Iterator[z3.BoolRef]:
        """A recorded set that is part of a named one may be that one, not yet recorded whole."""
        if terms.fact.type is not FactType.SET:
            return
        for wanted in self.named_sets(terms.fact.id):
            whole = z3.And([terms.members[name] for name in sorted(wanted)])
            yield z3.Or(whole, z3.Not(inside(wanted, terms.members)))

    def named_sets(self, fact_id: str) -> list[frozenset[str]]:
        """The sets that conditions ask a set fact to be."""
        conditions = (*self.compiled.conditions.values(), *self._inlined(self.also))
        named = {
            atom.members
            for condition in conditions
            for atom in atoms_of(condition)
            if isinstance(atom, SetEquality) and atom.fact == fact_id
        }
        return sorted(named, key=sorted)

    def _inlined(self, conditions: Iterable[Condition]) -> list[Condition]:
        return [inline(condition, self.compiled.definitions) for condition in conditions]

    def is_sent(self, fact_id: str) -> bool:
        """Whether the fact is read from what is sent; neither derived nor the day of the evaluation."""
        return self._is_read(fact_id)

    def chosen_by(self, fact_id: str) -> frozenset[str]:
        """The facts that decide whether the sample of this one counts, those of the sample left out."""
        if not self._is_read(fact_id):
            return frozenset()
        head = self._head(fact_id)
        if head.only is None:
            return frozenset()
        asked = {atom.fact for atom in atoms_of(inline(head.only, self.compiled.definitions))}
        return frozenset(n for n in asked if not self._is_read(n) or self._head(n).id != head.id)

    def is_said(self, fact_id: str) -> z3.BoolRef:
        """The sample of the fact says it, or it is absent; whether the sample counts is left open."""
        read = self._as_read(self.compiled.pack.facts[fact_id])
        return z3.Or(read.settled, read.absent)

    def missing(self, fact_id: str) -> z3.BoolRef:
        """Nobody sent the fact."""
        return self.terms(fact_id).stands[Status.MISSING]
