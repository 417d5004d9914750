"""The answer of a patient of whom required facts are unknown, as formulas: by cells, as the core completes.

An ending is given when its rule is true whatever the unknown facts are. Otherwise every combination of
cells of the unknown facts is put in, and the answer is firm if all of them give the same. Where an
unknown date leaves several intervals open, only combinations for which there is such a day count. A
sample of which it is unknown whether it counts is taken to count; there are more ways than that, so a
firm answer here may be an open one in truth, and never the other way round.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import z3

from pactolus_engine.cells import value_partition
from pactolus_engine.decision import Outcome
from pactolus_engine.pack.model import Absence, Fact, FactType
from pactolus_engine.proof.answer import Answer, answer
from pactolus_engine.proof.cells import Substitution, substitutions, tests_of
from pactolus_engine.proof.search import Search
from pactolus_engine.proof.space import EXACT_KINDS
from pactolus_engine.proof.variables import exact
from pactolus_engine.values import Interval

__all__ = ["MAXIMUM_COMBINATIONS", "FirmAnswer", "TooManyCombinations", "firm_answer"]

MAXIMUM_COMBINATIONS = 512
"""Combinations of cells of unknown facts that are put in; more are not decided."""


_ANYTHING = Interval(None, True, None, True)


class TooManyCombinations(Exception):
    """The unknown facts have more combinations of cells than are put in."""


@dataclass(frozen=True, slots=True)
class _Combination:
    """One way in which the unknown facts may fall: what is put in, and when there is such a patient."""

    put_in: Substitution
    possible: z3.BoolRef


@dataclass(frozen=True, slots=True)
class FirmAnswer:
    """The answer while facts are unknown. `somebody`: what is true of such a patient."""

    somebody: tuple[z3.BoolRef, ...]
    seen: Answer
    complete: Answer
    combinations: tuple[_Combination, ...]

    def outcome(self, wanted: Outcome) -> z3.BoolRef:
        """This is the outcome; NEED_DATA where completions differ."""
        settled = self.seen.ended
        if wanted is Outcome.NEED_DATA:
            return z3.And(z3.Not(settled), z3.Not(self._is_firm()))
        if wanted in {Outcome.CONFLICT, Outcome.HOLD}:
            return self.seen.outcome(wanted)
        agreed = z3.And(z3.Not(settled), self._is_firm(), self._in_all(self.complete.outcome(wanted)))
        if wanted is not Outcome.OUT_OF_SCOPE:
            return agreed
        by_rule = z3.And(self.seen.exclude, z3.Not(z3.Or(self.seen.conflict, self.seen.hold)))
        return z3.Or(by_rule, agreed)

    def offers(self, option: str) -> z3.BoolRef:
        """The answer is OFFER, with this option."""
        return z3.And(self.outcome(Outcome.OFFER), self._in_all(self.complete.offers(option)))

    def concludes(self, name: str, value: str) -> z3.BoolRef:
        """The finding is stated: its rule is true whatever the unknown facts are, or all agree on it."""
        agreed = z3.And(self.outcome(Outcome.CONCLUDED), self._in_all(self.complete.concludes(name, value)))
        return z3.Or(self.seen.concludes(name, value), agreed)

    def _in_all(self, term: z3.BoolRef) -> z3.BoolRef:
        return z3.And([z3.Implies(c.possible, _put(term, c)) for c in self.combinations])

    def _is_firm(self) -> z3.BoolRef:
        """Every outcome, option and finding is in all combinations or in none."""
        complete = self.complete
        parts = [complete.outcome(one) for one in Outcome if one not in {Outcome.NEED_DATA, Outcome.RETRACT}]
        parts += [complete.offers(option) for option in complete.offered]
        if not complete.offered:
            parts += list(complete.concluded.values())
        return z3.And([z3.Or(self._in_all(part), self._in_all(z3.Not(part))) for part in parts])


def _put(term: z3.BoolRef, combination: _Combination) -> z3.BoolRef:
    return z3.substitute(term, *combination.put_in) if combination.put_in else term


def firm_answer(search: Search, unknown: tuple[str, ...]) -> FirmAnswer:
    """The answer of patients of whom all is known but these required facts, which nobody sent.

    Raises `TooManyCombinations`.
    """
    maker = _Maker(search, frozenset(unknown))
    combinations = tuple(maker.combinations())
    pack, conditions = search.compiled.pack, search.compiled.conditions
    return FirmAnswer(
        somebody=(*maker.somebody(), z3.Or([one.possible for one in combinations])),
        seen=answer(pack, conditions, search.space.seen),
        complete=answer(pack, conditions, search.space.patient),
        combinations=combinations,
    )


@dataclass(slots=True)
class _Maker:
    search: Search
    unknown: frozenset[str]

    def somebody(self) -> Iterator[z3.BoolRef]:
        """The unknown facts are missing; all others are seen, or at least said where a sample is in doubt."""
        space = self.search.space
        for name in sorted(self.unknown):
            yield space.missing(name)
        open_ = self._open_by_them()
        for name in space.facts:
            if name not in open_:
                terms = space.terms(name)
                yield z3.Or(terms.settled, terms.absent)
            elif space.is_sent(name) and name not in self._missing_with_them():
                yield space.is_said(name)

    def _fact(self, name: str) -> Fact:
        return self.search.space.terms(name).fact

    def _missing_with_them(self) -> list[str]:
        """The unknown facts and those of the same resource where a head is unknown."""
        own = [n for n in self.search.space.facts if self._fact(n).of in self.unknown or n in self.unknown]
        return [name for name in own if self._fact(name).absence is Absence.REQUIRED]

    def _derived_from_them(self) -> list[str]:
        missing = set(self._missing_with_them())
        return [
            name
            for name in self.search.space.facts
            if (derivation := self._fact(name).derivation) and missing & set(derivation.inputs)
        ]

    def _open_by_them(self) -> set[str]:
        """Facts that cannot be seen: the unknown, what follows from them, samples they leave in doubt."""
        open_ = {*self._missing_with_them(), *self._derived_from_them()}
        while True:
            more = {name for name in self.search.space.facts if self._rests_on(name, open_)}
            if more <= open_:
                return open_
            open_ |= more

    def _rests_on(self, name: str, open_: set[str]) -> bool:
        fact = self._fact(name)
        if fact.derivation is not None:
            return bool(open_ & set(fact.derivation.inputs))
        return bool(open_ & self.search.space.chosen_by(name))

    def combinations(self) -> Iterator[_Combination]:
        """Every combination of cells of the unknown facts, and of what follows from them."""
        missing = [n for n in self._missing_with_them() if self._is_tested(n)]
        single = [n for n in missing if self._fact(n).type is not FactType.DATE]
        values = [options for n in single if (options := list(self._values(n)))]
        spans = [
            options
            for n in self._derived_from_them()
            if self._is_tested(n) and (options := list(self._spans(n)))
        ]
        days = [options for n in missing if n not in single and (options := list(self._values(n)))]
        axes: list[list[_Cell]] = [*values, *days, *spans]
        if prod(map(len, axes)) > MAXIMUM_COMBINATIONS:
            raise TooManyCombinations
        for chosen in product(*axes):
            put_in = tuple(pair for one in chosen for pair in one.put_in)
            yield _Combination(put_in, self._there_is_such_a_day(chosen))

    def _is_tested(self, name: str) -> bool:
        """Whether rules look at the value; what only sifts samples changes no answer here."""
        return name in self.search.compiled.partitions

    def _values(self, name: str) -> Iterator["_Cell"]:
        for put_in in substitutions(self.search.space, self._fact(name)):
            yield _Cell(put_in)

    def _spans(self, name: str) -> Iterator["_Cell"]:
        space, fact = self.search.space, self._fact(name)
        tests = tests_of(space, fact)
        if fact.derivation is None or fact.derivation.kind not in EXACT_KINDS:
            yield from self._values(name)
            return
        if not tests:
            return
        cells = [cell for cell in value_partition(fact, tests).cells if isinstance(cell, Interval)]
        for cell, put_in in zip(cells, substitutions(space, fact), strict=True):
            yield _Cell(put_in, fact.derivation.inputs, cell)

    def _there_is_such_a_day(self, spans: Sequence["_Cell"]) -> z3.BoolRef:
        """For each unknown date: the latest of its first days is not after the earliest of its last ones.

        Exact for one unknown date in each interval; where both are unknown any combination may be.
        """
        parts = []
        missing = set(self._missing_with_them())
        for day in sorted(missing):
            own = [span for span in spans if day in span.dates and not missing >= set(span.dates)]
            firsts = [first for span in own for first in span.limits(self.search, day, is_first=True)]
            lasts = [last for span in own for last in span.limits(self.search, day, is_first=False)]
            parts += [first <= last for first in firsts for last in lasts]
        return z3.And(parts)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell of an unknown fact; of an interval between two dates also these and its limits."""

    put_in: Substitution
    dates: tuple[str, ...] = ()
    span: Interval = _ANYTHING

    def limits(self, search: Search, day: str, *, is_first: bool) -> Iterator[z3.ArithRef]:
        """The first (or last) day that the unknown one can be, by the other date of the interval."""
        start, end = self.dates
        is_end = day == end
        other = search.space.terms(start if is_end else end).number
        limit = self.span.low if is_first is is_end else self.span.high
        fact = search.space.terms(day).fact
        if limit is not None and other is not None and fact.type is FactType.DATE:
            yield other + exact(limit) if is_end else other - exact(limit)
