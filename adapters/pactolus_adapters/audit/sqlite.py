"""The embedded audit log: a SQLite database, its keys and a lock in one data directory.

One process holds the directory. In it one thread writes, through one connection that also makes
the checkpoints of the database; reads go through a second connection that cannot write.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Final, TypeVar

import apsw

from pactolus_adapters.audit.checkpointing import Checkpointer, NewSigner, settle_tree
from pactolus_adapters.audit.identity import known_identity, settle_identity
from pactolus_adapters.audit.key_files import finish_change, has_next, root_in_force
from pactolus_adapters.audit.key_sources import KEY_FILE, KeyFile, KeySource, make_directory
from pactolus_adapters.audit.keys import RandomBytes
from pactolus_adapters.audit.ledger import Acknowledged, Clock, Ledger, Prepared
from pactolus_adapters.audit.lock import DirectoryLock
from pactolus_adapters.audit.log import LedgerLog, LedgerReader
from pactolus_adapters.audit.rows import Rows, SignedCheckpoint
from pactolus_adapters.audit.seal import PackedRecord, pack_content
from pactolus_adapters.audit.signing_file import file_signer
from pactolus_adapters.audit.sqlite_alone import stored_meta
from pactolus_adapters.audit.sqlite_open import (
    BUSY_MILLISECONDS,
    DATABASE_FILE,
    check_exists,
    check_no_log_left,
    check_sqlite,
    open_reader,
    open_writer,
)
from pactolus_adapters.audit.sqlite_rows import SqliteRows
from pactolus_adapters.audit.sqlite_schema import LATEST, schema_version
from pactolus_adapters.audit.writer import GroupWriter
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.ports import NewRecord

__all__ = ["IF_HELD", "SqliteAuditLog", "SqliteAuditReader"]

IF_HELD: Final = "end it, or use another data directory"
"""What a process that wants to record can do about another one that holds the directory."""

_PURGE_SECONDS: Final = 1.0
"""How soon it is tried again to take what was erased out of the log of the database."""
_CHECKPOINT_PAGES: Final = 4000
"""16 MB: the pages of an index are changed by one batch after the other, and moved once for all of them."""

_Read = TypeVar("_Read")


class _SqliteReading:
    """The second connection, one caller at a time, each in one snapshot."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._lock = Lock()
        self._connection: apsw.Connection | None = connection
        self._rows = SqliteRows(connection)

    def read(self, read: Callable[[Rows], _Read]) -> _Read:
        """What `read` gives. Raises `AuditUnavailable`."""
        with self._lock:
            if self._connection is None:
                raise AuditUnavailable("the audit log is closed")
            return self._in_snapshot(self._connection, read)

    def _in_snapshot(self, connection: apsw.Connection, read: Callable[[Rows], _Read]) -> _Read:
        try:
            connection.execute("BEGIN")
            try:
                return read(self._rows)
            finally:
                connection.execute("COMMIT")
        except apsw.Error as error:
            raise AuditUnavailable("the audit store cannot be read; check its disk and files") from error
        except UnicodeDecodeError as error:
            raise AuditUnavailable("a text in the audit store is no UTF-8: it was altered or torn") from error

    def close(self) -> None:
        """Later reads raise `AuditUnavailable`. Idempotent."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


class SqliteAuditReader(LedgerReader):
    """The reading half of `AuditTrail` over a data directory, beside whoever writes to it."""

    def __init__(
        self,
        directory: Path,
        clock: Clock,
        key_source: KeySource | None = None,
        random_bytes: RandomBytes = os.urandom,
    ) -> None:
        """Raises `AuditUnavailable`: no database, another schema, a key that is not the store's."""
        with _opening():
            check_exists(directory)
            check_sqlite(apsw.sqlite_lib_version())
            connection = open_reader(directory, "")
            if (version := schema_version(connection)) != LATEST:
                raise AuditUnavailable(
                    f"the audit store has schema version `{version}`, expected `{LATEST}`; start the service once, "
                    "which brings it up to date"
                )
            meta = SqliteRows(connection).meta()
            source = key_source or KeyFile(directory / KEY_FILE)
            origin, keys = known_identity(
                meta, root_in_force(source, meta.get("key_check", ""), random_bytes)
            )
            self._ledger = Ledger(origin, keys, clock, random_bytes)
            self._reader = _SqliteReading(connection)

    def close(self) -> None:
        """Releases the store. Idempotent."""
        self._reader.close()

    def _reading(self, read: Callable[[Rows], _Read]) -> _Read:
        return self._reader.read(read)


