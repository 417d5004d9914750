"""What a condition of a pack may say: tests of single facts, and how they are put together."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

__all__ = [
    "All",
    "Any",
    "Comparison",
    "Condition",
    "Defined",
    "Membership",
    "Not",
    "Operator",
    "SetEquality",
    "Status",
    "StatusTest",
]


class Status(StrEnum):
    """How the value of a fact stands after all its readings were weighed."""

    KNOWN = "known"
    MISSING = "missing"
    UNUSABLE = "unusable"
    NOT_FINAL = "not-final"
    UNREADABLE = "unreadable"
    DISAGREEING = "disagreeing"


class Operator(StrEnum):
    """The comparisons of an ordered fact with a constant."""

    BELOW = "below"
    AT_MOST = "at-most"
    ABOVE = "above"
    AT_LEAST = "at-least"
    EQUALS = "equals"


@dataclass(frozen=True, slots=True)
class Comparison:
    """An ordered fact against an exact constant. Parameters are already put in.

    `parameter`: the one that gave the constant, empty when it is written in the condition; it says where
    a number comes from and not what is tested, so that it is no part of a comparison of two conditions.
    """

    fact: str
    operator: Operator
    constant: Decimal
    parameter: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Membership:
    """A coded or boolean fact is one of these codes."""

    fact: str
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class SetEquality:
    """A set fact holds exactly these members."""

    fact: str
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class StatusTest:
    """How the fact stands, whatever its value (`status: not-final`, `absent: true`)."""

    fact: str
    statuses: frozenset[Status]


@dataclass(frozen=True, slots=True)
class Defined:
    """The condition of the rule that defines this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    """Kleene negation: unknown stays unknown."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    """Kleene conjunction."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Kleene disjunction."""

    parts: tuple["Condition", ...]


Condition = Comparison | Membership | SetEquality | StatusTest | Defined | Not | All | Any
