"""What a patient was told before, out of the audit log: suggestions that stand, versions that are known.

Records never change, so what is remembered of one is kept for the next request: names and digests of
its resources and ids of decisions, no value. Their content is read again only when something differs.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Final

from pactolus_adapters.answers import Suggestions, decode_answer, suggestions_of
from pactolus_adapters.fhir.resource import Resource
from pactolus_adapters.fhir.stored import Seen, is_superseded, seen, stored_resources, written_bundle
from pactolus_adapters.fhir.taken import put_in
from pactolus_adapters.fhir.write_context import care_plan_id
from pactolus_engine.errors import RecordGone
from pactolus_engine.ports import AuditLog, PatientHistory, StoredRecord
from pactolus_engine.record import EarlierInput, StoredInput, TakenInput, read_stored_input

__all__ = ["Memory", "Past", "Turns", "decided_from"]

NEWER_REASON: Final = "a newer version than the one that was sent"
REST_REASON: Final = "it was not sent again"

_REMEMBERED: Final = 4096
_TURNS: Final = 256


class Turns:
    """Lets the evaluations of one patient follow each other in this process, in which case none has
    to be done twice. Another process is noticed by the audit log."""

    def __init__(self) -> None:
        self._locks = tuple(Lock() for _ in range(_TURNS))

    def of(self, tenant: str, patient_key: str) -> Lock:
        """The lock of a patient; some patients share one."""
        return self._locks[hash((tenant, patient_key)) % _TURNS]


@dataclass(frozen=True, slots=True)
class _Remembered:
    """One evaluation: what it was decided from, what it suggested, what it took back."""

    said: Suggestions
    seen: Mapping[str, Seen]


class Memory:
    """Remembers records, the last used first; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[int, _Remembered] = OrderedDict()
        self._forgotten = 0

    def forget(self) -> None:
        """Drops everything, because somebody was erased; the records that are left are read again when asked."""
        with self._lock:
            self._kept.clear()
            self._forgotten += 1

    def past(self, audit: AuditLog, tenant: str, names: tuple[str, ...]) -> "Past":
        """What is known of a patient under any of these names. Raises `AuditUnavailable`.

        A record that was erased, or whose key is lost, is passed over: the history is not complete then.
        """
        history = audit.history(tenant, names) if names else PatientHistory()
        records: dict[int, _Remembered] = {}
        gone: list[int] = []
        for index in history.indexes:
            try:
                records[index] = self._remembered(audit, index)
            except RecordGone:
                gone.append(index)
        is_complete = history.is_complete and not gone
        return Past(audit, replace(history, is_complete=is_complete), records, tuple(gone))

    def _remembered(self, audit: AuditLog, index: int) -> _Remembered:
        with self._lock:
            if index in self._kept:
                self._kept.move_to_end(index)
                return self._kept[index]
            forgotten = self._forgotten
        found = _remembered(audit.read(index))
        with self._lock:
            if self._forgotten != forgotten:  # it may have been read before it was erased
                return found
            self._kept[index] = found
            while len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)
        return found


def _remembered(record: StoredRecord) -> _Remembered:
    stored = read_stored_input(record.input)
    return _Remembered(
        said=suggestions_of(record.output),
        seen={one.reference: seen(one) for one in decided_from(stored)},
    )


def decided_from(stored: StoredInput) -> list[Resource]:
    """The resources that a recorded answer rests on: those sent, and those taken from before."""
    request = stored.request
    contents = (*request.resources, request.bundle) if request.bundle else request.resources
    return put_in(stored_resources(contents), stored.taken)[0]


@dataclass(frozen=True, slots=True)
class _Version:
    """The newest version known of a resource, and where its content is: a record, or the request."""

    seen: Seen
    index: int | None