class SqliteAuditLog(LedgerLog):
    """`AuditTrail` in a data directory; safe to use from several threads, not across a fork."""

    def __init__(
        self,
        directory: Path,
        clock: Clock,
        random_bytes: RandomBytes = os.urandom,
        origin: str = "",
        vfs: str = "",
        makes: bool = True,
        if_held: str = IF_HELD,
        key_source: KeySource | None = None,
        new_signer: NewSigner | None = None,
    ) -> None:
        """Opens the log of a directory, or (`makes`) makes what is not there.

        `clock` says when a record is made. `origin` names a new log (empty: a name is made up) and
        must be the name of an existing one. `vfs` is the SQLite file layer (empty: its default).
        `if_held`: what to do when another process holds it. `key_source` and `new_signer`: where the
        key-encryption key and the key of checkpoints are; None: in files of the directory.
        Raises `AuditUnavailable`: held by another process, wrong or exposed key, no database, or a log
        that is not the one its last checkpoint was signed for.
        """
        with _opening(), ExitStack() as opened:
            if makes:
                make_directory(directory)
            else:
                check_exists(directory)
            opened.callback(DirectoryLock(directory, if_held).close)
            check_sqlite(apsw.sqlite_lib_version())
            is_new = not (directory / DATABASE_FILE).exists()
            if is_new:
                check_no_log_left(directory)
            source = key_source or KeyFile(directory / KEY_FILE)
            if not is_new and isinstance(source, KeyFile) and has_next(source.path):
                finish_change(source.path, stored_meta(directory).get("key_check", ""))
            root = source.read(is_new, random_bytes)
            connection, before = open_writer(directory, vfs)
            opened.callback(connection.close)
            with connection:
                rows = SqliteRows(connection)
                was_older = 0 < before < LATEST
                signer = new_signer or file_signer(directory, random_bytes)
                named = settle_identity(rows, root, origin, signer, random_bytes, was_older=was_older)
                settle_tree(rows)
            self._ledger = Ledger(named.origin, named.keys, clock, random_bytes)
            self._random_bytes = random_bytes
            checkpointer = Checkpointer(named.origin, named.signer, clock)
            self._committer = _SqliteCommitter(connection, self._ledger, checkpointer)
            checkpointer.take_over(self._committer.transaction)
            self._reader = _SqliteReading(open_reader(directory, vfs))
            self._writer = GroupWriter(self._committer)
            self._opened = opened.pop_all()

    @property
    def healthy(self) -> bool:
        """Whether records can still be taken; once false, false until the store is opened again."""
        return self._writer.healthy

    def append(self, record: NewRecord) -> Acknowledged:
        """As `AuditLog.append`."""
        return self._writer.append(pack_content(record, self._random_bytes))

    def close(self) -> None:
        """As `AuditLog.close`: commits what waits; later calls raise `AuditUnavailable`."""
        self._reader.close()
        self._writer.close()
        self._opened.close()

    def _reading(self, read: Callable[[Rows], _Read]) -> _Read:
        return self._reader.read(read)

    def _writing(self, write: Callable[[Rows], _Read]) -> _Read:
        return self._writer.do(lambda: self._committer.transaction(write))

    def _published(self) -> SignedCheckpoint:
        return self._writer.do(self._committer.publish)


class _SqliteCommitter:
    """The transactions of the writer's thread."""

    def __init__(self, connection: apsw.Connection, ledger: Ledger, checkpointer: Checkpointer) -> None:
        self._connection = connection
        self._rows = SqliteRows(connection)
        self._ledger = ledger
        self._checkpointer = checkpointer
        self._pages = 0
        self._to_purge = False
        connection.set_wal_hook(self._note_pages)

    def commit(self, batch: Sequence[PackedRecord]) -> list[Acknowledged | Exception]:
        """One transaction; the idempotency of request ids is decided inside it."""

        def record(rows: Rows) -> Prepared:
            prepared = self._ledger.prepare(rows, batch)
            self._ledger.write(rows, prepared)
            return prepared

        prepared = self.transaction(record)
        self._checkpointer.note_records(len(prepared.sealed))
        if any(change for _, change in prepared.changes):
            self._purge()
        return prepared.results

    def transaction(self, work: Callable[[Rows], _Read]) -> _Read:
        """Does something durably, or not at all. Raises `AuditUnavailable`."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            result = work(self._rows)
            self._connection.execute("COMMIT")
        except apsw.Error as error:
            self._give_up(error)
            raise AuditUnavailable(
                "the audit store has no room or is busy: nothing was recorded; make room and try again"
            ) from error
        except BaseException:
            self._roll_back()
            raise
        return result

    def publish(self) -> SignedCheckpoint:
        """The checkpoint over every record. Raises `AuditUnavailable`."""
        return self._checkpointer.publish(self.transaction)

    def _give_up(self, error: apsw.Error) -> None:
        """Takes the transaction back; raises again what leaves the state of the disk unknown."""
        if not isinstance(error, apsw.FullError | apsw.BusyError):
            raise error
        self._roll_back()

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def tidy(self) -> float | None:
        """Signs a checkpoint when one is due, and moves the log into the database when it has grown."""
        self._checkpointer.sign_due(self.transaction)
        if self._to_purge:
            self._purge()
        elif self._pages >= _CHECKPOINT_PAGES:
            self._shrink()
        left = self._checkpointer.seconds_left()
        return min(_PURGE_SECONDS, _PURGE_SECONDS if left is None else left) if self._to_purge else left

    def _purge(self) -> None:
        """Takes what was erased out of the log of the database too. While another connection reads an older
        state, a backup for one, that has to wait, and nobody waits for it."""
        self._to_purge = True
        self._connection.set_busy_timeout(0)
        try:
            with suppress(apsw.FullError, apsw.BusyError):
                self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
                self._to_purge, self._pages = False, 0
        finally:
            self._connection.set_busy_timeout(BUSY_MILLISECONDS)

    def _shrink(self) -> None:
        """No room for it is no harm yet."""
        with suppress(apsw.FullError, apsw.BusyError):
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            self._pages = 0

    def finish(self) -> None:
        """Signs the last checkpoint and leaves everything in the database file. If that fails, every
        record is still safe in the log of the database."""
        self._checkpointer.sign_rest(self.transaction)
        with suppress(apsw.Error):
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)

    def _note_pages(self, _connection: apsw.Connection, _database: str, pages: int) -> int:
        self._pages = pages
        return apsw.SQLITE_OK


@contextmanager
def _opening() -> Iterator[None]:
    try:
        yield
    except apsw.FullError as error:
        raise AuditUnavailable(
            "the audit store cannot be opened for writing: the disk of its data directory is full; make room, then "
            "start again"
        ) from error
    except (apsw.Error, OSError, UnicodeDecodeError) as error:
        raise AuditUnavailable(
            "the audit store cannot be opened; check the data directory and its files"
        ) from error
