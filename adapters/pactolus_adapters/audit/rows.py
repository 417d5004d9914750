"""The tables of an audit log as the ledger asks for them, whatever store they are in.

Questions come for whole batches, because a store on another machine answers each in a round trip.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pactolus_adapters.audit.keys import WrappedKey
from pactolus_adapters.audit.seal import SealedRecord
from pactolus_engine.trail import Entry, ListedRecord, Selection

__all__ = ["Gone", "Head", "RequestKey", "Rows", "SignedCheckpoint"]

RequestKey = tuple[str, str, str]
"""Tenant, client and request id (never empty)."""


@dataclass(frozen=True, slots=True)
class Head:
    """How many records there are, and when the last one was made (empty: there is none)."""

    size: int
    recorded_at: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A record of which the payload was removed. `by`: the record that did it; None: nobody says who."""

    index: int
    by: int | None


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint as it is stored. `note`: the signed note with the log's own signature alone."""

    size: int
    root: bytes
    note: bytes
    signed_at: str


class Rows(Protocol):
    """Reads and writes within one transaction. Store errors come through as they are."""

    def head(self) -> Head:
        """Size and time of the log."""

    def requests(self, keys: Collection[RequestKey]) -> dict[RequestKey, int]:
        """The index recorded for each request id, for those that are known."""

    def newest(self, pseudonyms: Collection[str]) -> dict[str, int]:
        """The newest evaluation under each pseudonym (never empty), for those that have one."""

    def evaluations(self, pseudonym: str, most: int) -> list[int]:
        """Indexes of the evaluations under that pseudonym (never empty), the newest first."""

    def get(self, indexes: Collection[int]) -> dict[int, SealedRecord | Gone]:
        """The records at these indexes. One of which any part is missing without a word is absent."""

    def keys(self, key_ids: Collection[str]) -> dict[str, WrappedKey]:
        """The data keys of these ids."""

    def keys_of(self, subjects: Collection[str]) -> dict[str, WrappedKey]:
        """The living data keys of these subjects (never empty)."""

    def all_keys(self, after: str = "") -> Iterator[WrappedKey]:
        """Every data key whose id is above `after`, destroyed ones too, sorted by id; need not be read to the
        end."""

    def tile(self, level: int, index: int) -> bytes:
        """The hashes of a tile; empty when there is none."""

    def checkpoint(self, most: int | None = None) -> SignedCheckpoint | None:
        """The largest checkpoint, or the largest of at most `most` records."""

    def checkpoints(self, after: int) -> Iterator[tuple[SignedCheckpoint, tuple[str, ...]]]:
        """Checkpoints of more than `after` records, ascending, with the cosignature lines of each; need not be
        read to the end."""

    def entries(self, first: int, end: int) -> Iterator[Entry]:
        """Public parts, ascending."""

    def listed(
        self, selection: Selection, decision_pseudonyms: Collection[str], after: int, most: int
    ) -> list[ListedRecord]:
        """As `AuditTrail.listed`; the decision id as its pseudonyms, one per tenant that is meant."""

    def tenants(self) -> tuple[str, ...]:
        """The tenants that have records, sorted."""

    def meta(self) -> dict[str, str]:
        """What the log says of itself, by name."""

    # --- writing ------------------------------------------------------------------------------

    def put(
        self,
        records: Sequence[SealedRecord],
        new_keys: Sequence[WrappedKey],
        tiles: Mapping[tuple[int, int], bytes],
    ) -> None:
        """Keeps records at the end of the log, the keys made for them, and the tiles that changed."""

    def put_tiles(self, tiles: Mapping[tuple[int, int], bytes]) -> None:
        """Keeps tiles, over those that are there."""

    def put_checkpoint(self, checkpoint: SignedCheckpoint) -> None:
        """Keeps a checkpoint; one of that size that is there already stays."""

    def put_cosignature(self, size: int, witness: str, line: str) -> None:
        """Keeps the line of a witness, over an earlier one of the same witness."""

    def put_keys(self, keys: Sequence[WrappedKey]) -> None:
        """Keeps keys over those of the same ids."""

    def put_meta(self, meta: Mapping[str, str]) -> None:
        """Keeps what the log says of itself, over what is there under these names."""

    def destroy_key(self, key_id: str, by: int) -> None:
        """Empties a key; removes the payloads under it and what their records were found by, but for
        event, time, tenant, client and request id. One that is destroyed already stays as it is."""

    def prune(self, before: int, by: int) -> None:
        """Does the same for every record before an index, and destroys keys that nothing is left under."""
