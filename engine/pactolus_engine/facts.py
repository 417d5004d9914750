"""What the core is told about a patient: readings of facts, each with its source.

The outside (a FHIR reader, a test, a case file) makes a `FactSet`. The core never sees a
resource: a reading says which fact it speaks of, what the value may be, how good it is, and
where it stands.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from pactolus_engine.values import Interval, Value

__all__ = [
    "FactSet",
    "PassedOver",
    "PatientIdentity",
    "Reading",
    "Source",
    "Standing",
    "Taken",
    "Withdrawn",
]


class Standing(StrEnum):
    """How far a reading can be relied on."""

    FINAL = "final"
    """A final, amended or corrected result."""
    NOT_FINAL = "not-final"
    """Registered or preliminary: wait for the final one."""
    UNUSABLE = "unusable"
    """The resource says that there is no result (not performed, failed, masked)."""
    UNREADABLE = "unreadable"
    """A datum is there and cannot be read for sure (a unit that is not UCUM): a person must look."""


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Where a value was read: `reference` is `Type/id` or the entry's `fullUrl`, `path` a FHIRPath
    relative to that resource, `version` its `meta.versionId` or empty."""

    reference: str
    path: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One resource's word on one fact.

    `value` is None when the resource speaks of the fact without a usable value; `note` then says
    why, in words for a reader and without patient data. `shown` is the value as it was written.
    `origin` names the resource that carries the group (facts `of` another fact are matched by it).
    """

    fact: str
    source: Source
    origin: str
    value: Value | None
    standing: Standing = Standing.FINAL
    shown: str = ""
    note: str = ""
    dated: Interval | None = None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A resource, or an element of it, that means nothing to the pack: traced, never guessed."""

    source: Source
    reason: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A resource whose author took it back: `status` is `entered-in-error` or `cancelled`."""

    source: Source
    status: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A resource that was not sent, or only in an older version, and comes from an earlier record.

    `record` is the index of that record in the audit log, in decimal digits.
    """

    source: Source
    record: str
    reason: str


@dataclass(frozen=True, slots=True)
class PatientIdentity:
    """Who the decision is about.

    `key` is what identifies the patient within a tenant (the reference asked for, else the first
    identifier, else `Type/id`, else empty: nobody said); `reference` is what the output refers to.
    `names` are all names that mean this patient (`Type/id`, identifiers), sorted: by them earlier
    answers are found. They say nothing more about who it is, so they do not count in a comparison.
    """

    key: str = ""
    reference: str = ""
    names: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class FactSet:
    """All readings of one request, with the resources they came from.

    `withdrawn`: resources about the patient that give no reading because they were taken back.
    `taken`: resources that come from an earlier record of the patient and not from the request.
    """

    patient: PatientIdentity
    readings: tuple[Reading, ...]
    resources: tuple[Source, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    taken: tuple[Taken, ...] = ()
