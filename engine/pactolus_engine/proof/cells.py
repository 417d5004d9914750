"""The cells of a fact that a pack's conditions, claims included, tell apart, each with a plain value."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import z3

from pactolus_engine.cells import value_partition
from pactolus_engine.conditions import Atom, atoms_of, inline
from pactolus_engine.pack.model import Comparison, Fact, FactType, Operator, StatusTest
from pactolus_engine.proof.space import Space
from pactolus_engine.proof.variables import FactTerms, exact
from pactolus_engine.values import Codes, Interval, Members

__all__ = ["Substitution", "lies_in", "plain", "plain_number", "substitutions", "tests_of"]

Substitution = tuple[tuple[z3.ExprRef, z3.ExprRef], ...]
"""Variables of a fact's value, each with what is put in its place."""

_HALF = Decimal("0.5")


def tests_of(space: Space, fact: Fact) -> tuple[Atom, ...]:
    """Every test of the fact's value, `only` and `prefer` included, and the number from which it is suspect."""
    compiled = space.compiled
    conditions = [*compiled.conditions.values(), *(inline(c, compiled.definitions) for c in space.also)]
    for one in compiled.pack.facts.values():
        asked = [*([one.only] if one.only else []), *one.prefer]
        conditions += [inline(condition, compiled.definitions) for condition in asked]
    tests: dict[Atom, None] = {}
    for condition in conditions:
        own = (a for a in atoms_of(condition) if a.fact == fact.id and not isinstance(a, StatusTest))
        tests |= dict.fromkeys(own)
    if fact.suspect_from is not None:
        tests[Comparison(fact.id, Operator.AT_LEAST, fact.suspect_from)] = None
    return tuple(tests)


def substitutions(space: Space, fact: Fact) -> Iterator[Substitution]:
    """For each cell of the fact's domain, a value of it; nothing where no condition looks at the value."""
    tests, terms = tests_of(space, fact), space.terms(fact.id)
    if not tests:
        return
    for cell in value_partition(fact, tests).cells:
        yield _put_in(terms, cell)


def _put_in(terms: FactTerms, cell: object) -> Substitution:
    match cell:
        case Interval():
            return ((terms.number, _of_its_sort(terms.fact, plain(terms.fact, cell))),)
        case Codes(possible):
            chosen = frozenset({min(possible)})
        case Members(surely):
            chosen = surely
        case _:
            chosen = frozenset(terms.fact.codes)
    return tuple((is_in, z3.BoolVal(name in chosen)) for name, is_in in terms.members.items())


def _of_its_sort(fact: Fact, number: Decimal) -> z3.ArithRef:
    """The solver puts a number in the place of a variable of the same sort only, also when it is whole."""
    return exact(number) if fact.type.is_whole else z3.Q(*number.as_integer_ratio())


def plain_number(fact: Fact, tests: tuple[Atom, ...], number: Fraction) -> Decimal:
    """A number that a person would write, in the cell of this one."""
    cells = [cell for cell in value_partition(fact, tests).cells if isinstance(cell, Interval)]
    return plain(fact, next(cell for cell in cells if lies_in(cell, number)))


def lies_in(cell: Interval, number: Fraction) -> bool:
    """Whether the number is one of the interval."""
    low, high = cell.low, cell.high
    above = low is None or number > Fraction(low) or (number == Fraction(low) and cell.low_closed)
    return above and (
        high is None or number < Fraction(high) or (number == Fraction(high) and cell.high_closed)
    )


def plain(fact: Fact, cell: Interval) -> Decimal:
    """The first number of the cell where that is a limit of the pack, else one in its middle."""
    low, high = cell.low, cell.high
    if low is None:
        return Decimal(0) if high is None else (high if cell.high_closed else high - 1)
    if cell.low_closed and (high is None or fact.type is not FactType.FRACTION or low != fact.low):
        return low
    if cell.is_point:
        return low
    if high is None or fact.type.is_whole:
        return low + 1
    return (low + high) * _HALF
