"""How a record enters a log and is found again, whatever holds the rows.

Every store brings its own `Rows`; the order of the steps, the idempotency, the tree and the checks are
here, once. A store promises that from `prepare` to `write` nobody else writes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pactolus_adapters.audit.keys import Keys, RandomBytes, WrappedKey
from pactolus_adapters.audit.rows import Gone, RequestKey, Rows
from pactolus_adapters.audit.seal import (
    PackedRecord,
    Place,
    SealedRecord,
    index_row,
    open_record,
    patient_pseudonyms,
    request_pseudonym,
    seal_record,
    written_time,
)
from pactolus_adapters.tlog.tree import appended
from pactolus_engine.errors import PactolusError, PatientMoved, RecordAltered, RecordGone, RequestIdReused
from pactolus_engine.ports import (
    HISTORY_RECORDS,
    Change,
    DestroyKey,
    NewRecord,
    PatientHistory,
    PrunePayloads,
    Receipt,
    StoredRecord,
)

__all__ = ["Acknowledged", "Clock", "Ledger", "Prepared", "new_origin"]

Clock = Callable[[], datetime]
"""The wall clock, time zone said."""

Acknowledged = tuple[Receipt, bytes]
"""The receipt of a record and the answer to send."""


def new_origin(random_bytes: RandomBytes) -> str:
    """A name for a log that nobody named: unique, and not saying whose it is."""
    return f"pactolus.example/log/{random_bytes(16).hex()}"


@dataclass(slots=True)
class Prepared:
    """What a batch comes to: a result for each record in order, and what is to be written first."""

    results: list[Acknowledged | Exception] = field(default_factory=list)
    sealed: list[SealedRecord] = field(default_factory=list)
    new_keys: list[WrappedKey] = field(default_factory=list)
    changes: list[tuple[int, Change]] = field(default_factory=list)


@dataclass(slots=True)
class _Known:
    """What the store knows that bears on a batch, kept up to date while the batch is prepared.

    `about`: the patient of each record that one of the batch is about.
    """

    size: int
    recorded_at: str
    requests: dict[RequestKey, int]
    newest: dict[str, int]
    keys_of: dict[str, WrappedKey]
    about: dict[int, str]
    plain: dict[str, bytes] = field(default_factory=dict)

    def note(self, sealed: SealedRecord, new_key: WrappedKey | None) -> None:
        """A record that will be written with the batch."""
        row = sealed.row
        self.size, self.recorded_at = sealed.index + 1, row.recorded_at
        self.about[sealed.index] = row.patient_pseudonym
        if row.request_id:
            self.requests[row.tenant, row.client, row.request_id] = sealed.index
        if row.event == "evaluation":
            for name in {row.patient_pseudonym, *row.other_pseudonyms} - {""}:
                self.newest[name] = sealed.index
        if new_key is not None and new_key.subject:
            self.keys_of[new_key.subject] = new_key


class Ledger:
    """The steps over `Rows`; holds the name of the log, its keys, its clock, and no record."""

    def __init__(self, origin: str, keys: Keys, clock: Clock, random_bytes: RandomBytes) -> None:
        self.origin = origin
        self.keys = keys
        self._clock = clock
        self._random_bytes = random_bytes

    # --- a batch --------------------------------------------------------------------------------

    def prepare(self, rows: Rows, batch: Sequence[PackedRecord]) -> Prepared:
        """Seals each record for the next index, or finds the answer it had before; writes nothing.

        A record that cannot be taken has its error as its result: `RequestIdReused`, `PatientMoved`,
        `RecordGone`, `AuditUnavailable`, and `ValueError` on a commitment that is none.
        """
        known, prepared = self._known(rows, [packed.record for packed in batch]), Prepared()
        for packed in batch:
            try:
                result = self._prepare_one(rows, known, packed, prepared)
            except (PactolusError, ValueError) as error:
                prepared.results.append(error)
            else:
                prepared.results.append(result)
        return prepared

    def write(self, rows: Rows, prepared: Prepared) -> None:
        """Writes a prepared batch with its part of the tree, then what it changes in older records.

        Raises `TreeBroken` when the stored tree is not that of the records.
        """
        if prepared.sealed:
            hashes = [sealed.leaf_hash for sealed in prepared.sealed]
            tiles = appended(prepared.sealed[0].index, hashes, rows.tile)
            rows.put(prepared.sealed, prepared.new_keys, tiles)
        for by, change in prepared.changes:
            match change:
                case DestroyKey(key_id):
                    rows.destroy_key(key_id, by)
                case PrunePayloads(before):
                    rows.prune(before, by)

    def _known(self, rows: Rows, records: Sequence[NewRecord]) -> _Known:
        head = rows.head()
        requests = {key for record in records if (key := _request_key(record)) is not None}
        expected = {
            name
            for record in records
            if record.expected
            for name in patient_pseudonyms(self.keys, record.tenant, record.expected.names)
        }
        asked = {record.about for record in records if record.about is not None}
        found = rows.get(asked) if asked else {}
        about = {
            one.index: one.row.patient_pseudonym for one in found.values() if isinstance(one, SealedRecord)
        }
        subjects = {*map(self._own_subject, records), *about.values()} - {""}
        return _Known(
            size=head.size,
            recorded_at=head.recorded_at,
            requests=rows.requests(requests) if requests else {},
            newest=rows.newest(expected) if expected else {},
            keys_of=rows.keys_of(subjects) if subjects else {},
            about=about,
        )

    def _prepare_one(
        self, rows: Rows, known: _Known, packed: PackedRecord, prepared: Prepared
    ) -> Acknowledged:
        record = packed.record
        earlier = known.requests.get(key) if (key := _request_key(record)) is not None else None
        if earlier is not None:
            return self._again(rows, earlier, record.request_digest, prepared)
        self._check_expected(known, record)
        subject, data_key, new_key = self._filed(known, record)
        now = written_time(self._clock())
        sealed = seal_record(
            packed,
            index_row(record, now, self.keys, subject),
            Place(self.origin, known.size),
            keys=self.keys,
            key_id=data_key.key_id,
            data_key=known.plain[data_key.key_id],
            random_bytes=self._random_bytes,
            clock_went_back=now < known.recorded_at,
        )
        known.note(sealed, new_key)
        prepared.sealed.append(sealed)
        prepared.new_keys += [new_key] if new_key else []
        prepared.changes += [(sealed.index, record.change)] if record.change else []
        return self._receipt(sealed), record.output

    def _check_expected(self, known: _Known, record: NewRecord) -> None:
        if record.expected is None:
            return
        names = patient_pseudonyms(self.keys, record.tenant, record.expected.names)
        if max((known.newest.get(name, -1) for name in names), default=-1) != record.expected.last:
            raise PatientMoved("another answer about this patient was recorded meanwhile; evaluate again")

    def _own_subject(self, record: NewRecord) -> str:
        """The pseudonym of the record's patient, or empty: then nobody said who that is, or not for sure."""
        if not record.patient_key or record.event in {"refusal", "failure"}:
            return ""
        return self.keys.pseudonym("patient", record.tenant, record.patient_key)

    def _filed(self, known: _Known, record: NewRecord) -> tuple[str, WrappedKey, WrappedKey | None]:
        """Under which patient, which key, and the key again if it is new and to be stored."""
        subject = self._subject(known, record)
        key = known.keys_of.get(subject)
        if key is not None and key.wrapped_by != self.keys.check_value:
            subject, key = "", None  # about a record that cannot be read any more: filed on its own
        if key is None:
            made, plain = self.keys.new_data_key(subject, self._random_bytes)
            known.plain[made.key_id] = plain
            return subject, made, made
        if key.key_id not in known.plain:
            known.plain[key.key_id] = self.keys.unwrap(key)
        return subject, key, None

    def _subject(self, known: _Known, record: NewRecord) -> str:
        """The patient of the record that this one is about, else its own."""
        if record.change is not None:
            return ""  # what erases must stay readable when what it erases is gone
        return (record.about is not None and known.about.get(record.about)) or self._own_subject(record)

    # --- reading --------------------------------------------------------------------------------

    def answered(
        self, rows: Rows, tenant: str, client: str, request_id: str, request_digest: str
    ) -> Acknowledged | None:
        """The receipt and answer recorded for a request id. Raises as `prepare` says."""
        key = (tenant, client, request_id)
        index = rows.requests({key}).get(key) if request_id else None
        return None if index is None else self._again(rows, index, request_digest, Prepared())

    def history(self, rows: Rows, tenant: str, names: tuple[str, ...]) -> PatientHistory:
        """The patient's evaluations, as the port says."""
        found: set[int] = set()
        for pseudonym in patient_pseudonyms(self.keys, tenant, names):
            found.update(rows.evaluations(pseudonym, HISTORY_RECORDS + 1))
        newest = sorted(found)[-HISTORY_RECORDS:]
        return PatientHistory(tuple(newest), len(found) <= HISTORY_RECORDS)

    def read(self, rows: Rows, index: int) -> StoredRecord:
        """The record at that index, checked. Raises `KeyError`, `RecordGone`, `AuditUnavailable` as the
        port says."""
        if not 0 <= index < rows.head().size:
            raise KeyError(f"no record `{index}` in the audit log")
        result = self.read_all(rows, (index,))[index]
        if isinstance(result, PactolusError):
            raise result
        return result

    def read_all(self, rows: Rows, indexes: Sequence[int]) -> dict[int, StoredRecord | PactolusError]:
        """Each record at these indexes, which are those of the log, or the error that `read` raises."""
        found = rows.get(indexes)
        used = {one.key_id for one in found.values() if isinstance(one, SealedRecord)}
        keys = rows.keys(used) if used else {}
        results: dict[int, StoredRecord | PactolusError] = {}
        plain: dict[str, bytes] = {}
        for index in indexes:
            try:
                results[index] = self._opened(index, _whole(index, found.get(index)), keys, plain)
            except PactolusError as error:
                results[index] = error
        return results

    def _again(self, rows: Rows, index: int, request_digest: str, prepared: Prepared) -> Acknowledged:
        """The answer of an earlier record, which may be one of this very batch."""
        pending = next((one for one in prepared.sealed if one.index == index), None)
        found = _whole(index, pending or rows.get({index}).get(index))
        keys = {key.key_id: key for key in prepared.new_keys} | rows.keys({found.key_id})
        record = self._opened(index, found, keys, {})
        # Records of the schema before the tree hold the bare digest.
        same = {request_digest, request_pseudonym(self.keys, found.row.tenant, request_digest)}
        if found.row.request_digest not in same:
            raise RequestIdReused(
                f"`request_id` came before with other request fields (record `{index}`); take a new one"
            )
        return self._receipt(found), record.output

    def _opened(
        self, index: int, found: SealedRecord, keys: dict[str, WrappedKey], plain: dict[str, bytes]
    ) -> StoredRecord:
        """The record, its key unwrapped once for all records under it (`plain`)."""
        key = keys.get(found.key_id)
        if key is None:
            raise RecordAltered(f"record `{index}` of the audit log cannot be opened: its key is gone")
        if key.destroyed_by is not None:
            raise _erased(index, key.destroyed_by)
        if key.wrapped_by != self.keys.check_value:
            raise RecordGone(
                f"record `{index}` cannot be read: the key-encryption key that its data key is wrapped under was "
                "lost; its proof stands"
            )
        if found.key_id not in plain:
            plain[found.key_id] = self.keys.unwrap(key)
        return open_record(found, Place(self.origin, index), plain[found.key_id])

    def _receipt(self, sealed: SealedRecord) -> Receipt:
        return Receipt(self.origin, sealed.index, sealed.leaf_hash)


def _request_key(record: NewRecord) -> RequestKey | None:
    return (record.tenant, record.client, record.request_id) if record.request_id else None


def _whole(index: int, found: SealedRecord | Gone | None) -> SealedRecord:
    """What was found at an index, if it is all there."""
    if isinstance(found, SealedRecord):
        return found
    if found is None or found.by is None:
        raise RecordAltered(f"record `{index}` of the audit log is incomplete: a part of it is gone")
    raise _erased(index, found.by)


def _erased(index: int, by: int) -> RecordGone:
    return RecordGone(f"record `{index}` was erased by record `{by}`; its proof stands", by)
