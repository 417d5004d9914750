"""The categories of one fact: every way in which it can stand that rules may tell apart, each a formula.

Of a complete patient a fact is known, and its value lies in a cell, or nobody sent it and the pack says what
that means (assumed, or optional). Exactly one category is true of a patient.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import z3

from pactolus_engine.cells import Partition
from pactolus_engine.pack.model import Absence, Fact, FactType, Several, Status
from pactolus_engine.proof.variables import FactTerms, exact
from pactolus_engine.values import Codes, Interval, Members, Value
from pactolus_engine.words import cell_words

__all__ = ["Category", "categories_of", "category_words"]

_WITH_VALUE = (Status.KNOWN, Status.DISAGREEING)
_WITHOUT_VALUE = (Status.UNUSABLE, Status.NOT_FINAL, Status.UNREADABLE)


@dataclass(frozen=True, slots=True)
class Category:
    """One way in which a fact can stand. `cell`: where its value lies, if the value counts; `place`: which
    cell that is, in their order, -1 for none."""

    fact: str
    status: Status
    place: int
    cell: Value | None
    holds: z3.BoolRef


def categories_of(terms: FactTerms, partition: Partition, *, is_open: bool = False) -> tuple[Category, ...]:
    """The categories of a fact over this partition of its values. `is_open`: the fact need not be known."""
    return tuple(_categories(terms, partition, is_open))


def _categories(terms: FactTerms, partition: Partition, is_open: bool) -> Iterator[Category]:
    named = [cell for cell in partition.cells if isinstance(cell, Members)]
    cells = [cell for cell in partition.cells if not isinstance(cell, frozenset)]
    fact = terms.fact
    may_disagree = is_open and (fact.derivation is not None or fact.several is Several.AGREE)
    for status in _WITH_VALUE if may_disagree else _WITH_VALUE[:1]:
        for place, cell in enumerate(cells):
            holds = z3.And(terms.stands[status], _lies_in(terms, cell, named))
            yield Category(fact.id, status, place, cell, holds)
    if is_open or fact.absence is not Absence.REQUIRED:
        yield Category(fact.id, Status.MISSING, -1, None, terms.stands[Status.MISSING])
    for status in _WITHOUT_VALUE if is_open else ():
        yield Category(fact.id, status, -1, None, terms.stands[status])


def _lies_in(terms: FactTerms, cell: Value | None, named: list[Members]) -> z3.BoolRef:
    match cell:
        case Interval(low, low_closed, high, high_closed):
            at, limits = terms.number, []
            if low is not None:
                limits.append(at >= exact(low) if low_closed else at > exact(low))
            if high is not None:
                limits.append(at <= exact(high) if high_closed else at < exact(high))
            return z3.And(limits)
        case Codes(possible):
            if terms.fact.type is FactType.SET:
                return z3.BoolVal(True)
            return z3.Or([terms.members[code] for code in sorted(possible)])
        case Members():
            return _is_set(terms, cell)
        case None:
            return z3.Not(z3.Or([_is_set(terms, one) for one in named]))


def _is_set(terms: FactTerms, cell: Members) -> z3.BoolRef:
    return z3.And([is_in if name in cell.surely else z3.Not(is_in) for name, is_in in terms.members.items()])


def category_words(fact: Fact, allowed: Collection[Category], every: Collection[Category]) -> str:
    """The categories in which a fact may stand, in words; those of known values first.

    An assumed value counts like one that was sent, so it is said only where the two part.
    """
    values = _merged([one for one in every if one.status is Status.KNOWN and one in allowed])
    words = [cell_words(cell, fact) for cell in values]
    others = {one.status for one in allowed} - {Status.KNOWN}
    if fact.absence is Absence.ASSUMED and Status.MISSING in others and _is_told(fact, values):
        others -= {Status.MISSING}
    words += [cell_words(frozenset({status}), fact) for status in Status if status in others]
    return " or ".join(words)


def _is_told(fact: Fact, values: list[Value | None]) -> bool:
    """Whether the assumed value is among the values that are listed."""
    codes = [cell.possible for cell in values if isinstance(cell, Codes)]
    return not codes or any(fact.assumed_value in possible for possible in codes)


def _merged(categories: list[Category]) -> list[Value | None]:
    """Their cells: neighbours on a line as one interval, codes as one list."""
    merged: list[Value | None] = []
    last = -2
    for one in categories:
        before = merged[-1] if merged else None
        match before, one.cell:
            case Interval() as lower, Interval() as upper if one.place == last + 1:
                merged[-1] = Interval(lower.low, lower.low_closed, upper.high, upper.high_closed)
            case Codes(some), Codes(more):
                merged[-1] = Codes(some | more)
            case _:
                merged.append(one.cell)
        last = one.place
    return merged
