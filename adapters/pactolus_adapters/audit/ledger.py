"""How a record enters a log and is found again, whatever holds the rows.

Every store brings its own `Rows`; the order of the steps, the idempotency and the checks are
here, once. A store promises that between `prepare` and `put` nobody else writes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pactolus_adapters.audit.keys import Keys, RandomBytes, WrappedKey
from pactolus_adapters.audit.seal import (
    Place,
    SealedRecord,
    index_row,
    open_record,
    patient_pseudonym,
    patient_pseudonyms,
    seal_record,
)
from pactolus_engine.errors import AuditUnavailable, PatientMoved, RequestIdReused
from pactolus_engine.ports import HISTORY_RECORDS, NewRecord, PatientHistory, Receipt, StoredRecord

__all__ = ["Clock", "Ledger", "Prepared", "Rows", "new_origin"]

Clock = Callable[[], datetime]
"""The wall clock, time zone said."""


def new_origin(random_bytes: RandomBytes) -> str:
    """A name for a log that nobody named: unique, and not saying whose it is."""
    return f"pactolus.example/log/{random_bytes(16).hex()}"


class Rows(Protocol):
    """The tables of a log. Store errors come through as they are."""

    def size(self) -> int:
        """One more than the highest index, or 0."""

    def find(self, tenant: str, client: str, request_id: str) -> int | None:
        """The index recorded for that request id."""

    def evaluations(self, pseudonym: str, most: int) -> list[int]:
        """Indexes of the evaluations under that pseudonym (never empty), the newest first."""

    def get(self, index: int) -> SealedRecord | None:
        """The record at that index, or None when any part of it is gone."""

    def key(self, key_id: str) -> WrappedKey | None:
        """The data key of that id."""

    def key_of(self, subject: str) -> WrappedKey | None:
        """The data key of that subject (never empty)."""

    def put(self, sealed: SealedRecord, new_key: WrappedKey | None) -> None:
        """Keeps a record, and the key made for it if there is one."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What an append will answer, and what is to be written first: nothing for a repeated request."""

    receipt: Receipt
    answer: bytes
    sealed: SealedRecord | None = None
    new_key: WrappedKey | None = None


class Ledger:
    """The steps over `Rows`; holds the name of the log, its keys, its clock, and no record."""

    def __init__(self, origin: str, keys: Keys, clock: Clock, random_bytes: RandomBytes) -> None:
        self.origin = origin
        self._keys = keys
        self._clock = clock
        self._random_bytes = random_bytes

    def prepare(self, rows: Rows, record: NewRecord) -> Prepared:
        """Seals a record for the next index, or finds the answer it had before; writes nothing.

        Raises `RequestIdReused`, `PatientMoved`, `AuditUnavailable`, and `ValueError` on a commitment
        that is none.
        """
        earlier = self.answered(rows, record.tenant, record.client, record.request_id, record.request_digest)
        if earlier is not None:
            return Prepared(*earlier)
        expected = record.expected
        if expected and self.history(rows, record.tenant, expected.names).last != expected.last:
            raise PatientMoved("another answer about this patient was recorded meanwhile; evaluate again")
        key, new_key, data_key = self._data_key(rows, record)
        place = Place(self.origin, rows.size())
        sealed = seal_record(
            record,
            index_row(record, self._clock(), self._keys),
            place,
            keys=self._keys,
            key_id=key.key_id,
            data_key=data_key,
            random_bytes=self._random_bytes,
        )
        return Prepared(self._receipt(sealed), record.output, sealed, new_key)

    def _data_key(self, rows: Rows, record: NewRecord) -> tuple[WrappedKey, WrappedKey | None, bytes]:
        """The key to use, the same again if it is new and to be stored, and the key in plain."""
        # Of a refused or failed request nobody knows for sure whose it is.
        shared = record.event == "evaluation" and record.patient_key != ""
        subject = patient_pseudonym(self._keys, record) if shared else ""
        known = rows.key_of(subject) if subject else None
        if known is not None:
            return known, None, self._keys.unwrap(known)
        made, plain = self._keys.new_data_key(subject, self._random_bytes)
        return made, made, plain

    def answered(
        self, rows: Rows, tenant: str, client: str, request_id: str, request_digest: str
    ) -> tuple[Receipt, bytes] | None:
        """The receipt and answer recorded for a request id. Raises as `prepare`."""
        index = rows.find(tenant, client, request_id) if request_id else None
        if index is None:
            return None
        sealed, record = self._opened(rows, index)
        if sealed.row.request_digest != request_digest:
            raise RequestIdReused(
                f"`request_id` came before with other request fields (record `{index}`); take a new one"
            )
        return self._receipt(sealed), record.output

    def history(self, rows: Rows, tenant: str, names: tuple[str, ...]) -> PatientHistory:
        """The patient's evaluations, as the port says."""
        found: set[int] = set()
        for pseudonym in patient_pseudonyms(self._keys, tenant, names):
            found.update(rows.evaluations(pseudonym, HISTORY_RECORDS + 1))
        newest = sorted(found)[-HISTORY_RECORDS:]
        return PatientHistory(tuple(newest), len(found) <= HISTORY_RECORDS)

    def read(self, rows: Rows, index: int) -> StoredRecord:
        """The record at that index, checked. Raises `KeyError` and `AuditUnavailable` as the port says."""
        if not 0 <= index < rows.size():
            raise KeyError(f"no record `{index}` in the audit log")
        return self._opened(rows, index)[1]

    def _opened(self, rows: Rows, index: int) -> tuple[SealedRecord, StoredRecord]:
        sealed = rows.get(index)
        if sealed is None:
            raise AuditUnavailable(f"record `{index}` of the audit log is incomplete: a part of it is gone")
        key = rows.key(sealed.key_id)
        if key is None:
            raise AuditUnavailable(f"record `{index}` of the audit log cannot be opened: its key is gone")
        return sealed, open_record(sealed, Place(self.origin, index), self._keys.unwrap(key))

    def _receipt(self, sealed: SealedRecord) -> Receipt:
        return Receipt(self.origin, sealed.index, sealed.leaf_hash)
