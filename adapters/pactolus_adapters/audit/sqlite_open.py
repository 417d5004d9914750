"""Opens or creates the database of a SQLite audit log, and refuses one that cannot be trusted.

The settings are those under which SQLite keeps every committed transaction across a power cut:
write-ahead log, `synchronous=FULL`, and checkpoints made on purpose by the one writer, because the
automatic ones swallow their errors.
"""

import os
from pathlib import Path
from typing import Final

import apsw

from pactolus_adapters.audit.keys import (
    KEY_FILE,
    Keys,
    RandomBytes,
    make_key_file,
    read_key_file,
    sync_directory,
)
from pactolus_adapters.audit.ledger import new_origin
from pactolus_engine.errors import AuditUnavailable

__all__ = [
    "DATABASE_FILE",
    "check_exists",
    "check_sqlite",
    "open_keys",
    "open_reader",
    "open_writer",
    "settle_origin",
]

DATABASE_FILE: Final = "audit.sqlite3"
_OLDEST_SQLITE: Final = (3, 51, 3)
"""3.7.0 to 3.51.2 may corrupt a database when a checkpoint meets the reset of the WAL."""

_SCHEMA: Final = 2
_BUSY_MILLISECONDS: Final = 5000
_MIGRATIONS: Final = Path(__file__).parent / "migrations" / "sqlite"


def check_exists(directory: Path) -> None:
    """Raises `AuditUnavailable` when the directory holds no database, and touches nothing."""
    if not (directory / DATABASE_FILE).is_file():
        raise AuditUnavailable(
            f"there is no audit store in the data directory (no file `{DATABASE_FILE}`); "
            "name the directory that the service records in"
        )


def check_sqlite(version: str) -> None:
    """Raises `AuditUnavailable` when the SQLite library is older than the one that is safe."""
    if tuple(int(part) for part in version.split(".")) < _OLDEST_SQLITE:
        wanted = ".".join(str(part) for part in _OLDEST_SQLITE)
        raise AuditUnavailable(
            f"SQLite `{version}` may corrupt its log; expected `{wanted}` or later, update `apsw`"
        )


def open_keys(directory: Path, random_bytes: RandomBytes) -> Keys:
    """The keys of the store. A key file is made only where there is no database yet."""
    if not (directory / DATABASE_FILE).exists() and not (directory / KEY_FILE).exists():
        make_key_file(directory, random_bytes)
    return read_key_file(directory)


def open_writer(directory: Path, vfs: str) -> apsw.Connection:
    """The one connection that writes and checkpoints, its schema in place."""
    _make_database_file(directory)
    connection = apsw.Connection(
        str(directory / DATABASE_FILE), flags=apsw.SQLITE_OPEN_READWRITE, vfs=vfs or None
    )
    try:
        _settle_durability(connection)
        _settle_schema(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def open_reader(directory: Path, vfs: str) -> apsw.Connection:
    """A connection that cannot write."""
    connection = apsw.Connection(
        str(directory / DATABASE_FILE), flags=apsw.SQLITE_OPEN_READONLY, vfs=vfs or None
    )
    connection.set_busy_timeout(_BUSY_MILLISECONDS)
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def settle_origin(connection: apsw.Connection, keys: Keys, asked: str, random_bytes: RandomBytes) -> str:
    """The name of the log; given to a new one, and checked with the key file for an old one.

    Raises `AuditUnavailable` when key file or asked name belong to another log.
    """
    with connection:
        meta = {
            str(name): str(value) for name, value in connection.execute("SELECT name, value FROM log_meta")
        }
        if not meta:
            meta = {"origin": asked or new_origin(random_bytes), "key_check": keys.check_value}
            connection.executemany("INSERT INTO log_meta (name, value) VALUES (?, ?)", meta.items())
    if meta.get("key_check") != keys.check_value:
        raise AuditUnavailable(
            f"key file `{KEY_FILE}` belongs to another audit store; put back the right one"
        )
    origin = meta.get("origin", "")
    if not origin or (asked and asked != origin):
        raise AuditUnavailable(
            "the audit store holds a log of another `origin`; ask for that one, or for none"
        )
    return origin


def _make_database_file(directory: Path) -> None:
    """An empty file readable by its owner only (SQLite gives its log files the same mode), name durable."""
    path = directory / DATABASE_FILE
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        sync_directory(directory)


def _settle_durability(connection: apsw.Connection) -> None:
    connection.set_busy_timeout(_BUSY_MILLISECONDS)
    for pragma, wanted in (("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")):
        connection.execute(f"PRAGMA {pragma} = {wanted}").fetchall()
        if str(connection.execute(f"PRAGMA {pragma}").fetchall()[0][0]) != wanted:
            raise AuditUnavailable(
                f"SQLite cannot be set to `{pragma} = {wanted}` here; use a local file system"
            )
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.wal_autocheckpoint(0)
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    # What a killed process wrote and never synced can be read again now. Nobody may be told of it
    # before it is on the disk; a checkpoint syncs the log, then the database.
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)


def _settle_schema(connection: apsw.Connection) -> None:
    version = int(str(connection.execute("PRAGMA user_version").fetchall()[0][0]))
    if 0 <= version < _SCHEMA:
        with connection:
            for step in sorted(_MIGRATIONS.glob("*.sql"))[version:]:
                connection.execute(step.read_text(encoding="utf-8"))
            connection.execute(f"PRAGMA user_version = {_SCHEMA}")
    elif version != _SCHEMA:
        raise AuditUnavailable(
            f"the audit store has schema version `{version}`, expected `{_SCHEMA}`; use the release that wrote it"
        )
