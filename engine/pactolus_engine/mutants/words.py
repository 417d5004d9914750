"""Conditions in the words of the pack's own files, short enough for a line of a table."""

from collections.abc import Mapping

from pactolus_engine.pack.model import (
    All,
    Any,
    Comparison,
    Condition,
    Defined,
    Fact,
    FactType,
    Membership,
    Not,
    Operator,
    SetEquality,
    StatusTest,
)
from pactolus_engine.show import show_number
from pactolus_engine.values import shown_date

__all__ = ["said"]

_LONGEST = 96


def said(condition: Condition, facts: Mapping[str, Fact]) -> str:
    """The condition as an author writes it, without brackets that only the file needs."""
    text = _said(condition, facts)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _said(condition: Condition, facts: Mapping[str, Fact]) -> str:
    match condition:
        case All(parts):
            return f"all [{', '.join(_said(part, facts) for part in parts)}]"
        case Any(parts):
            return f"any [{', '.join(_said(part, facts) for part in parts)}]"
        case Not(part):
            return f"not {_said(part, facts)}"
        case Defined(name):
            return name
        case Comparison():
            return _compared(condition, facts[condition.fact])
        case Membership(fact, codes):
            return f"{fact} {'is' if len(codes) == 1 else 'in'} {', '.join(sorted(codes))}"
        case SetEquality(fact, members):
            return f"{fact} is-set {', '.join(sorted(members))}"
        case StatusTest(fact, statuses):
            return f"{fact} status {', '.join(sorted(statuses))}"


def _compared(atom: Comparison, fact: Fact) -> str:
    if fact.type is FactType.DATE:
        word = {Operator.BELOW: "before", Operator.AT_LEAST: "on-or-after"}.get(atom.operator, atom.operator)
        return f"{atom.fact} {word} {shown_date(atom.constant)}"
    return f"{atom.fact} {atom.operator} {show_number(atom.constant)}"
