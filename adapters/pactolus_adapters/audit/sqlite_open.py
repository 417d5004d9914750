"""Opens or creates the database of a SQLite audit log, and refuses one that cannot be trusted.

The settings are those under which SQLite keeps every committed transaction across a power cut:
write-ahead log, `synchronous=FULL`, and checkpoints made on purpose by the one writer, because the
automatic ones swallow their errors.
"""

import os
from pathlib import Path
from typing import Final

import apsw

from pactolus_adapters.audit.key_sources import sync_directory
from pactolus_adapters.audit.sqlite_schema import LATEST, migrate, schema_version
from pactolus_engine.errors import AuditUnavailable

__all__ = [
    "BUSY_MILLISECONDS",
    "DATABASE_FILE",
    "check_absent",
    "check_exists",
    "check_no_log_left",
    "check_sqlite",
    "open_reader",
    "open_writer",
]

DATABASE_FILE: Final = "audit.sqlite3"
_COMPANIONS: Final = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database after a crash."""

_OLDEST_SQLITE: Final = (3, 51, 3)
"""3.7.0 to 3.51.2 may corrupt a database when a checkpoint meets the reset of the WAL."""

BUSY_MILLISECONDS: Final = 5000
"""How long a connection waits for another one."""
_CACHE_SIZE: Final = -16_000
"""16 MB, negative as SQLite wants it: a batch changes some 6 MB of pages (ids and pseudonyms fall all over
their indexes), which SQLite would write twice if they did not fit."""


def check_exists(directory: Path) -> None:
    """Raises `AuditUnavailable` when the directory holds no database, and touches nothing."""
    if not (directory / DATABASE_FILE).is_file():
        raise AuditUnavailable(
            f"there is no audit store in the data directory `{directory}` (no file `{DATABASE_FILE}`); "
            "name the directory that the service records in"
        )


def check_absent(directory: Path) -> None:
    """Raises `AuditUnavailable` when the directory holds a database, or what is left of one.

    SQLite would write a log file of another database into the one that takes its name, without a word.
    """
    for name in (DATABASE_FILE, *(f"{DATABASE_FILE}{suffix}" for suffix in _COMPANIONS)):
        if (directory / name).exists():
            raise AuditUnavailable(
                f"there is an audit store in the data directory, or a part of one (`{name}`): restore into an empty one"
            )


def check_no_log_left(directory: Path) -> None:
    """Raises `AuditUnavailable` when the log file of a database is there and the database is not.

    A rollback journal may be: a power cut in the first start leaves one, and nothing is in it.
    """
    if (directory / f"{DATABASE_FILE}-wal").exists():
        raise AuditUnavailable(
            f"the database `{DATABASE_FILE}` is gone and its log file `{DATABASE_FILE}-wal` is there: put the database "
            "back, or use another data directory"
        )


def check_sqlite(version: str) -> None:
    """Raises `AuditUnavailable` when the SQLite library is older than the one that is safe."""
    if tuple(int(part) for part in version.split(".")) < _OLDEST_SQLITE:
        wanted = ".".join(str(part) for part in _OLDEST_SQLITE)
        raise AuditUnavailable(
            f"SQLite `{version}` may corrupt its log; expected `{wanted}` or later, update `apsw`"
        )


def open_writer(directory: Path, vfs: str, version: int = LATEST) -> tuple[apsw.Connection, int]:
    """The one connection that writes and checkpoints, its schema brought to a version, and the one before."""
    _make_database_file(directory)
    connection = apsw.Connection(
        str(directory / DATABASE_FILE), flags=apsw.SQLITE_OPEN_READWRITE, vfs=vfs or None
    )
    try:
        _settle_durability(connection)
        before = schema_version(connection)
        migrate(connection, version)
    except BaseException:
        connection.close()
        raise
    return connection, before


def _sync_log(connection: apsw.Connection) -> None:
    descriptor = os.open(connection.filename_wal, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_reader(directory: Path, vfs: str) -> apsw.Connection:
    """A connection that cannot write; another process may be writing. It asks nobody for the lock."""
    connection = apsw.Connection(
        str(directory / DATABASE_FILE), flags=apsw.SQLITE_OPEN_READONLY, vfs=vfs or None
    )
    connection.set_busy_timeout(BUSY_MILLISECONDS)
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _make_database_file(directory: Path) -> None:
    """An empty file readable by its owner only (SQLite gives its log files the same mode), name durable."""
    path = directory / DATABASE_FILE
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        sync_directory(directory)


def _settle_durability(connection: apsw.Connection) -> None:
    connection.set_busy_timeout(BUSY_MILLISECONDS)
    settings = (("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("secure_delete", "1"))
    for pragma, wanted in settings:
        connection.execute(f"PRAGMA {pragma} = {wanted}").fetchall()
        if str(connection.execute(f"PRAGMA {pragma}").fetchall()[0][0]) != wanted:
            raise AuditUnavailable(
                f"SQLite cannot be set to `{pragma} = {wanted}` here; use a local file system"
            )
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute(f"PRAGMA cache_size = {_CACHE_SIZE}")
    connection.wal_autocheckpoint(0)
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    # What a killed process wrote and never synced can be read again now. Nobody may be told of it
    # before it is on the disk; a checkpoint syncs the log, then the database.
    try:
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    except apsw.BusyError:  # somebody reads an older state, a backup for one: the log alone is synced then
        _sync_log(connection)
