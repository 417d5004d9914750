"""What auditors ask of an audit log, beside what the hallway asks: the tree, the list, what is gone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from pactolus_engine.errors import PactolusError, RecordAltered
from pactolus_engine.ports import AuditLog, StoredRecord

__all__ = [
    "AuditTrail",
    "DataKeyState",
    "Entry",
    "ListedRecord",
    "PayloadUnfit",
    "Reach",
    "Selection",
    "StoredCheckpoint",
]


@dataclass(frozen=True, slots=True)
class Entry:
    """The public part of a record: its leaf (canonical JSON, no patient data) and RFC 6962 leaf hash.

    `key_id`: of the key its payload is under, `has_payload`: whether the payload is there.
    `erased_by`: the record that erased or pruned it, by the store's word.
    """

    index: int
    leaf: bytes
    leaf_hash: bytes
    key_id: str
    has_payload: bool
    erased_by: int | None


@dataclass(frozen=True, slots=True)
class ListedRecord:
    """A record as the index knows it; empty where it was erased. No patient data.

    `recorded_at`: RFC 3339 in UTC with microseconds. `about`: the record that this one is about.
    """

    index: int
    event: str
    outcome: str
    rules: tuple[str, ...]
    tenant: str
    client: str
    request_id: str
    recorded_at: str
    patient_pseudonym: str
    pack_id: str
    pack_version: str
    about: int | None
    erased_by: int | None
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records are wanted; what is empty does not narrow.

    `since` and `until`: RFC 3339 in UTC with microseconds, the first included, the second not.
    `patient_pseudonyms`: records under any of these. `decision_id`: as the answer told it. `tenant`:
    None means every tenant.
    """

    since: str = ""
    until: str = ""
    events: tuple[str, ...] = ()
    outcome: str = ""
    rule: str = ""
    pack_id: str = ""
    pack_version: str = ""
    patient_pseudonyms: tuple[str, ...] = ()
    decision_id: str = ""
    about: int | None = None
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class DataKeyState:
    """A data key without the key. `is_lost`: its key-encryption key is not the one in force."""

    key_id: str
    subject: str
    destroyed_by: int | None
    is_lost: bool


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A checkpoint as the store files it: under which size and root, and the note, which says both too.

    `note`: C2SP `tlog-checkpoint`, UTF-8, cosignatures included.
    """

    size: int
    root: bytes
    note: bytes


@dataclass(frozen=True, slots=True)
class Reach:
    """All that belongs to one patient: `pseudonyms` of every name that leads to another one through a
    record that has both, and the living data keys with the number of records under each."""

    pseudonyms: tuple[str, ...]
    keys: Mapping[str, int]

    @property
    def records(self) -> int:
        """How many records that is."""
        return sum(self.keys.values())


class PayloadUnfit(RecordAltered):
    """The payload of a record does not open at its place: it, the leaf or the place is another than it was."""


class AuditTrail(AuditLog, Protocol):
    """An audit log with all that proves it. Raises `AuditUnavailable` where the store cannot be read."""

    @property
    def verifier_key(self) -> str:
        """The public key of the log's checkpoints, as C2SP `signed-note` writes it."""

    def publish(self) -> bytes:
        """The signed checkpoint over every record so far, made and stored if there is none yet.

        C2SP `tlog-checkpoint`, UTF-8.
        """

    def checkpoints(self, after: int = -1) -> Iterator[bytes]:
        """The stored checkpoints of more than `after` records, cosignatures included, ascending."""

    def stored_checkpoints(self, after: int = -1) -> Iterator[StoredCheckpoint]:
        """The same with what they are filed under, which is for whoever trusts nobody; read page by page."""

    def latest_checkpoint(self, most: int | None = None) -> StoredCheckpoint | None:
        """The largest stored checkpoint, or the largest of at most `most` records; None when there is none."""

    def add_cosignature(self, size: int, witness: str, line: str) -> None:
        """Keeps a witness's signature line with the checkpoint of that size. Raises `KeyError`: none such."""

    def root(self, size: int) -> bytes:
        """The root of the first `size` records by the stored tiles."""

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """The audit path of a record in the tree of `size` records, checked against the tree before it is
        given. Raises `ValueError` when the tree has no such record, `AuditUnavailable` when tiles are torn."""

    def consistency_proof(self, first: int, size: int) -> list[bytes]:
        """That the first `first` records are the beginning of the first `size`. Raises as above."""

    def tile(self, level: int, index: int) -> bytes:
        """The hashes of a tile (C2SP `tlog-tiles`), empty when there is none."""

    def entries(self, first: int, end: int) -> Iterator[Entry]:
        """The public parts from `first` to before `end`, ascending; an index that is missing is skipped."""

    def opened(self, first: int, end: int) -> Iterator[tuple[int, StoredRecord | PactolusError]]:
        """Each record from `first` to before `end` as `read` gives it, or the error that `read` raises."""

    def listed(self, selection: Selection, after: int, most: int) -> list[ListedRecord]:
        """At most `most` records of the selection with an index above `after`, ascending."""

    def tenants(self) -> tuple[str, ...]:
        """The tenants that have records, sorted; empty for what was done for none."""

    def pseudonyms(self, tenant: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """The pseudonyms of a patient's names in this log."""

    def keys_of(self, tenant: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """Ids of the living data keys of a patient under any of these names."""

    def reach(self, pseudonyms: tuple[str, ...]) -> Reach:
        """Everything recorded about the patient of these pseudonyms, by whichever of the names that are known
        for one patient: those of each record that is found lead to further records, until none is new."""

    def data_keys(self) -> Iterator[DataKeyState]:
        """Every data key there ever was, sorted by id."""

    def rebuild_tiles(self) -> None:
        """Makes the tiles anew from the leaf hashes, after the tiles were found torn."""
