"""The variables of one fact: what its value is, how it stands, and whether the evaluation sees the value.

Variables are told apart by name alone. Two packs that speak of the same fact therefore speak of the
same variables, and a patient is one patient to both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import z3

from pactolus_engine.conditions import Atom
from pactolus_engine.pack.model import (
    EVALUATION_DATE,
    Absence,
    Comparison,
    Fact,
    FactType,
    Membership,
    Operator,
    Place,
    SetEquality,
    Status,
)

__all__ = [
    "FactTerms",
    "base_terms",
    "domain_of",
    "evaluation_day",
    "exact",
    "holds",
    "inside",
    "value_variables",
]

_STATED = (Status.MISSING, Status.KNOWN, Status.UNUSABLE, Status.NOT_FINAL, Status.UNREADABLE)


@dataclass(frozen=True, slots=True)
class FactTerms:
    """A fact as terms of the solver.

    `number`: the value of an ordered fact (a day is its ordinal). `members`: of a coded or boolean fact,
    code → "the value is this code", exactly one of which is true; of a set fact, member → "it is in the
    set". `stands`: status → "the fact stands so", exactly one of which is true. `absent`: the fact is
    optional and there is no value. `settled`: the evaluation sees the value and no other. Where neither
    holds the value is one that the patient has and nobody can see.
    """

    fact: Fact
    number: z3.ArithRef | None
    members: Mapping[str, z3.BoolRef]
    stands: Mapping[Status, z3.BoolRef]
    absent: z3.BoolRef
    settled: z3.BoolRef
    constraints: tuple[z3.BoolRef, ...] = field(default=())

    @property
    def is_missing(self) -> z3.BoolRef:
        """Nobody sent it."""
        return self.stands[Status.MISSING]


def exact(number: Decimal) -> z3.ArithRef:
    """The very number, as a fraction of two whole ones."""
    above, below = number.as_integer_ratio()
    return z3.IntVal(above) if below == 1 else z3.Q(above, below)


def evaluation_day(copy: str = "") -> FactTerms:
    """The day of the evaluation instant: nobody sends it, and it is always known."""
    fact = Fact(EVALUATION_DATE, "Evaluation", FactType.DATE, Absence.REQUIRED, Place("facts.yaml", 1, 1))
    day, _ = value_variables(fact, copy)
    known = {status: z3.BoolVal(status is Status.KNOWN) for status in Status}
    return FactTerms(fact, day, {}, known, z3.BoolVal(False), z3.BoolVal(True), tuple(_calendar(day)))


def base_terms(
    fact: Fact,
    today: z3.ArithRef,
    *,
    can_disagree: bool,
    readable: frozenset[str] | None = None,
    copy: str = "",
) -> FactTerms:
    """A fact that is read from what was sent; `settled` does not yet ask whether its sample counts.

    `today`: the day of the evaluation. `can_disagree`: two samples may lie in different cells.
    `readable`: the codes that the pack can read anywhere, where these are not all.
    """
    number, members = value_variables(fact, copy)
    stands = {status: z3.Bool(f"{copy}{fact.id}:{status}") for status in Status}
    possible = [*_STATED, *([Status.DISAGREEING] if can_disagree else [])]
    constraints = [
        _one_of(stands[status] for status in possible),
        *(z3.Not(stands[status]) for status in Status if status not in possible),
        *domain_of(fact, number, members),
        *_when_known(fact, number, members, stands[Status.KNOWN], today),
    ]
    if readable is not None:
        codes = z3.Or([members[code] for code in sorted(readable)])
        constraints.append(z3.Implies(stands[Status.KNOWN], codes))
    seen = [stands[Status.KNOWN]]
    if fact.absence is Absence.ASSUMED:
        constraints.append(z3.Implies(stands[Status.MISSING], _is_assumed(fact, number, members)))
        seen.append(stands[Status.MISSING])
    is_optional = fact.absence is Absence.OPTIONAL
    absent = stands[Status.MISSING] if is_optional else z3.BoolVal(False)
    return FactTerms(fact, number, members, stands, absent, z3.Or(seen), tuple(constraints))


def value_variables(fact: Fact, copy: str = "") -> tuple[z3.ArithRef | None, Mapping[str, z3.BoolRef]]:
    """The number of an ordered fact, or a truth for every code or member; by name."""
    if not fact.type.is_ordered:
        return None, {code: z3.Bool(f"{copy}{fact.id}={code}") for code in fact.codes}
    name = f"{copy}{fact.id}"
    return (z3.Int(name) if fact.type.is_whole else z3.Real(name)), {}


def holds(atom: Atom, number: z3.ArithRef | None, members: Mapping[str, z3.BoolRef]) -> z3.BoolRef:
    """The atom for exactly this value."""
    match atom:
        case Comparison(_, operator, constant):
            return _compared(number, operator, constant)
        case Membership(_, codes):
            return z3.Or([members[code] for code in sorted(codes)])
        case SetEquality(_, wanted):
            return z3.And([truth if name in wanted else z3.Not(truth) for name, truth in members.items()])
    raise AssertionError("how a fact stands is no question to its value")


def inside(wanted: frozenset[str], members: Mapping[str, z3.BoolRef]) -> z3.BoolRef:
    """Nothing in the set is beyond these members: what was recorded may be part of them."""
    return z3.And([z3.Not(truth) for name, truth in members.items() if name not in wanted])


def _compared(number: z3.ArithRef | None, operator: Operator, constant: Decimal) -> z3.BoolRef:
    at = exact(constant)
    match operator:
        case Operator.BELOW:
            return number < at
        case Operator.AT_MOST:
            return number <= at
        case Operator.ABOVE:
            return number > at
        case Operator.AT_LEAST:
            return number >= at
        case Operator.EQUALS:
            return number == at


def domain_of(fact: Fact, number: z3.ArithRef | None, members: Mapping[str, z3.BoolRef]) -> list[z3.BoolRef]:
    """What a value of the fact always is: one code, a day of the calendar, a number of its domain."""
    if fact.type is FactType.SET:
        return []
    if number is None:
        return [_one_of(members.values())]
    if fact.type is FactType.DATE:
        return _calendar(number)
    low = [] if fact.low is None else [number >= exact(fact.low)]
    return low if fact.high is None else [*low, number <= exact(fact.high)]


def _calendar(day: z3.ArithRef) -> list[z3.BoolRef]:
    return [day >= date.min.toordinal(), day <= date.max.toordinal()]


def _when_known(
    fact: Fact,
    number: z3.ArithRef | None,
    members: Mapping[str, z3.BoolRef],
    known: z3.BoolRef,
    today: z3.ArithRef,
) -> list[z3.BoolRef]:
    """What a stated value cannot be: suspect, of a day to come, an empty set."""
    if fact.type is FactType.SET:
        return [z3.Implies(known, z3.Or(list(members.values())))]
    if fact.type is FactType.DATE:
        return [z3.Implies(known, number <= today + 1)]
    if fact.suspect_from is not None:
        return [z3.Implies(known, number < exact(fact.suspect_from))]
    return []


def _is_assumed(fact: Fact, number: z3.ArithRef | None, members: Mapping[str, z3.BoolRef]) -> z3.BoolRef:
    return members[fact.assumed_value] if number is None else number == exact(Decimal(fact.assumed_value))


def _one_of(terms: Iterable[z3.BoolRef]) -> z3.BoolRef:
    return z3.PbEq([(term, 1) for term in terms], 1)
