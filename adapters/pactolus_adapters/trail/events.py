"""Records of what is no evaluation: who looked, exported, erased, answered back, and when.

An event is recorded before what it tells of is done or shown, so that nothing happens that the log does
not know of.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import rfc8785

from pactolus_adapters.instants import milliseconds, written
from pactolus_adapters.versions import software_versions
from pactolus_engine.ports import EVENTS, AuditLog, Change, NewRecord, Receipt

__all__ = ["Actor", "Event", "EventRecorder", "event_digest", "event_record"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `client`: the program, or the person at the command line as `cli:NAME`."""

    client: str
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened. `kind`: a word of `EVENTS`. `details` may hold patient data: they are encrypted.

    `about`: the record that it is about, under whose patient it is filed. `public`: fields of the
    commitment, without patient data. `output`: what a repeated request id gets back.
    """

    kind: str
    details: Mapping[str, str]
    about: int | None = None
    change: Change | None = None
    request_id: str = ""
    output: bytes = b""
    public: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class EventRecorder:
    """Appends events to a log. `clock` gives aware UTC times."""

    log: AuditLog
    clock: Callable[[], datetime]

    def record(self, actor: Actor, event: Event) -> Receipt:
        """Records an event; returns when it is durable. Raises as `AuditLog.append`."""
        return self.log.append(event_record(actor, event, self.clock()))[0]


def event_digest(kind: str, details: Mapping[str, str]) -> str:
    """The request digest of an event, by which a repeated request id is known to mean the same."""
    return sha256(b"pactolus event 1\n" + kind.encode() + b"\n" + rfc8785.dumps({**details})).hexdigest()


def event_record(actor: Actor, event: Event, now: datetime) -> NewRecord:
    """The event as a record; `now` is an aware time."""
    if event.kind not in EVENTS:
        raise ValueError("an event is expected to be of a kind that `EVENTS` lists")
    versions = software_versions()
    return NewRecord(
        event=event.kind,
        tenant=actor.tenant,
        client=actor.client,
        patient_key="",
        request_id=event.request_id,
        request_digest=event_digest(event.kind, event.details),
        instant=written(milliseconds(now)),
        commitment={
            "engine_version": versions["durable-rules"],
            "software_version": versions["pactolus"],
            **(event.public or {}),
        },
        input=rfc8785.dumps({**event.details}),
        output=event.output,
        outcome="",
        rules=(),
        about=event.about,
        change=event.change,
    )
