"""What the core's users ask of the outside. A port's comment is its contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pactolus_engine.compiled import CompiledPack

__all__ = [
    "EVENTS",
    "HISTORY_RECORDS",
    "AuditLog",
    "Change",
    "DestroyKey",
    "Expected",
    "FiredRules",
    "Matcher",
    "NewRecord",
    "PackShelf",
    "PatientHistory",
    "PrunePayloads",
    "Receipt",
    "StoredRecord",
]

EVENTS = (
    *("evaluation", "refusal", "failure"),
    *("read", "export", "replay", "feedback", "activation"),
    *("erasure", "pruning", "key-rotation", "key-loss", "backup", "restore"),
    "authentication-failure",
)
"""Everything that is recorded."""

HISTORY_RECORDS = 64
"""How many of a patient's newest evaluations are looked at for suggestions that still stand."""


class PackShelf(Protocol):
    """The packs that may decide; each was read, checked and compiled before the shelf opened."""

    def get(self, pack_id: str, version: str = "") -> CompiledPack:
        """The pack of that id; without a version, its active one. Raises `PackNotFound`."""

    def all(self) -> tuple[CompiledPack, ...]:
        """Every pack on the shelf, sorted by id and version."""


FiredRules = frozenset[str]
"""Names of the engine rules that fired; see `match/durable.py`."""


class Matcher(Protocol):
    """durable-rules, wherever it runs. One call is one evaluation; calls may come from any thread."""

    def fired(self, pack: CompiledPack, atoms: Mapping[str, str]) -> FiredRules:
        """The engine rules whose atoms all match. `atoms`: atom name → `t`, `f` or `u`.

        Raises `MatcherFailed` when the engine died, hung or answered with an error: there is no
        partial answer.
        """

    def close(self) -> None:
        """Ends the worker, if there is one. Idempotent."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a record stands in the log. `leaf_hash` is the RFC 6962 leaf hash, 32 bytes."""

    log_origin: str
    index: int
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class PatientHistory:
    """The evaluations recorded for one patient: indexes in the log, ascending, the newest
    `HISTORY_RECORDS` of them. `is_complete` is false when there are older ones, or some that nobody can read."""

    indexes: tuple[int, ...] = ()
    is_complete: bool = True

    @property
    def last(self) -> int:
        """The newest index, or -1."""
        return self.indexes[-1] if self.indexes else -1


@dataclass(frozen=True, slots=True)
class Expected:
    """What a record was worked out from: `last` is that of the history under these patient names."""

    names: tuple[str, ...]
    last: int


@dataclass(frozen=True, slots=True)
class DestroyKey:
    """Destroys a data key: every payload under it, and what those records were found by, is gone for good."""

    key_id: str


@dataclass(frozen=True, slots=True)
class PrunePayloads:
    """Removes the payloads of all records before an index, and the keys that nothing is left under."""

    before: int


Change = DestroyKey | PrunePayloads
"""What a record may do to older ones. Their leaves, numbers and request ids stay, and every proof with them."""


@dataclass(frozen=True, slots=True)
class NewRecord:
    """What is to be recorded. Everything but `commitment` may hold patient data.

    `event`: `evaluation`, `refusal`, `failure`, or another word of `EVENTS`. `patient_key`: names the key
    the payload is encrypted under; empty means a key of this record's own. `about`: the index of the
    record that this one is about; it is then filed under the same patient and key. `decision_id`: of the
    decision in `output`, by which the record is found. `change`: made in the same transaction. `request_digest`: SHA-256 of the request's
    fields, for `request_id` (empty: none). `commitment`: the public part, without patient data; the log
    adds time, salted digests and pseudonyms (see `record.py`). `input`: all that a replay needs.
    `output`: the answer, which a repeated request id gets back. `outcome` and `rules` go to the erasable
    index. `patient_names`: every name that means the patient; the record is found by each of them.
    `expected`: the record is taken only if nothing about the patient was recorded since.
    """

    event: str
    tenant: str
    client: str
    patient_key: str
    request_id: str
    request_digest: str
    instant: str
    commitment: Mapping[str, str]
    input: bytes
    output: bytes
    outcome: str
    rules: tuple[str, ...]
    patient_names: tuple[str, ...] = ()
    expected: Expected | None = None
    about: int | None = None
    decision_id: str = ""
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record read back, its payload decrypted and its digests checked against the leaf.

    The salts belong to these digests, so that whoever is handed the payload can check it too: see `salted_digest`.
    """

    index: int
    event: str
    leaf: bytes
    input: bytes
    output: bytes
    outcome: str
    rules: tuple[str, ...]
    recorded_at: str
    input_salt: bytes
    output_salt: bytes


class AuditLog(Protocol):
    """The one place where decisions are remembered.

    Records are numbered without gaps from 0. When `append` returns, the record survives a power
    cut; when it raises, nothing was recorded or the caller cannot know, and no answer may leave.
    """

    @property
    def origin(self) -> str:
        """The name of the log, the same for its whole life."""

    @property
    def healthy(self) -> bool:
        """Whether records can still be taken; after a failed write or sync, false until it is opened again."""

    def append(self, record: NewRecord) -> tuple[Receipt, bytes]:
        """Records and returns the receipt with the answer to send.

        If `record.request_id` is not empty and (tenant, client, request id) was recorded before with
        the same `request_digest`, nothing is written and the earlier receipt and answer come back,
        also when both arrive at once. Raises `RequestIdReused` when the digest differs,
        `PatientMoved` when the patient's history is not the one in `record.expected`, `RecordGone` when
        the earlier answer was erased, and `AuditUnavailable` when the store cannot take it.
        """

    def answered(
        self, tenant: str, client: str, request_id: str, request_digest: str
    ) -> tuple[Receipt, bytes] | None:
        """The receipt and answer recorded for this request id, or None. Raises as `append`."""

    def history(self, tenant: str, names: tuple[str, ...]) -> PatientHistory:
        """The evaluations recorded under any of these names of a patient of the tenant; those that
        were refused or failed are not among them. Raises `AuditUnavailable`."""

    def read(self, index: int) -> StoredRecord:
        """The record at that index. Raises `KeyError` when there is none, `RecordGone` when it was erased
        or pruned or its key is lost, `AuditUnavailable` when it cannot be read or does not match its leaf."""

    def size(self) -> int:
        """How many records there are."""

    def close(self) -> None:
        """Flushes and releases the store. Idempotent."""
