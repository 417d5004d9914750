"""One record as an auditor wants it: what was asked and answered, what proves it, what came of it later."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pactolus_adapters.answers import decode_answer, suggestions_of
from pactolus_adapters.trail.events import Actor, EventRecorder
from pactolus_adapters.trail.looks import note_look
from pactolus_adapters.trail.places import (
    EVALUATION,
    as_asked,
    entry_at,
    latest_of,
    leaf_of,
    listed,
    record_at,
)
from pactolus_adapters.trail.proof_status import ProofStatus, proof_status
from pactolus_engine.decision import Decision, Outcome
from pactolus_engine.errors import PactolusError, RecordGone
from pactolus_engine.ports import StoredRecord
from pactolus_engine.record import StoredInput, read_stored_input
from pactolus_engine.trail import AuditTrail, ListedRecord, Selection

__all__ = ["Later", "Shown", "show"]

_REQUESTS: Final = frozenset({EVALUATION, "refusal", "failure"})


@dataclass(frozen=True, slots=True)
class Later:
    """A record about the one that is shown. `details`: of a feedback, what was done."""

    place: ListedRecord
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """A record opened for a reader.

    `leaf`: its public part. `gone`: why what it held cannot be read, or empty. Of a request: `stored` is
    what was asked and what decided it, with either `decision` and `bundle` or `refused`. Of another event:
    `details`. `later`: the records about this one, this look among them. `taken_back_by`: the first later
    record that takes back what was suggested here. `erased_by`: the record that erased this one.
    """

    place: ListedRecord
    leaf: Mapping[str, str]
    proof: ProofStatus
    gone: str = ""
    stored: StoredInput | None = None
    decision: Decision | None = None
    bundle: bytes = b""
    refused: PactolusError | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    later: tuple[Later, ...] = ()
    taken_back_by: int | None = None
    erased_by: ListedRecord | None = None


def show(
    trail: AuditTrail, events: EventRecorder, actor: Actor, wanted: int | str, tenant: str | None = None
) -> Shown:
    """The record at an index, or the latest of a decision id, after the look at it was recorded.

    A record that was erased is shown too: what is still known of it, and that its proof stands. Raises
    `RecordNotFound`, `AuditUnavailable` when it was altered or the look cannot be recorded.
    """
    place = record_at(trail, wanted, tenant) if isinstance(wanted, int) else latest_of(trail, wanted, tenant)
    note_look(events, Actor(actor.client, place.tenant), "audit show", as_asked(place), place.index)
    entry = entry_at(trail, place.index)
    later = tuple(_later(trail, one) for one in listed(trail, Selection(about=place.index), place.index))
    known = Shown(place, leaf_of(entry), proof_status(trail, entry), later=later)
    try:
        record = trail.read(place.index)
    except RecordGone as gone:
        eraser = None if place.erased_by is None else record_at(trail, place.erased_by)
        return replace(known, gone=str(gone), erased_by=eraser)
    opened = _opened(known, record)
    return replace(opened, taken_back_by=_taken_back_by(trail, place, record))


def _opened(known: Shown, record: StoredRecord) -> Shown:
    """With what the record holds."""
    if record.event not in _REQUESTS:
        return replace(known, details=json.loads(record.input))
    stored = read_stored_input(record.input)
    try:
        decision, bundle = decode_answer(record.output)
    except PactolusError as refused:
        return replace(known, stored=stored, refused=refused)
    return replace(known, stored=stored, decision=decision, bundle=bundle)


def _later(trail: AuditTrail, place: ListedRecord) -> Later:
    if place.event != "feedback":
        return Later(place)
    try:
        return Later(place, json.loads(trail.read(place.index).input))
    except RecordGone:
        return Later(place)


def _taken_back_by(trail: AuditTrail, place: ListedRecord, record: StoredRecord) -> int | None:
    """The first later record of the same patient that takes back a suggestion of this one."""
    if place.event != EVALUATION or not place.patient_pseudonym:
        return None
    suggested = suggestions_of(record.output).suggested
    wanted = Selection(
        events=(EVALUATION,),
        outcome=Outcome.RETRACT.value,
        patient_pseudonyms=(place.patient_pseudonym,),
        tenant=place.tenant,
    )
    for one in listed(trail, wanted, place.index) if suggested else ():
        try:
            retracted = suggestions_of(trail.read(one.index).output).retracted
        except RecordGone:
            continue
        if not retracted.isdisjoint(suggested):
            return one.index
    return None
