"""A condition as a pair of formulas: when it is surely true, and when it is surely false."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import z3

from pactolus_engine.cells import value_partition
from pactolus_engine.conditions import Atom
from pactolus_engine.pack.model import (
    All,
    Any,
    Comparison,
    Condition,
    Defined,
    Membership,
    Not,
    SetEquality,
    Status,
    StatusTest,
)
from pactolus_engine.proof.variables import FactTerms, holds, inside

__all__ = ["Encoder", "Pair"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A Kleene truth. Neither of the two is unknown; never both."""

    true: z3.BoolRef
    false: z3.BoolRef

    @property
    def unknown(self) -> z3.BoolRef:
        """Neither surely true nor surely false."""
        return z3.Not(z3.Or(self.true, self.false))


@dataclass(frozen=True, slots=True)
class Encoder:
    """Conditions over the terms of one patient, each encoded once.

    `terms_of`: fact id → its terms. `is_seen`: encode what the evaluation sees, for which a value that
    is not settled leaves its tests unknown (where samples disagree the value counts as seen: too much is
    seen then, never too little). Otherwise encode the patient as he is, for whom only an absent optional
    fact is unknown.
    """

    terms_of: Callable[[str], FactTerms]
    definitions: Mapping[str, Condition]
    is_seen: bool = False
    _pairs: dict[Condition, Pair] = field(default_factory=dict)

    def pair(self, condition: Condition) -> Pair:
        """The condition after Kleene, definitions put in."""
        if condition not in self._pairs:
            self._pairs[condition] = self._encoded(condition)
        return self._pairs[condition]

    def _encoded(self, condition: Condition) -> Pair:
        match condition:
            case Not(part):
                inner = self.pair(part)
                return Pair(inner.false, inner.true)
            case All(parts):
                pairs = [self.pair(part) for part in parts]
                return Pair(z3.And([p.true for p in pairs]), z3.Or([p.false for p in pairs]))
            case Any(parts):
                pairs = [self.pair(part) for part in parts]
                return Pair(z3.Or([p.true for p in pairs]), z3.And([p.false for p in pairs]))
            case Defined(name):
                return self.pair(self.definitions[name])
            case StatusTest(fact, statuses):
                stands = self.terms_of(fact).stands
                truth = z3.Or([stands[status] for status in sorted(statuses)])
                return Pair(truth, z3.Not(truth))
            case Comparison() | Membership() | SetEquality():
                return self._value_test(condition)

    def _value_test(self, atom: Comparison | Membership | SetEquality) -> Pair:
        terms = self.terms_of(atom.fact)
        truth = holds(atom, terms.number, terms.members)
        there = z3.Not(terms.absent)
        if not self.is_seen:
            return Pair(z3.And(there, truth), z3.And(there, z3.Not(truth)))
        seen = z3.Or(terms.settled, terms.stands[Status.DISAGREEING])
        whatever = _whatever_it_is(atom, terms)
        true = z3.Or(z3.And(seen, truth), z3.BoolVal(whatever is True))
        untrue = z3.Not(truth)
        if isinstance(atom, SetEquality):
            untrue = z3.Not(inside(atom.members, terms.members))
        false = z3.Or(z3.And(seen, untrue), z3.BoolVal(whatever is False))
        return Pair(z3.And(there, true), z3.And(there, false))


def _whatever_it_is(atom: Atom, terms: FactTerms) -> bool | None:
    """The truth of a test that every value of the domain gives; None when values differ in it."""
    if isinstance(atom, SetEquality):
        return None
    partition = value_partition(terms.fact, [atom])
    true_in = partition.true_in[atom]
    if true_in in {0, partition.everything}:
        return true_in != 0
    return None
