"""Which records there are: by time, event, outcome, rule, pack, patient, and what they are about.

The same question is the report of who has looked at a patient's records: the events `read` about them.
"""

from dataclasses import dataclass, fields
from typing import Final

from pactolus_adapters.trail.events import Actor, EventRecorder
from pactolus_adapters.trail.looks import note_look
from pactolus_adapters.trail.places import listed, record_at
from pactolus_engine.trail import AuditTrail, ListedRecord, Selection

__all__ = ["Found", "Query", "find", "selected"]


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for; what is empty does not narrow.

    `since` (included) and `until` (not): RFC 3339 in UTC with microseconds. `patient`: any of the names under
    which a patient was recorded. `about`: the index of a record. `tenant`: None means every tenant.
    """

    since: str = ""
    until: str = ""
    events: tuple[str, ...] = ()
    outcome: str = ""
    rule: str = ""
    pack_id: str = ""
    pack_version: str = ""
    patient: str = ""
    about: int | None = None
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Records, ascending; `is_last` is false when there are more than were wanted. `knows_patient`: whether any
    record is known under the patient's name, if one was asked for."""

    records: list[ListedRecord]
    is_last: bool
    knows_patient: bool = True


def find(
    trail: AuditTrail,
    events: EventRecorder,
    actor: Actor,
    door: str,
    query: Query,
    *,
    after: int = -1,
    most: int | None = None,
) -> Found:
    """The records of a query with an index above `after`, at most `most`, after the look was recorded.

    The look itself is not among them. Raises `RecordNotFound` when the query is about a record that is not
    there, `AuditUnavailable`.
    """
    wanted, end = selected(trail, query), trail.size()
    filed_under = _filed_under(trail, query, wanted)
    tenant = actor.tenant or query.tenant or (filed_under.tenant if filed_under else "")
    about = filed_under.index if filed_under else None
    note_look(events, Actor(actor.client, tenant), door, _asked(query, wanted, after), about)
    one_more = None if most is None else most + 1
    records = [one for one in listed(trail, wanted, after, one_more) if one.index < end]
    knows_patient = not query.patient or filed_under is not None
    return Found(records[:most], most is None or len(records) <= most, knows_patient)


def selected(trail: AuditTrail, query: Query) -> Selection:
    """The query in the pseudonyms of the log.

    A record about another, such as a look, is filed under one name of the patient; so the names under which
    the patient's evaluations were filed are looked for as well as the one that is asked for.
    """
    return Selection(
        **{one.name: getattr(query, one.name) for one in fields(Query) if one.name != "patient"},
        patient_pseudonyms=_pseudonyms(trail, query) if query.patient else (),
    )


def _pseudonyms(trail: AuditTrail, query: Query) -> tuple[str, ...]:
    found: set[str] = set()
    for tenant in trail.tenants() if query.tenant is None else (query.tenant,):
        named = trail.pseudonyms(tenant, (query.patient,))
        wanted = Selection(events=("evaluation",), patient_pseudonyms=named, tenant=tenant)
        found.update(named, (one.patient_pseudonym for one in listed(trail, wanted)))
    return tuple(sorted(found - {""})) or _NOBODY


_NOBODY: Final = ("nobody",)
"""No pseudonym: in a log without tenants there is no patient, and an empty filter would be none."""


def _filed_under(trail: AuditTrail, query: Query, wanted: Selection) -> ListedRecord | None:
    """A record of the patient who is asked about, so that the look is filed under that patient; else the
    record that the query is about."""
    about = None if query.about is None else record_at(trail, query.about)
    if not query.patient:
        return about
    own = Selection(patient_pseudonyms=wanted.patient_pseudonyms, tenant=wanted.tenant)
    first = trail.listed(own, -1, 1)
    return first[0] if first else None


def _asked(query: Query, wanted: Selection, after: int) -> dict[str, str]:
    """The query as the look at it is recorded: the patient by pseudonym, for the look outlives the patient."""
    return {
        **{name: getattr(query, name) for name in ("since", "until", "outcome", "rule")},
        "pack": "@".join(part for part in (query.pack_id, query.pack_version) if part),
        "events": ",".join(query.events),
        "patient_pseudonyms": ",".join(wanted.patient_pseudonyms),
        "about": "" if query.about is None else str(query.about),
        "tenant": query.tenant or "",
        "after": "" if after < 0 else str(after),
    }
