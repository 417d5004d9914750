"""The embedded audit log: a SQLite database, a key file and a lock in one data directory.

One process holds the directory. In it one thread writes, through one connection that also makes
the checkpoints; reads go through a second connection that cannot write.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Final, TypeVar

import apsw

from pactolus_adapters.audit.keys import RandomBytes, sync_directory
from pactolus_adapters.audit.ledger import Clock, Ledger, Prepared
from pactolus_adapters.audit.lock import DirectoryLock
from pactolus_adapters.audit.sqlite_open import (
    check_exists,
    check_sqlite,
    open_keys,
    open_reader,
    open_writer,
    settle_origin,
)
from pactolus_adapters.audit.sqlite_rows import SqliteRows
from pactolus_adapters.audit.writer import Acknowledged, GroupWriter
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.ports import NewRecord, PatientHistory, Receipt, StoredRecord

__all__ = ["IF_HELD", "SqliteAuditLog"]

IF_HELD: Final = "end it, or use another data directory"
"""What a process that wants to record can do about another one that holds the directory."""

_CHECKPOINT_PAGES: Final = 1000

_Read = TypeVar("_Read")


class SqliteAuditLog:
    """`AuditLog` in a data directory; safe to use from several threads, not across a fork."""

    def __init__(
        self,
        directory: Path,
        clock: Clock,
        random_bytes: RandomBytes = os.urandom,
        origin: str = "",
        vfs: str = "",
        makes: bool = True,
        if_held: str = IF_HELD,
    ) -> None:
        """Opens the log of a directory, or (`makes`) makes what is not there.

        `clock` says when a record is made. `origin` names a new log (empty: a name is made up) and
        must be the name of an existing one. `vfs` is the SQLite file layer (empty: its default).
        `if_held`: what to do when another process holds it.
        Raises `AuditUnavailable`: held by another process, wrong or exposed key file, no database.
        """
        with _opening(), ExitStack() as opened:
            if makes:
                _make_directory(directory)
            else:
                check_exists(directory)
            opened.callback(DirectoryLock(directory, if_held).close)
            check_sqlite(apsw.sqlite_lib_version())
            keys = open_keys(directory, random_bytes)
            connection = open_writer(directory, vfs)
            opened.callback(connection.close)
            named = settle_origin(connection, keys, origin, random_bytes)
            self._ledger = Ledger(named, keys, clock, random_bytes)
            reader = open_reader(directory, vfs)
            self._reader_lock = Lock()
            self._reader: apsw.Connection | None = reader
            self._rows = SqliteRows(reader)
            self._writer = GroupWriter(_SqliteCommitter(connection, self._ledger))
            self._opened = opened.pop_all()

    @property
    def healthy(self) -> bool:
        """Whether records can still be taken; once false, false until the store is opened again."""
        return self._writer.healthy

    @property
    def origin(self) -> str:
        """As `AuditLog.origin`."""
        return self._ledger.origin

    def append(self, record: NewRecord) -> tuple[Receipt, bytes]:
        """As `AuditLog.append`."""
        return self._writer.append(record)

    def answered(
        self, tenant: str, client: str, request_id: str, request_digest: str
    ) -> tuple[Receipt, bytes] | None:
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
        return self._reading(lambda rows: rows.size())

    def close(self) -> None:
        """As `AuditLog.close`: commits what waits; later calls raise `AuditUnavailable`."""
        with self._reader_lock:
            if self._reader is not None:
                self._reader.close()
                self._reader = None
        self._writer.close()
        self._opened.close()

    def _reading(self, read: Callable[[SqliteRows], _Read]) -> _Read:
        with self._reader_lock:
            if self._reader is None:
                raise AuditUnavailable("the audit log is closed")
            try:
                return read(self._rows)
            except apsw.Error as error:
                raise AuditUnavailable("the audit store cannot be read; check its disk and files") from error


class _SqliteCommitter:
    """The transactions of the writer's thread."""

    def __init__(self, connection: apsw.Connection, ledger: Ledger) -> None:
        self._connection = connection
        self._rows = SqliteRows(connection)
        self._ledger = ledger
        self._pages = 0
        connection.set_wal_hook(self._note_pages)

    def commit(self, batch: Sequence[NewRecord]) -> list[Acknowledged | Exception]:
        """One transaction; the idempotency of request ids is decided inside it."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            results = [self._record(record) for record in batch]
            self._connection.execute("COMMIT")
        except apsw.Error as error:
            self._give_up(error)
            raise AuditUnavailable(
                "the audit store has no room or is busy: nothing was recorded; make room and try again"
            ) from error
        return results

    def _record(self, record: NewRecord) -> Acknowledged | Exception:
        try:
            prepared: Prepared = self._ledger.prepare(self._rows, record)
        except apsw.Error:
            raise
        except Exception as error:  # noqa: BLE001 - it concerns this record alone; nothing was written
            return error
        if prepared.sealed is not None:
            self._rows.put(prepared.sealed, prepared.new_key)
        return prepared.receipt, prepared.answer

    def _give_up(self, error: apsw.Error) -> None:
        """Takes the transaction back; raises again what leaves the state of the disk unknown."""
        if not isinstance(error, apsw.FullError | apsw.BusyError):
            raise error
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def tidy(self) -> None:
        """Moves the log into the database when it has grown; no room for that is no harm yet."""
        if self._pages < _CHECKPOINT_PAGES:
            return
        try:
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        except (apsw.FullError, apsw.BusyError):
            return
        self._pages = 0

    def finish(self) -> None:
        """Leaves everything in the database file. If that fails, it is still safe in the log."""
        with suppress(apsw.Error):
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)

    def _note_pages(self, _connection: apsw.Connection, _database: str, pages: int) -> int:
        self._pages = pages
        return apsw.SQLITE_OK


def _make_directory(directory: Path) -> None:
    if not directory.is_dir():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_directory(directory.parent)


@contextmanager
def _opening() -> Iterator[None]:
    try:
        yield
    except (apsw.Error, OSError) as error:
        raise AuditUnavailable(
            "the audit store cannot be opened; check the data directory and its files"
        ) from error
