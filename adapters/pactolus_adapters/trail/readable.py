"""The reading half of `AuditTrail` as far as verifying and proving need it: a store that nobody records in will do."""

from collections.abc import Iterator
from typing import Protocol

from pactolus_engine.errors import PactolusError
from pactolus_engine.ports import StoredRecord
from pactolus_engine.trail import DataKeyState, Entry, ListedRecord, Selection, StoredCheckpoint

__all__ = ["ReadableTrail"]


class ReadableTrail(Protocol):
    """Each member as `AuditTrail` says."""

    @property
    def origin(self) -> str:
        """As `AuditLog.origin`."""

    @property
    def verifier_key(self) -> str:
        """As `AuditTrail.verifier_key`."""

    def size(self) -> int:
        """As `AuditLog.size`."""

    def stored_checkpoints(self, after: int = -1) -> Iterator[StoredCheckpoint]:
        """As `AuditTrail.stored_checkpoints`."""

    def latest_checkpoint(self, most: int | None = None) -> StoredCheckpoint | None:
        """As `AuditTrail.latest_checkpoint`."""

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """As `AuditTrail.inclusion_proof`."""

    def tile(self, level: int, index: int) -> bytes:
        """As `AuditTrail.tile`."""

    def entries(self, first: int, end: int) -> Iterator[Entry]:
        """As `AuditTrail.entries`."""

    def opened(self, first: int, end: int) -> Iterator[tuple[int, StoredRecord | PactolusError]]:
        """As `AuditTrail.opened`."""

    def listed(self, selection: Selection, after: int, most: int) -> list[ListedRecord]:
        """As `AuditTrail.listed`."""

    def data_keys(self) -> Iterator[DataKeyState]:
        """As `AuditTrail.data_keys`."""
