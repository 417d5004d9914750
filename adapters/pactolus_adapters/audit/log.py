"""An audit log over a ledger, whatever the store: what it answers, what it writes, how it is published.

A store brings two ways to its `Rows`: to read, and to write in a transaction of the one writer.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final, TypeVar

from pactolus_adapters.audit.checkpointing import rebuilt_tiles
from pactolus_adapters.audit.keys import WrappedKey
from pactolus_adapters.audit.ledger import Acknowledged, Ledger
from pactolus_adapters.audit.reach import reach
from pactolus_adapters.audit.rows import Rows, SignedCheckpoint
from pactolus_adapters.audit.seal import patient_pseudonyms
from pactolus_adapters.tlog.tree import TreeBroken, consistency_proof, inclusion_proof, tree_root
from pactolus_adapters.tlog.verify import ProofInvalid, verify_consistency, verify_inclusion
from pactolus_engine.errors import AuditUnavailable, PactolusError
from pactolus_engine.ports import NewRecord, PatientHistory, StoredRecord
from pactolus_engine.trail import DataKeyState, Entry, ListedRecord, Reach, Selection, StoredCheckpoint

__all__ = ["LedgerLog", "LedgerReader"]

_PAGE: Final = 1024
"""How many records one question to the store asks for when all are wanted."""

_OPENED: Final = 128
"""The same where each is decrypted too: others wait for the connection meanwhile."""

_Read = TypeVar("_Read")


class LedgerReader(ABC):
    """The reading half of `AuditTrail`."""

    _ledger: Ledger

    @abstractmethod
    def _reading(self, read: Callable[[Rows], _Read]) -> _Read:
        """What `read` gives in one snapshot of the store. Raises `AuditUnavailable`."""

    def snapshot(self, work: Callable[[Rows], _Read]) -> _Read:
        """What `work` makes of the tables in one snapshot of them: for copies of the whole log."""
        return self._reading(work)

    @property
    def origin(self) -> str:
        """As `AuditLog.origin`."""
        return self._ledger.origin

    @property
    def verifier_key(self) -> str:
        """As `AuditTrail.verifier_key`; empty when nothing was ever signed."""
        return self._reading(lambda rows: rows.meta().get("verifier_key", ""))

    def answered(self, tenant: str, client: str, request_id: str, request_digest: str) -> Acknowledged | None:
        """As `AuditLog.answered`."""
        return self._reading(
            lambda rows: self._ledger.answered(rows, tenant, client, request_id, request_digest)
        )

    def history(self, tenant: str, names: tuple[str, ...]) -> PatientHistory:
        """As `AuditLog.history`."""
        return self._reading(lambda rows: self._ledger.history(rows, tenant, names))

    def read(self, index: int) -> StoredRecord:
        """As `AuditLog.read`."""
        return self._reading(lambda rows: self._ledger.read(rows, index))

    def size(self) -> int:
        """As `AuditLog.size`."""
        return self._reading(lambda rows: rows.head().size)

    @abstractmethod
    def close(self) -> None:
        """Releases the store. Idempotent."""

    # --- the tree -------------------------------------------------------------------------------

    def checkpoints(self, after: int = -1) -> Iterator[bytes]:
        """As `AuditTrail.checkpoints`."""
        return (stored.note for stored in self.stored_checkpoints(after))

    def stored_checkpoints(self, after: int = -1) -> Iterator[StoredCheckpoint]:
        """As `AuditTrail.stored_checkpoints`."""
        while page := self._reading(lambda rows: list(islice(rows.checkpoints(after), _PAGE))):  # noqa: B023
            for checkpoint, lines in page:
                yield _stored(checkpoint, lines)
            after = page[-1][0].size

    def latest_checkpoint(self, most: int | None = None) -> StoredCheckpoint | None:
        """As `AuditTrail.latest_checkpoint`."""

        def find(rows: Rows) -> StoredCheckpoint | None:
            latest = rows.checkpoint(most)
            if latest is None:
                return None
            lines = next(lines for one, lines in rows.checkpoints(latest.size - 1) if one.size == latest.size)
            return _stored(latest, lines)

        return self._reading(find)

    def root(self, size: int) -> bytes:
        """As `AuditTrail.root`."""
        return self._reading(lambda rows: _from_tiles(lambda: tree_root(size, rows.tile)))

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """As `AuditTrail.inclusion_proof`."""

        def prove(rows: Rows) -> list[bytes]:
            _check_size(size, rows.head().size)
            proof = inclusion_proof(index, size, rows.tile)
            entry = next(rows.entries(index, index + 1), None)
            if entry is None:
                raise TreeBroken(f"record `{index}` is missing")
            verify_inclusion(entry.leaf_hash, index, size, proof, _known_root(rows, size))
            return proof

        return self._reading(lambda rows: _from_tiles(lambda: prove(rows)))

    def consistency_proof(self, first: int, size: int) -> list[bytes]:
        """As `AuditTrail.consistency_proof`."""

        def prove(rows: Rows) -> list[bytes]:
            _check_size(size, rows.head().size)
            proof = consistency_proof(first, size, rows.tile)
            verify_consistency(first, size, proof, _known_root(rows, first), _known_root(rows, size))
            return proof

        return self._reading(lambda rows: _from_tiles(lambda: prove(rows)))

    def tile(self, level: int, index: int) -> bytes:
        """As `AuditTrail.tile`."""
        return self._reading(lambda rows: rows.tile(level, index))

    # --- the records ----------------------------------------------------------------------------

    def entries(self, first: int, end: int) -> Iterator[Entry]:
        """As `AuditTrail.entries`."""
        for start in range(first, end, _PAGE):
            yield from self._reading(lambda rows: list(rows.entries(start, min(start + _PAGE, end))))  # noqa: B023

    def opened(self, first: int, end: int) -> Iterator[tuple[int, StoredRecord | PactolusError]]:
        """As `AuditTrail.opened`."""
        for start in range(first, end, _OPENED):
            page = range(start, min(start + _OPENED, end))
            found = self._reading(lambda rows: self._ledger.read_all(rows, page))  # noqa: B023
            yield from sorted(found.items())

    def listed(self, selection: Selection, after: int, most: int) -> list[ListedRecord]:
        """As `AuditTrail.listed`."""

        def find(rows: Rows) -> list[ListedRecord]:
            decisions = self._decision_pseudonyms(rows, selection) if selection.decision_id else ()
            return rows.listed(selection, decisions, after, most)

        return self._reading(find)

    def _decision_pseudonyms(self, rows: Rows, selection: Selection) -> tuple[str, ...]:
        """Those of a decision, one per tenant that is meant; to look for all tenants takes a whole scan."""
        tenants = rows.tenants() if selection.tenant is None else (selection.tenant,)
        return tuple(
            self._ledger.keys.pseudonym("decision", tenant, selection.decision_id) for tenant in tenants
        )

    def tenants(self) -> tuple[str, ...]:
        """As `AuditTrail.tenants`."""
        return self._reading(lambda rows: rows.tenants())

    def pseudonyms(self, tenant: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """As `AuditTrail.pseudonyms`."""
        return patient_pseudonyms(self._ledger.keys, tenant, names)

    def keys_of(self, tenant: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """As `AuditTrail.keys_of`."""
        subjects = self.pseudonyms(tenant, names)
        found = self._reading(lambda rows: rows.keys_of(subjects)) if subjects else {}
        return tuple(sorted(key.key_id for key in found.values()))

    def reach(self, pseudonyms: tuple[str, ...]) -> Reach:
        """As `AuditTrail.reach`."""
        return self._reading(lambda rows: reach(rows, pseudonyms))

    def data_keys(self) -> Iterator[DataKeyState]:
        """As `AuditTrail.data_keys`."""
        after = ""
        while page := self._reading(lambda rows: self._key_page(rows, after)):  # noqa: B023
            for key in page:
                is_lost = key.destroyed_by is None and key.wrapped_by != self._ledger.keys.check_value
                yield DataKeyState(key.key_id, key.subject, key.destroyed_by, is_lost)
            after = page[-1].key_id

    def _key_page(self, rows: Rows, after: str) -> list[WrappedKey]:
        """Whoever reads beside others still has the key that was in force when the log was opened: after a
        change of it every data key would seem lost."""
        if rows.meta().get("key_check", self._ledger.keys.check_value) != self._ledger.keys.check_value:
            raise AuditUnavailable(
                "the key-encryption key was changed since the audit log was opened; open it again"
            )
        return list(islice(rows.all_keys(after), _PAGE))


class LedgerLog(LedgerReader):
    """The whole of `AuditTrail`."""

    @property
    @abstractmethod
    def healthy(self) -> bool:
        """Whether records can be taken."""

    @abstractmethod
    def append(self, record: NewRecord) -> Acknowledged:
        """As `AuditLog.append`."""

    @abstractmethod
    def _writing(self, write: Callable[[Rows], _Read]) -> _Read:
        """What `write` gives in one durable transaction of the writer. Raises `AuditUnavailable`."""

    @abstractmethod
    def _published(self) -> SignedCheckpoint:
        """The checkpoint over every record, signed now if there is none."""

    def publish(self) -> bytes:
        """As `AuditTrail.publish`."""
        made = self._published()
        stored = self.latest_checkpoint(made.size)
        return made.note if stored is None or stored.size != made.size else stored.note

    def add_cosignature(self, size: int, witness: str, line: str) -> None:
        """As `AuditTrail.add_cosignature`."""

        def put(rows: Rows) -> bool:
            checkpoint = rows.checkpoint(size)
            if checkpoint is None or checkpoint.size != size:
                return False
            rows.put_cosignature(size, witness, line)
            return True

        if not self._writing(put):
            raise KeyError(f"no checkpoint of `{size}` records")

    def rebuild_tiles(self) -> None:
        """As `AuditTrail.rebuild_tiles`."""
        self._writing(rebuilt_tiles)


def _stored(checkpoint: SignedCheckpoint, lines: tuple[str, ...]) -> StoredCheckpoint:
    """The checkpoint with its cosignatures, as they are: whoever opens the note sees whether they are true."""
    cosigned = checkpoint.note + b"".join(line.encode() + b"\n" for line in lines)
    return StoredCheckpoint(checkpoint.size, checkpoint.root, cosigned)


def _known_root(rows: Rows, size: int) -> bytes:
    """The root of that size as it was signed; else as the tiles give it, proved against the last one that was
    signed, since a torn tile would agree with itself. Raises `TreeBroken` and `ProofInvalid`."""
    checkpoint = rows.checkpoint(size)
    if checkpoint is not None and checkpoint.size == size:
        return checkpoint.root
    root = tree_root(size, rows.tile)
    last = rows.checkpoint()
    if last is not None:
        (first, first_root), (end, end_root) = sorted([(size, root), (last.size, last.root)])
        proof = consistency_proof(first, end, rows.tile)
        verify_consistency(first, end, proof, first_root, end_root)
    return root


def _check_size(size: int, there: int) -> None:
    if not 0 <= size <= there:
        raise ValueError(f"a tree of at most `{there}` records is expected")


def _from_tiles(read: Callable[[], _Read]) -> _Read:
    try:
        return read()
    except (TreeBroken, ProofInvalid) as error:
        raise AuditUnavailable(
            "the tiles of the audit log are torn or altered: nothing is proved by them; `pactolus audit verify` "
            "tells what is wrong"
        ) from error
