"""A SQLite file that holds a copy of a log: one file, without the write-ahead log of a running store."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from pactolus_adapters.audit.key_sources import sync_directory
from pactolus_adapters.audit.rows import Rows
from pactolus_adapters.audit.sqlite_open import check_sqlite
from pactolus_adapters.audit.sqlite_rows import SqliteRows
from pactolus_adapters.audit.sqlite_schema import LATEST, migrate, schema_version
from pactolus_engine.errors import AuditUnavailable

__all__ = ["new_copy", "open_copy"]


@contextmanager
def new_copy(path: Path) -> Iterator[Rows]:
    """A new file to be filled, readable by its owner only; on disk when the block is left without an error.

    Raises `AuditUnavailable`.
    """
    check_sqlite(apsw.sqlite_lib_version())
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            for pragma in (
                "journal_mode = DELETE",
                "synchronous = FULL",
                "foreign_keys = 1",
                "secure_delete = 1",
            ):
                connection.execute(f"PRAGMA {pragma}").fetchall()
            migrate(connection, LATEST)
            with connection:
                yield SqliteRows(connection)
        finally:
            connection.close()
        sync_directory(path.parent)
    except (apsw.Error, OSError) as error:
        raise AuditUnavailable(f"`{path.name}` cannot be written; check its folder and disk") from error


@contextmanager
def open_copy(path: Path) -> Iterator[Rows]:
    """A copy to be read. Raises `AuditUnavailable`: not there, no copy, or of another schema."""
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            if (version := schema_version(connection)) != LATEST:
                raise AuditUnavailable(
                    f"the backup has schema version `{version}`, expected `{LATEST}`; restore it with the release that "
                    "made it"
                )
            yield SqliteRows(connection)
        finally:
            connection.close()
    except apsw.Error as error:
        raise AuditUnavailable(f"`{path.name}` cannot be read as a copy of an audit log") from error
