"""An audit log that forgets everything at the end of the process: for tests and trials.

The smallest example of a store behind the port: it keeps the rows in dictionaries and leaves
the steps, the sealing and the checks to `ledger.py` and `seal.py`. Nothing survives a power cut.
"""

import os
from threading import Lock

from pactolus_adapters.audit.keys import KEY_BYTES, Keys, RandomBytes, WrappedKey
from pactolus_adapters.audit.ledger import Clock, Ledger, new_origin
from pactolus_adapters.audit.seal import SealedRecord
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.ports import NewRecord, PatientHistory, Receipt, StoredRecord

__all__ = ["MemoryAuditLog"]


class _MemoryRows:
    def __init__(self) -> None:
        self._records: list[SealedRecord] = []
        self._keys: dict[str, WrappedKey] = {}
        self._subjects: dict[str, str] = {}
        self._requests: dict[tuple[str, str, str], int] = {}
        self._patients: dict[str, list[int]] = {}

    def size(self) -> int:
        return len(self._records)

    def find(self, tenant: str, client: str, request_id: str) -> int | None:
        return self._requests.get((tenant, client, request_id))

    def evaluations(self, pseudonym: str, most: int) -> list[int]:
        return self._patients.get(pseudonym, [])[: -most - 1 : -1]

    def get(self, index: int) -> SealedRecord | None:
        return self._records[index]

    def key(self, key_id: str) -> WrappedKey | None:
        return self._keys.get(key_id)

    def key_of(self, subject: str) -> WrappedKey | None:
        return self._keys.get(self._subjects.get(subject, ""))

    def put(self, sealed: SealedRecord, new_key: WrappedKey | None) -> None:
        if new_key is not None:
            self._keys[new_key.key_id] = new_key
            if new_key.subject:
                self._subjects[new_key.subject] = new_key.key_id
        if sealed.row.request_id:
            self._requests[sealed.row.tenant, sealed.row.client, sealed.row.request_id] = sealed.index
        if sealed.row.event == "evaluation":
            for name in {sealed.row.patient_pseudonym, *sealed.row.other_pseudonyms} - {""}:
                self._patients.setdefault(name, []).append(sealed.index)
        self._records.append(sealed)


class MemoryAuditLog:
    """`AuditLog` in memory; safe to use from several threads."""

    def __init__(self, clock: Clock, random_bytes: RandomBytes = os.urandom, origin: str = "") -> None:
        """`clock` says when a record is made; `origin` names the log (empty: a name is made up)."""
        keys = Keys(random_bytes(KEY_BYTES))
        self._ledger = Ledger(origin or new_origin(random_bytes), keys, clock, random_bytes)
        self._rows = _MemoryRows()
        self._lock = Lock()
        self._closed = False

    @property
    def healthy(self) -> bool:
        """Whether records can still be taken."""
        return not self._closed

    @property
    def origin(self) -> str:
        """As `AuditLog.origin`."""
        return self._ledger.origin

    def append(self, record: NewRecord) -> tuple[Receipt, bytes]:
        """As `AuditLog.append`, but only until the process ends."""
        with self._lock:
            self._check_open()
            prepared = self._ledger.prepare(self._rows, record)
            if prepared.sealed is not None:
                self._rows.put(prepared.sealed, prepared.new_key)
            return prepared.receipt, prepared.answer

    def answered(
        self, tenant: str, client: str, request_id: str, request_digest: str
    ) -> tuple[Receipt, bytes] | None:
        """As `AuditLog.answered`."""
        with self._lock:
            self._check_open()
            return self._ledger.answered(self._rows, tenant, client, request_id, request_digest)

    def history(self, tenant: str, names: tuple[str, ...]) -> PatientHistory:
        """As `AuditLog.history`."""
        with self._lock:
            self._check_open()
            return self._ledger.history(self._rows, tenant, names)

    def read(self, index: int) -> StoredRecord:
        """As `AuditLog.read`."""
        with self._lock:
            self._check_open()
            return self._ledger.read(self._rows, index)

    def size(self) -> int:
        """As `AuditLog.size`."""
        with self._lock:
            self._check_open()
            return self._rows.size()

    def close(self) -> None:
        """As `AuditLog.close`: later calls raise `AuditUnavailable`."""
        self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise AuditUnavailable("the audit log is closed")
