"""What a pack says of a fact: its type and domain, where FHIR carries it, what absence means."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from pactolus_engine.pack.condition import Condition
from pactolus_engine.pack.place import Place

__all__ = [
    "ALL_OF_LAST",
    "COUNT",
    "EVALUATION_DATE",
    "OVER_SAMPLES",
    "Absence",
    "Binding",
    "Changes",
    "CodeSet",
    "Coding",
    "Derivation",
    "Fact",
    "FactType",
    "Several",
]

ALL_OF_LAST, COUNT = "all-of-last", "count"
OVER_SAMPLES = (ALL_OF_LAST, COUNT)
"""The derivations over the samples of one fact."""

EVALUATION_DATE = "evaluation-date"
"""The one built-in fact: the day of the evaluation instant, in UTC."""


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


class Changes(StrEnum):
    """Whether a fact may be otherwise at a later time, for the question what would change an answer.

    `never`, also when the pack says nothing: what happened, and what somebody is born with. `later`: it
    may be found otherwise, as in a new sample; a day then only lies later. `upwards`: a count that only
    grows, a boolean that only turns true.
    """

    NEVER = "never"
    LATER = "later"
    UPWARDS = "upwards"


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
    """How a fact follows from others.

    `years-between`, `days-between`: from the first of the two inputs to the second. `all-of-last`,
    `count`: what `condition` says of each sample of the first input, a fact that is read from a
    resource of its own; the other inputs are the facts of the same resource that the condition tests.
    `last`: how many samples `all-of-last` looks at; `days_apart`: the least days between any two of them,
    given by `days_apart_parameter` unless that is empty.
    """

    kind: str
    inputs: tuple[str, ...]
    condition: Condition | None = None
    last: int = 0
    days_apart: int = 0
    days_apart_parameter: str = field(default="", compare=False)

    @property
    def is_over_samples(self) -> bool:
        """Whether it looks at several samples of one fact, and not at two dates."""
        return self.kind in OVER_SAMPLES


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
    changes: Changes = Changes.NEVER

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code the fact may have; the list is exhaustive."""
        return ("false", "true") if self.type is FactType.BOOLEAN else self.values
