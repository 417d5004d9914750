"""A rule pack in memory: what `read.py` makes of the YAML, and all that later steps trust.

Names follow the field: a *fact* is something known of a patient, a *binding* says where FHIR
carries it, a *code set* says which codes mean it, a *rule* has one condition and one effect.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from pactolus_engine.decision import Evidence
from pactolus_engine.pack.approval import Approval
from pactolus_engine.pack.claims import Claims
from pactolus_engine.pack.condition import (
    All,
    Any,
    Comparison,
    Condition,
    Defined,
    Membership,
    Not,
    Operator,
    SetEquality,
    Status,
    StatusTest,
)
from pactolus_engine.pack.fact import (
    ALL_OF_LAST,
    COUNT,
    EVALUATION_DATE,
    OVER_SAMPLES,
    Absence,
    Binding,
    Changes,
    CodeSet,
    Coding,
    Derivation,
    Fact,
    FactType,
    Several,
)
from pactolus_engine.pack.overlay import Overlay
from pactolus_engine.pack.place import Place
from pactolus_engine.pack.waiver import Waiver

__all__ = [
    "ALL_OF_LAST",
    "COUNT",
    "OVER_SAMPLES",
    "Absence",
    "All",
    "Any",
    "Binding",
    "Changes",
    "CodeSet",
    "Coding",
    "Comparison",
    "Condition",
    "Derivation",
    "Defined",
    "Effect",
    "Fact",
    "FactType",
    "Membership",
    "Not",
    "Operator",
    "Option",
    "Pack",
    "Parameter",
    "Place",
    "Request",
    "Rule",
    "RuleOff",
    "SetEquality",
    "Several",
    "StatedSurvivor",
    "Status",
    "StatusTest",
    "Waiver",
    "EVALUATION_DATE",
]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number the evidence does not give: a default, the range a site may choose from, who may.

    `default` None: there is no value until a site sets one, and the rules that need it are off.
    """

    id: str
    title: str
    unit: str
    default: Decimal | None
    low: Decimal
    high: Decimal
    set_by: str
    rationale: str
    needs_sign_off: bool
    place: Place


class Effect(StrEnum):
    """What a rule does when its condition is true; there are no priorities (design 4, 7)."""

    DEFINE = "define"
    CONCLUDE = "conclude"
    EXCLUDE = "exclude"
    HOLD = "hold"
    CONFLICT = "conflict"
    BLOCK = "block"
    CAVEAT = "caveat"
    OFFER = "offer"


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition, one effect, and why.

    `target`: the name defined, the option blocked or offered, or the conclusion's id;
    `value`: the conclusion's value; `options`: those a caveat stands beside (empty: all).
    """

    id: str
    title: str
    text: str
    condition: Condition
    effect: Effect
    place: Place
    target: str = ""
    value: str = ""
    options: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class RuleOff:
    """A rule that decides nothing, because a site has not set `parameters` (sorted).

    It has no condition, so that nobody can evaluate it by mistake.
    """

    id: str
    title: str
    text: str
    effect: Effect
    parameters: tuple[str, ...]
    target: str = ""
    value: str = ""
    evidence: tuple[str, ...] = ()
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One thing an option would ask for: `service` or `medication`, coded, never with a dose."""

    kind: str
    text: str
    coding: Coding | None


@dataclass(frozen=True, slots=True)
class Option:
    """A way to go on, as a CarePlan would put it."""

    id: str
    title: str
    description: str
    evidence: tuple[str, ...]
    requests: tuple[Request, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class StatedSurvivor:
    """A mutant of the pack that no case kills, and why its author lets it live. It decides nothing."""

    mutant: str
    reason: str
    place: Place


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that passed every check of the loader, with its parameters and the site's overlay put in.

    `digest` is SHA-256 (hex) over all files of the pack (cases and README included), the parameter
    values in force, the overlay and the sign-offs; `content_digest` is over the files of the pack without
    its sign-offs: what is signed and approved. `approvals`: all there are, those that have lapsed too.
    `parameter_values` lacks a parameter that has no value; `rules` then lacks those of `rules_off`.
    `developer`, `funding`: who made the pack and who paid for it; empty when it does not say.
    `claims`: what is to be proved of it; they decide nothing.
    """

    id: str
    version: str
    language: str
    title: str
    description: str
    evidence_as_of: date
    review_by: date
    facts: dict[str, Fact]
    code_sets: dict[str, CodeSet]
    parameters: dict[str, Parameter]
    parameter_values: dict[str, Decimal]
    options: dict[str, Option]
    rules: dict[str, Rule]
    evidence: dict[str, Evidence]
    digest: str
    rules_off: dict[str, RuleOff] = field(default_factory=dict)
    overlay: Overlay | None = None
    developer: str = ""
    funding: str = ""
    waivers: tuple[Waiver, ...] = ()
    content_digest: str = ""
    approvals: tuple[Approval, ...] = ()
    survivors: tuple[StatedSurvivor, ...] = ()
    claims: Claims = field(default_factory=Claims)
