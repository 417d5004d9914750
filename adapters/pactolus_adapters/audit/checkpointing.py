"""Signed checkpoints of a log: made soon after records are durable, never over a tree that does not hold.

A checkpoint is signed at most `SECONDS` after the first record that it covers, or after `RECORDS` of
them, and when a log is closed. Before a root is signed, the tree of the last checkpoint is proved to be its
beginning, so that a torn tile is noticed before anybody trusts it.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Final, Protocol, TypeVar

from pactolus_adapters.audit.ledger import Clock
from pactolus_adapters.audit.rows import Rows, SignedCheckpoint
from pactolus_adapters.audit.seal import written_time
from pactolus_adapters.tlog.checkpoint import Checkpoint, sign_checkpoint
from pactolus_adapters.tlog.keys import NoteSigner
from pactolus_adapters.tlog.tree import TreeBroken, appended, consistency_proof, tree_root
from pactolus_adapters.tlog.verify import ProofInvalid, verify_consistency
from pactolus_engine.errors import AuditUnavailable, PactolusError

__all__ = ["RECORDS", "SECONDS", "Checkpointer", "NewSigner", "check_tree", "rebuilt_tiles", "settle_tree"]

_Result = TypeVar("_Result")

SECONDS: Final = 1.0
RECORDS: Final = 1000

NewSigner = Callable[[str, bool], NoteSigner]
"""Gives the signer of the log of that origin, which is the name of its key; the flag: a key may be made."""


class Transaction(Protocol):
    """Runs something over the rows of a store, durably or not at all, and gives what it gives."""

    def __call__(self, work: Callable[[Rows], _Result], /) -> _Result: ...


class Checkpointer:
    """Signs for one log; used in the thread of its writer."""

    def __init__(self, origin: str, signer: NoteSigner, clock: Clock) -> None:
        self._origin = origin
        self._signer = signer
        self._clock = clock
        self._unsigned = 0
        self._since = 0.0

    def note_records(self, count: int) -> None:
        """So many records have become durable."""
        if count and not self._unsigned:
            self._since = monotonic()
        self._unsigned += count

    def take_over(self, transaction: Transaction) -> None:
        """A log was opened: what a process that was killed has left unsigned is signed before anything is appended.

        Raises `AuditUnavailable` when the store does not answer.
        """
        self.note_records(transaction(_unsigned))
        self.sign_rest(transaction)

    def seconds_left(self) -> float | None:
        """After how many seconds a checkpoint is due; 0: now, None: there is nothing to sign."""
        if not self._unsigned:
            return None
        left = SECONDS - (monotonic() - self._since)
        return max(left, 0.0) if self._unsigned < RECORDS else 0.0

    def sign_due(self, transaction: Transaction) -> bool:
        """Signs a checkpoint if one is due, and says whether it was; where that fails, it is due again after as
        long as the first time."""
        if self.seconds_left() != 0.0:
            return False
        try:
            self.publish(transaction)
        except AuditUnavailable:
            self._since = monotonic()
        return True

    def sign_rest(self, transaction: Transaction) -> None:
        """Signs records that no checkpoint covers yet; where the signer is away, they stay safe, and unsigned."""
        with suppress(AuditUnavailable):
            if self._unsigned:
                self.publish(transaction)

    def publish(self, transaction: Transaction) -> SignedCheckpoint:
        """The checkpoint over every record, stored; the one that is there if there is one.

        It is signed between two transactions: a signer that takes its time holds no lock of the store.
        Raises `AuditUnavailable` when the tree does not hold, or the signer does not answer.
        """
        found = transaction(self._next)
        if isinstance(found, Checkpoint):
            found = self._signed(found)
            transaction(partial(_put, found))
        self._unsigned = 0
        return found

    def _next(self, rows: Rows) -> SignedCheckpoint | Checkpoint:
        """What is to be signed, or the checkpoint that covers everything already."""
        size, last = rows.head().size, rows.checkpoint()
        if last is not None and last.size >= size:
            return last
        return Checkpoint(self._origin, size, _checked_root(rows, size, last))

    def _signed(self, checkpoint: Checkpoint) -> SignedCheckpoint:
        try:
            note = sign_checkpoint(checkpoint, self._signer)
        except PactolusError as error:
            raise AuditUnavailable(f"the checkpoint could not be signed: {error}") from error
        return SignedCheckpoint(checkpoint.size, checkpoint.root, note, written_time(self._clock()))


def _unsigned(rows: Rows) -> int:
    """How many records no checkpoint covers."""
    last = rows.checkpoint()
    return rows.head().size - (0 if last is None else last.size)


def _put(made: SignedCheckpoint, rows: Rows) -> None:
    rows.put_checkpoint(made)


def check_tree(rows: Rows) -> None:
    """Sees that tiles, leaves and the last checkpoint agree at the right edge, which is where a torn write
    would be. Raises `TreeBroken` where they do not."""
    size, last = rows.head().size, rows.checkpoint()
    if last is not None and last.size > size:
        raise TreeBroken(f"the log has `{size}` records and a checkpoint over `{last.size}`")
    tail = b"".join(entry.leaf_hash for entry in rows.entries(size - size % 256, size))
    if (rows.tile(0, size // 256) if size % 256 else b"") != tail:
        raise TreeBroken("the last tile differs from the leaves")
    appended(size, [bytes(32)], rows.tile)  # raises where the edge of a level is torn
    _proved_root(rows, size, last)


def rebuilt_tiles(rows: Rows) -> None:
    """Writes every tile anew from the leaf hashes."""
    at, size = 0, rows.head().size
    made: dict[tuple[int, int], bytes] = {}

    def read(level: int, index: int) -> bytes:
        return made.get((level, index), b"")

    while at < size:
        hashes = [entry.leaf_hash for entry in rows.entries(at, min(at + 65536, size))]
        if not hashes:
            raise TreeBroken(f"record `{at}` is missing")
        made.update(appended(at, hashes, read))
        at += len(hashes)
    rows.put_tiles(made)


def settle_tree(rows: Rows) -> None:
    """Sees that the tree is that of the records, after making torn or absent tiles anew; raises
    `AuditUnavailable` when it still is not."""
    try:
        check_tree(rows)
    except TreeBroken:
        _mend_tree(rows)


def _mend_tree(rows: Rows) -> None:
    try:
        rebuilt_tiles(rows)
        check_tree(rows)
    except TreeBroken as error:
        raise AuditUnavailable(
            "the records of the audit log are not those that its last checkpoint was signed for: somebody has altered "
            "them, or a part was lost; `pactolus audit verify` says where"
        ) from error


def _checked_root(rows: Rows, size: int, last: SignedCheckpoint | None) -> bytes:
    try:
        return _proved_root(rows, size, last)
    except TreeBroken as error:
        raise AuditUnavailable(
            "the tiles of the audit log are torn, so no checkpoint can be signed; start again, which mends them"
        ) from error


def _proved_root(rows: Rows, size: int, last: SignedCheckpoint | None) -> bytes:
    root = tree_root(size, rows.tile)
    if last is not None:
        proof = consistency_proof(last.size, size, rows.tile)
        try:
            verify_consistency(last.size, size, proof, last.root, root)
        except ProofInvalid as error:
            raise TreeBroken("the tiles are not those of the last checkpoint") from error
    return root