@dataclass(frozen=True, slots=True)
class Past:
    """The patient's evaluations, oldest first. `gone`: those that cannot be read any more."""

    audit: AuditLog
    history: PatientHistory
    records: Mapping[int, _Remembered]
    gone: tuple[int, ...] = ()
    _contents: dict[int, dict[str, Resource]] = field(default_factory=dict)

    def newer(self, sent: Iterable[Resource]) -> tuple[TakenInput, ...]:
        """The newer versions that are known of resources that were sent, out of order (T04)."""
        known = self._known()
        late = [one.reference for one in sent if self._is_late(one, known)]
        return self._taken(late, known, NEWER_REASON)

    def unsettled(self, pack: str, sent: Iterable[Resource]) -> tuple[EarlierInput, ...]:
        """The standing suggestions of the pack of which a resource is now known in another version.

        `sent`: the resources of the request, each in the newest version known.
        """
        given = {one.reference: one for one in sent}
        newest = self._known()
        newest |= {name: _Version(seen(one), None) for name, one in given.items()}
        return tuple(
            self._input(decision, index, changed, newest, given)
            for decision, index in self._standing(pack).items()
            if (changed := _changed(self.records[index].seen, newest))
        )

    def rest(self, index: int, sent: Iterable[Resource]) -> tuple[TakenInput, ...]:
        """What the answer at that index was decided from and the request does not hold, newest versions.

        Another Patient resource than the one that was sent is left out: there is one patient.
        """
        given = list(sent)
        names = {one.reference for one in given}
        has_patient = any(one.type == "Patient" for one in given)
        missing = [
            name
            for name, one in self.records[index].seen.items()
            if name not in names and not (has_patient and one.type == "Patient")
        ]
        return self._taken(missing, self._known(), REST_REASON)

    def _known(self) -> dict[str, _Version]:
        """The newest version of every resource, folded in the order in which they came."""
        known: dict[str, _Version] = {}
        for index, record in self.records.items():
            for name, one in record.seen.items():
                before = known.get(name)
                is_new = before is None or before.seen.digest != one.digest
                if before is None or (is_new and not is_superseded(one, before.seen)):
                    known[name] = _Version(one, index)
        return known

    def _is_late(self, one: Resource, known: Mapping[str, _Version]) -> bool:
        before = known.get(one.reference)
        return before is not None and is_superseded(seen(one), before.seen)

    def _standing(self, pack: str) -> dict[str, int]:
        """The suggestions of the pack that were not taken back, with their newest record."""
        standing: dict[str, int] = {}
        for index, record in self.records.items():
            for retracted in record.said.retracted:
                standing.pop(retracted, None)
            if record.said.pack == pack:
                standing.update(dict.fromkeys(record.said.suggested, index))
        return standing

    def _input(
        self,
        decision: str,
        index: int,
        changed: list[str],
        newest: Mapping[str, _Version],
        given: Mapping[str, Resource],
    ) -> EarlierInput:
        record = self.audit.read(index)
        stored = read_stored_input(record.input)
        newer = [
            given[name] if newest[name].index is None else self._content(name, newest) for name in changed
        ]
        return EarlierInput(
            index=str(index),
            decision_id=decision,
            care_plan_id=care_plan_id(decision),
            sent=written_bundle(decided_from(stored)),
            newer=written_bundle(newer),
            patient=stored.request.patient,
            answer=decode_answer(record.output)[1],
        )

    def _taken(
        self, names: Iterable[str], known: Mapping[str, _Version], reason: str
    ) -> tuple[TakenInput, ...]:
        by_record: dict[int, list[str]] = {}
        for name in sorted(names):
            index = known[name].index
            assert index is not None
            by_record.setdefault(index, []).append(name)
        return tuple(
            TakenInput(str(index), reason, written_bundle(self._content(name, known) for name in found))
            for index, found in sorted(by_record.items())
        )

    def _content(self, name: str, known: Mapping[str, _Version]) -> Resource:
        index = known[name].index
        assert index is not None
        if index not in self._contents:
            stored = read_stored_input(self.audit.read(index).input)
            self._contents[index] = {one.reference: one for one in decided_from(stored)}
        return self._contents[index][name]


def _changed(then: Mapping[str, Seen], newest: Mapping[str, _Version]) -> list[str]:
    """Resources that are now known in another version than the suggestion saw."""
    return sorted(name for name, one in then.items() if newest[name].seen.digest != one.digest)
