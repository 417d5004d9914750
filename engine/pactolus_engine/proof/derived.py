"""Derived facts as terms: days between two dates exactly, years soundly, any other kind as a free value."""

import z3

from pactolus_engine.pack.model import Absence, Fact, Status
from pactolus_engine.proof.variables import FactTerms, domain_of, exact, value_variables

__all__ = ["derived_terms", "free_terms"]


def derived_terms(fact: Fact, start: FactTerms, end: FactTerms, copy: str = "") -> FactTerms:
    """A number of days or years from the first date to the second.

    `days-between` is the difference itself. Whole years are bounded by days (a year has 365 or 366 of
    them), which lets through some pairs of dates that give another number of years: too many patients,
    never too few. When both dates are seen and nothing of the domain fits, the fact is `unreadable`.
    """
    number, _ = value_variables(fact, copy)
    is_years = fact.derivation is not None and fact.derivation.kind == "years-between"
    first, last = start.number, end.number
    assert first is not None and last is not None, "the loader lets only dates be derived from"
    days = last - first
    seen = z3.And(start.settled, end.settled)
    absent = _absent(fact, start, end)
    outside = z3.Bool(f"{copy}{fact.id}:outside")
    fits = _as_years(number, days) if is_years else number == days
    beyond = _beyond_years(fact, days) if is_years else _beyond(fact, days)
    constraints = (
        *domain_of(fact, number, {}),
        z3.Implies(outside, z3.And(seen, z3.Not(absent), beyond)),
        z3.Implies(z3.Not(z3.Or(outside, absent)), fits),
    )
    settled = z3.And(seen, z3.Not(absent), z3.Not(outside))
    return FactTerms(fact, number, {}, _stands(start, end, absent, outside), absent, settled, constraints)


def free_terms(fact: Fact, copy: str = "") -> FactTerms:
    """A derived fact of a kind that has no formula here: any value, any standing."""
    number, members = value_variables(fact, copy)
    stands = {status: z3.Bool(f"{copy}{fact.id}:{status}") for status in Status}
    one = z3.PbEq([(truth, 1) for truth in stands.values()], 1)
    is_optional = fact.absence is Absence.OPTIONAL
    absent = stands[Status.MISSING] if is_optional else z3.BoolVal(False)
    constraints = (one, *domain_of(fact, number, members))
    return FactTerms(fact, number, members, stands, absent, stands[Status.KNOWN], constraints)


def _absent(fact: Fact, start: FactTerms, end: FactTerms) -> z3.BoolRef:
    if fact.absence is not Absence.OPTIONAL:
        return z3.BoolVal(False)
    return z3.Or([z3.And(given.is_missing, z3.Not(given.settled)) for given in (start, end)])


def _stands(
    start: FactTerms, end: FactTerms, absent: z3.BoolRef, outside: z3.BoolRef
) -> dict[Status, z3.BoolRef]:
    """As the first input that is not known; an assumed date counts as known."""
    sound = {
        id(given): z3.Or(given.stands[Status.KNOWN], z3.And(given.is_missing, given.settled))
        for given in (start, end)
    }
    stands = {}
    for status in Status:
        own = z3.And(z3.Not(sound[id(start)]), start.stands[status])
        next_own = z3.And(sound[id(start)], z3.Not(sound[id(end)]), end.stands[status])
        stands[status] = z3.And(z3.Not(absent), z3.Not(outside), z3.Or(own, next_own))
    both = z3.And(sound[id(start)], sound[id(end)])
    stands[Status.KNOWN] = z3.And(z3.Not(absent), z3.Not(outside), both)
    stands[Status.MISSING] = z3.Or(absent, stands[Status.MISSING])
    stands[Status.UNREADABLE] = z3.Or(outside, stands[Status.UNREADABLE])
    return stands


def _beyond(fact: Fact, days: z3.ArithRef) -> z3.BoolRef:
    low = [] if fact.low is None else [days < exact(fact.low)]
    return z3.Or(low if fact.high is None else [*low, days > exact(fact.high)])


def _as_years(years: z3.ArithRef, days: z3.ArithRef) -> z3.BoolRef:
    """From the least to the most days that so many completed years can take."""
    following = years + 1
    return z3.And(
        days >= z3.If(years >= 0, 365 * years, 366 * years),
        days < z3.If(following >= 0, 366 * following, 365 * following),
    )


def _beyond_years(fact: Fact, days: z3.ArithRef) -> z3.BoolRef:
    """The days may mean fewer years than the domain begins with, or more than it ends with."""
    low = [] if fact.low is None else [days < _at_most_days(exact(fact.low))]
    return z3.Or(low if fact.high is None else [*low, days >= _at_least_days(exact(fact.high) + 1)])


def _at_most_days(years: z3.ArithRef) -> z3.ArithRef:
    return z3.If(years >= 0, 366 * years, 365 * years)


def _at_least_days(years: z3.ArithRef) -> z3.ArithRef:
    return z3.If(years >= 0, 365 * years, 366 * years)
