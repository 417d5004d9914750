"""The executable definition of the rule language: slow, plain, and right by reading.

It evaluates the decimals, dates and codes themselves, never cells, so that a wrong cell is
caught when its answer is compared with that of durable-rules. It also yields the explanation:
the same tree as the condition, with a truth at every node.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pactolus_engine.conditions import Atom
from pactolus_engine.decision import Explanation
from pactolus_engine.kleene import Truth, conjunction, disjunction, negation, of_all_cases
from pactolus_engine.pack.model import (
    All,
    Any,
    Comparison,
    Condition,
    Defined,
    Fact,
    Membership,
    Not,
    Operator,
    SetEquality,
    StatusTest,
)
from pactolus_engine.show import show_atom
from pactolus_engine.states import States
from pactolus_engine.values import Codes, Interval, Members

__all__ = ["Definition", "atom_truth"]


@dataclass(frozen=True, slots=True)
class Definition:
    """The meaning of conditions over the states of one patient's facts."""

    facts: Mapping[str, Fact]
    definitions: Mapping[str, Condition]
    states: States

    def truth(self, condition: Condition) -> Truth:
        """Kleene truth of a condition."""
        match condition:
            case All(parts):
                return conjunction(self.truth(part) for part in parts)
            case Any(parts):
                return disjunction(self.truth(part) for part in parts)
            case Not(part):
                return negation(self.truth(part))
            case Defined(name):
                return self.truth(self.definitions[name])
            case _:
                return atom_truth(condition, self.states)

    def explain(self, condition: Condition) -> Explanation:
        """The condition as a tree for a reader, with the truth of every part."""
        children: tuple[Explanation, ...] = ()
        match condition:
            case All(parts):
                text, children = "all of", tuple(self.explain(part) for part in parts)
            case Any(parts):
                text, children = "any of", tuple(self.explain(part) for part in parts)
            case Not(part):
                text, children = "not", (self.explain(part),)
            case Defined(name):
                text, children = name, (self.explain(self.definitions[name]),)
            case _:
                text = show_atom(condition, self.facts[condition.fact])
        return Explanation(text, self.truth(condition).value, children)


def atom_truth(atom: Atom, states: States) -> Truth:
    """True if the atom holds for every possible value of its fact, false if for none."""
    state = states[atom.fact]
    match atom, state.value:
        case StatusTest(_, statuses), _:
            return of_all_cases(bool(state.statuses & statuses), bool(state.statuses - statuses))
        case _, None:
            return Truth.UNKNOWN
        case Comparison(_, operator, constant), Interval() as interval:
            return _compare(interval, operator, constant)
        case Membership(_, codes), Codes(possible):
            return of_all_cases(bool(possible & codes), bool(possible - codes))
        case SetEquality(_, members), Members() as seen:
            return _equal_sets(seen, members)
    raise AssertionError("the pack reader lets no atom meet a value of another kind")


def _compare(interval: Interval, operator: Operator, constant: Decimal) -> Truth:
    match operator:
        case Operator.BELOW:
            return of_all_cases(_reaches_below(interval, constant), _reaches(interval, constant))
        case Operator.AT_LEAST:
            return of_all_cases(_reaches(interval, constant), _reaches_below(interval, constant))
        case Operator.AT_MOST:
            return negation(_compare(interval, Operator.ABOVE, constant))
        case Operator.ABOVE:
            reaches_above = interval.high is None or interval.high > constant
            low = interval.low
            reaches_at_most = low is None or low < constant or (low == constant and interval.low_closed)
            return of_all_cases(reaches_above, reaches_at_most)
        case Operator.EQUALS:
            if interval.is_point:
                return Truth.TRUE if interval.low == constant else Truth.FALSE
            return Truth.UNKNOWN if _contains(interval, constant) else Truth.FALSE


def _reaches_below(interval: Interval, constant: Decimal) -> bool:
    return interval.low is None or interval.low < constant


def _reaches(interval: Interval, constant: Decimal) -> bool:
    """Whether a number at or above the constant is possible."""
    high = interval.high
    return high is None or high > constant or (high == constant and interval.high_closed)


def _contains(interval: Interval, constant: Decimal) -> bool:
    low, high = interval.low, interval.high
    above = low is None or low < constant or (low == constant and interval.low_closed)
    return above and (high is None or high > constant or (high == constant and interval.high_closed))


def _equal_sets(seen: Members, members: frozenset[str]) -> Truth:
    """A member too many is a difference; a member not recorded is unknown, not absent."""
    if not seen.surely <= members:
        return Truth.FALSE
    if seen.surely == members and seen.possibly <= seen.surely:
        return Truth.TRUE
    return Truth.UNKNOWN
