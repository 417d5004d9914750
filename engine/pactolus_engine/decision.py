"""A decision: what is said, why, from which facts, and what is not known.

Plain data. Everything here is a string, a tuple or another of these classes, so that the
canonical bytes of a decision (`record.py`) have one form only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from pactolus_engine.facts import PassedOver, Source, Taken

__all__ = [
    "Assumption",
    "BlockedOption",
    "Caveat",
    "Conclusion",
    "Decision",
    "Evidence",
    "Explanation",
    "LATER",
    "FactTrace",
    "FactUsed",
    "Missing",
    "OfferedOption",
    "Outcome",
    "PackIdentity",
    "PossibleOutcome",
    "Reason",
    "REVIEW_DATE_RULE",
    "RuleOffTrace",
    "Retracted",
    "RuleTrace",
    "Trace",
]


LATER: Final[Mapping[str, bool]] = MappingProxyType({"later": True})
"""Marks a field that was added after records had been made: its canonical form leaves it out while
it has its default, so that the id of an older decision stays what it was."""


REVIEW_DATE_RULE: Final = "pack-review-date"
"""The built-in rule: from 24:00 UTC of the pack's review date every answer is HOLD."""


class Outcome(StrEnum):
    """What a decision says (design 4). The text is the code in CodeSystem `decision-outcome`."""

    OFFER = "OFFER"
    NEED_DATA = "NEED_DATA"
    HOLD = "HOLD"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    CONFLICT = "CONFLICT"
    CONCLUDED = "CONCLUDED"
    RETRACT = "RETRACT"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A source that a rule or option rests on."""

    id: str
    citation: str
    statement: str
    doi: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class PackIdentity:
    """The rule pack that decided: `digest` covers its files, overlay and parameters."""

    id: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class FactUsed:
    """A fact as a rule saw it: `shown` is the value for a reader, `unknown` with its reason."""

    fact: str
    title: str
    shown: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Caveat:
    """A limit of an option that the reader must see beside it."""

    rule: str
    text: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class OfferedOption:
    """One way to go on that the evidence covers; never an order, never a ranking."""

    id: str
    title: str
    description: str
    caveats: tuple[Caveat, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class BlockedOption:
    """An option that would have been offered, and the rule that forbids it."""

    option: str
    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A finding that the pack states (`mrd-status` = `negative`)."""

    id: str
    value: str
    title: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that bears on the outcome. `truth` is `true`, or `unknown` when it may yet apply.

    This is the word of one rule alone, not the outcome.
    """

    rule: str
    effect: str
    truth: str
    title: str
    text: str
    evidence: tuple[Evidence, ...]
    facts: tuple[FactUsed, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact without which the decision stays open, why it is unknown, and how to supply it."""

    fact: str
    title: str
    reason: str
    supply: str


@dataclass(frozen=True, slots=True)
class PossibleOutcome:
    """An outcome that the missing facts may still lead to."""

    outcome: Outcome
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assumption:
    """A fact that nobody sent and that the pack takes as stated."""

    fact: str
    value: str
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a condition came to its truth (`true`, `false`, `unknown`), part by part."""

    text: str
    truth: str
    children: tuple["Explanation", ...] = ()


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """One rule and how it came out."""

    rule: str
    effect: str
    truth: str
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class RuleOffTrace:
    """A rule that was not checked, because this site has not set the parameters it needs."""

    rule: str
    title: str
    effect: str
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactTrace:
    """One fact of the pack as the rules saw it: standing, value, and the cells it may be in."""

    fact: str
    status: str
    shown: str
    cells: tuple[str, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything that was looked at, and the rules that were not (`rules_off`), for the auditor."""

    rules: tuple[RuleTrace, ...]
    facts: tuple[FactTrace, ...]
    passed_over: tuple[PassedOver, ...]
    rules_off: tuple[RuleOffTrace, ...] = field(default=(), metadata=LATER)
    taken_from_earlier: tuple[Taken, ...] = field(default=(), metadata=LATER)


@dataclass(frozen=True, slots=True)
class Retracted:
    """An earlier suggestion that no longer stands.

    `new_status` of its CarePlan: `entered-in-error` if a result it rests on was, else `revoked`.
    `cause` names the results in words. `index`: its record in the audit log, in decimal digits.
    """

    decision_id: str
    care_plan_id: str
    new_status: str
    cause: str
    index: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The whole answer. `decision_id` is derived from the content; see `record.py`.

    `evaluation_time` is RFC 3339 in UTC with milliseconds. `possible_outcomes_complete` is false
    when the search for completions met its bound: then there may be more than those listed.
    A RETRACT offers nothing itself: `replacement` is the whole new answer, never a RETRACT.
    """

    decision_id: str
    outcome: Outcome
    options: tuple[OfferedOption, ...]
    conclusions: tuple[Conclusion, ...]
    reasons: tuple[Reason, ...]
    missing: tuple[Missing, ...]
    minimal_missing_sets: tuple[tuple[str, ...], ...]
    possible_outcomes: tuple[PossibleOutcome, ...]
    possible_outcomes_complete: bool
    assumptions: tuple[Assumption, ...]
    caveats: tuple[Caveat, ...]
    blocked_options: tuple[BlockedOption, ...]
    trace: Trace
    pack: PackIdentity
    patient: str
    evaluation_time: str
    retracted: tuple[Retracted, ...] = field(default=(), metadata=LATER)
    replacement: "Decision | None" = field(default=None, metadata=LATER)
