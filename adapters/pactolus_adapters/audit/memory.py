"""An audit log that forgets everything at the end of the process: for tests and trials.

The smallest example of a store behind the port: its rows are kept in `memory_rows.py`, the steps, the
sealing and the checks are those of `ledger.py`, `seal.py` and `log.py`. Nothing survives a power cut.
"""

import os
from collections.abc import Callable
from threading import RLock
from typing import TypeVar

from pactolus_adapters.audit.checkpointing import Checkpointer
from pactolus_adapters.audit.keys import KEY_BYTES, Keys, RandomBytes
from pactolus_adapters.audit.ledger import Acknowledged, Clock, Ledger, new_origin
from pactolus_adapters.audit.log import LedgerLog
from pactolus_adapters.audit.memory_rows import MemoryRows
from pactolus_adapters.audit.rows import Rows, SignedCheckpoint
from pactolus_adapters.audit.seal import pack_content
from pactolus_adapters.tlog.keys import Ed25519NoteSigner
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.ports import NewRecord

__all__ = ["MemoryAuditLog"]

_Read = TypeVar("_Read")


class MemoryAuditLog(LedgerLog):
    """`AuditTrail` in memory; safe to use from several threads."""

    def __init__(self, clock: Clock, random_bytes: RandomBytes = os.urandom, origin: str = "") -> None:
        """`clock` says when a record is made; `origin` names the log (empty: a name is made up)."""
        root = random_bytes(KEY_BYTES)
        self._ledger = Ledger(
            origin or new_origin(random_bytes), Keys(root, random_bytes(KEY_BYTES)), clock, random_bytes
        )
        signer = Ed25519NoteSigner(self._ledger.origin, random_bytes(KEY_BYTES))
        self._checkpointer = Checkpointer(self._ledger.origin, signer, clock)
        self._rows = MemoryRows()
        self._rows.put_meta({"verifier_key": signer.verifier_key})
        self._random_bytes = random_bytes
        self._lock = RLock()
        self._closed = False

    @property
    def healthy(self) -> bool:
        """Whether records can still be taken."""
        return not self._closed

    def append(self, record: NewRecord) -> Acknowledged:
        """As `AuditLog.append`, but only until the process ends."""
        packed = pack_content(record, self._random_bytes)
        with self._lock:
            self._check_open()
            prepared = self._ledger.prepare(self._rows, [packed])
            self._ledger.write(self._rows, prepared)
        result = prepared.results[0]
        if isinstance(result, Exception):
            raise result
        return result

    def close(self) -> None:
        """As `AuditLog.close`: later calls raise `AuditUnavailable`."""
        self._closed = True

    def _reading(self, read: Callable[[Rows], _Read]) -> _Read:
        with self._lock:
            self._check_open()
            return read(self._rows)

    def _writing(self, write: Callable[[Rows], _Read]) -> _Read:
        return self._reading(write)

    def _published(self) -> SignedCheckpoint:
        return self._checkpointer.publish(self._reading)

    def _check_open(self) -> None:
        if self._closed:
            raise AuditUnavailable("the audit log is closed")
