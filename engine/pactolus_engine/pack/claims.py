"""What the author of a pack claims of every patient, to be proved: properties, gaps, what is accepted."""

from dataclasses import dataclass, field
from enum import StrEnum

from pactolus_engine.decision import Outcome
from pactolus_engine.pack.condition import Condition
from pactolus_engine.pack.place import Place

__all__ = ["Accepted", "Claims", "Code", "Gap", "Monotone", "Property", "Result"]


class Code(StrEnum):
    """The kinds of finding of a proof. The words are stable: a pack accepts findings by them."""

    GAP = "gap"
    EMPTY_GAP = "empty-gap"
    CONTRADICTION = "contradiction"
    UNREACHABLE_RULE = "unreachable-rule"
    SHADOWED_RULE = "shadowed-rule"
    SUBSUMED_RULE = "subsumed-rule"
    REDUNDANT_RULE = "redundant-rule"
    NEVER_OFFERED = "never-offered"
    OFFERED_WHILE_BLOCKED = "offered-while-blocked"
    BLOCK_NOT_TOLD = "block-not-told"
    NOT_MONOTONE = "not-monotone"
    PROPERTY_VIOLATED = "property-violated"
    EMPTY_PROPERTY = "empty-property"
    UNUSED_ACCEPTANCE = "unused-acceptance"


@dataclass(frozen=True, slots=True)
class Result:
    """A part of an answer: one of these outcomes, or this option offered, or these findings stated."""

    outcomes: tuple[Outcome, ...] = ()
    option: str = ""
    conclusions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Property:
    """Whoever fits `when` always, or never, gets the result.

    `unknown`: required facts that nobody sent, all others being known; then what is claimed is about
    the answer that is given while they are unknown.
    """

    id: str
    title: str
    when: Condition
    is_always: bool
    result: Result
    unknown: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Monotone:
    """As the fact rises (or falls) and everything else stays, a result that is away never appears."""

    id: str
    title: str
    fact: str
    rises: bool
    result: Result
    place: Place


@dataclass(frozen=True, slots=True)
class Gap:
    """Patients in scope for whom the pack knowingly has no answer, and why."""

    id: str
    reason: str
    when: Condition
    place: Place


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding that is known and stays. `about`: the rule, option, finding or claim that it is about."""

    code: Code
    about: str
    reason: str
    place: Place


@dataclass(frozen=True, slots=True)
class Claims:
    """All of `properties.yaml`."""

    properties: dict[str, Property] = field(default_factory=dict)
    monotone: dict[str, Monotone] = field(default_factory=dict)
    gaps: dict[str, Gap] = field(default_factory=dict)
    accepted: tuple[Accepted, ...] = ()
