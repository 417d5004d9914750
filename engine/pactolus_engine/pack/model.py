"""A rule pack in memory: what `read.py` makes of the YAML, and all that later steps trust.

Names follow the field: a *fact* is something known of a patient, a *binding* says where FHIR
carries it, a *code set* says which codes mean it, a *rule* has one condition and one effect.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from pactolus_engine.decision import Evidence
from pactolus_engine.pack.overlay import Overlay

__all__ = [
    "Absence",
    "All",
    "Any",
    "Binding",
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
    "Status",
    "StatusTest",
    "EVALUATION_DATE",
]

EVALUATION_DATE = "evaluation-date"
"""The one built-in fact: the day of the evaluation instant, in UTC."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a pack file, lines and columns counted from 1."""

    file: str
    line: int
    column: int


class FactType(StrEnum):
    """The kinds of value; `interval` kinds are ordered, `drugs` is a set of codes."""

    BOOLEAN = "boolean"
    CODE = "code"
    SET = "set"
    INTEGER = "integer"
    QUANTITY = "quantity"
    FRACTION = "fraction"
    DATE = "date"

    @property
    def is_ordered(self) -> bool:
        """Values are numbers on a line (dates count as day ordinals)."""
        return self in {FactType.INTEGER, FactType.QUANTITY, FactType.FRACTION, FactType.DATE}

    @property
    def is_whole(self) -> bool:
        """Only whole numbers occur, so that `< 6` and `<= 5` are the same cut."""
        return self in {FactType.INTEGER, FactType.DATE}


class Absence(StrEnum):
    """What it means that nobody sent the fact (design 2.3)."""

    REQUIRED = "required"
    ASSUMED = "assumed"
    OPTIONAL = "optional"


class Several(StrEnum):
    """How several readings of one fact become one value.

    `latest`: the one with the latest date; dates that cannot be told apart leave all their values
    possible. `agree`: all count and must fall in the same cell, else the fact is `disagreeing`.
    `any`: a boolean, true if one is. `earliest`: as latest, the other way round. `union`: a set.
    """

    LATEST = "latest"
    EARLIEST = "earliest"
    AGREE = "agree"
    ANY = "any"
    UNION = "union"


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


# --- conditions -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparison:
    """An ordered fact against an exact constant. Parameters are already put in."""

    fact: str
    operator: Operator
    constant: Decimal


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


# --- facts ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Coding:
    """A code of a code system, with the text the system prints for it."""

    system: str
    code: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class CodeSet:
    """A named set of codes that mean the same to this pack; membership is the only gate."""

    name: str
    codings: tuple[Coding, ...]
    implies: dict[str, str] = field(default_factory=dict)
    """Facts that a code of this set settles by itself (`specimen: marrow-aspirate`)."""


@dataclass(frozen=True, slots=True)
class Binding:
    """Where FHIR R4 carries a fact. The core only checks the names; the FHIR reader acts on them.

    `resources`: resource types. `codes`: code sets, one of which the resource's code must be in
    (empty: the fact is read from the resource that carries fact `of`). `element`: a word of
    `ELEMENTS`. `values`: pack value → code set. `components`: role → code set (`lod`, `cells`, …).
    """

    resources: tuple[str, ...]
    codes: tuple[str, ...]
    element: str
    values: dict[str, str]
    components: dict[str, str]


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a fact follows from others: `years-between` or `days-between`, from the first to the second."""

    kind: str
    inputs: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Fact:
    """Everything the pack says of a fact. Exactly one of `binding` and `derivation` is set.

    `low` and `high` are the domain (both ends included) of an ordered fact; a stated value outside
    it is a CONFLICT. `suspect_from`: so is a stated value at or above it. `only` drops readings for
    which it is false and makes those for which it is unknown possible; each of `prefer` drops
    readings for which it is false while another reading remains.
    """

    id: str
    title: str
    type: FactType
    absence: Absence
    place: Place
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    suspect_from: Decimal | None = None
    values: tuple[str, ...] = ()
    assumed_value: str = ""
    note: str = ""
    supply: str = ""
    several: Several = Several.LATEST
    of: str = ""
    binding: Binding | None = None
    derivation: Derivation | None = None
    only: Condition | None = None
    prefer: tuple[Condition, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code the fact may have; the list is exhaustive."""
        return ("false", "true") if self.type is FactType.BOOLEAN else self.values


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


# --- rules and options --------------------------------------------------------------------------


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
class Pack:
    """A pack that passed every check of the loader, with its parameters and the site's overlay put in.

    `digest` is SHA-256 (hex) over all files of the pack (cases and README included), the parameter
    values in force and the overlay. `approved_by` is empty while no clinician has signed.
    `parameter_values` lacks a parameter that has no value; `rules` then lacks those of `rules_off`.
    """

    id: str
    version: str
    language: str
    title: str
    description: str
    evidence_as_of: date
    review_by: date
    approved_by: str
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
