"""A recorded decision for whoever asks the service for it, after the look at it was recorded."""

from pactolus_adapters.trail.events import Actor, EventRecorder
from pactolus_adapters.trail.looks import note_look
from pactolus_adapters.trail.places import EVALUATION, as_asked, latest_of, record_at
from pactolus_engine.errors import RecordNotFound
from pactolus_engine.ports import StoredRecord
from pactolus_engine.trail import AuditTrail

__all__ = ["recall"]


def recall(
    trail: AuditTrail, events: EventRecorder, actor: Actor, door: str, wanted: int | str
) -> StoredRecord:
    """The decision at an index, or the latest record of a decision id, if it is the actor's tenant's.

    A look for what is not there, or not the tenant's, is recorded too. Raises `RecordNotFound`,
    `RecordGone`, `AuditUnavailable`.
    """
    try:
        place = (
            record_at(trail, wanted, actor.tenant)
            if isinstance(wanted, int)
            else latest_of(trail, wanted, actor.tenant)
        )
    except RecordNotFound:
        name = "index" if isinstance(wanted, int) else "decision_id"
        note_look(events, actor, door, {name: str(wanted)[:_MOST], "found": "no"})
        raise
    note_look(events, actor, door, as_asked(place), place.index)
    if place.event != EVALUATION:
        raise RecordNotFound("the record at this `index` holds no decision")
    return trail.read(place.index)


_MOST = 128
