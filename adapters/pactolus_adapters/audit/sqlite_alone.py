"""A SQLite store that nobody else uses, for work on the whole of it: one transaction, or a change of its schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from pactolus_adapters.audit.lock import DirectoryLock
from pactolus_adapters.audit.rows import Rows
from pactolus_adapters.audit.sqlite_open import check_exists, check_sqlite, open_reader, open_writer
from pactolus_adapters.audit.sqlite_rows import SqliteRows
from pactolus_adapters.audit.sqlite_schema import LATEST, schema_version
from pactolus_engine.errors import AuditUnavailable

__all__ = ["sqlite_alone", "sqlite_migrated", "stored_meta", "stored_version"]

_IF_HELD = "end it first: nobody may record meanwhile"


@contextmanager
def sqlite_alone(directory: Path) -> Iterator[Rows]:
    """The tables in one transaction, committed when the block is left without an error, and nothing of what
    was there before left in the log of the database. Raises `AuditUnavailable`."""
    with _locked(directory):
        if (version := stored_version(directory)) != LATEST:
            raise AuditUnavailable(
                f"the audit store has schema version `{version}`, expected `{LATEST}`; bring it up to date with "
                "`pactolus audit migrate`"
            )
        connection, _ = open_writer(directory, "")
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield SqliteRows(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        finally:
            connection.close()


def sqlite_migrated(directory: Path, wanted: int) -> None:
    """Brings the schema to a version, up or down. Raises `AuditUnavailable`."""
    with _locked(directory):
        try:
            connection, _ = open_writer(directory, "", wanted)
        except apsw.ConstraintError as error:
            raise AuditUnavailable("only an empty log can be taken away") from error
        try:
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        finally:
            connection.close()


def stored_meta(directory: Path) -> dict[str, str]:
    """What a store says of itself, whatever its schema. Raises `apsw.Error`."""
    connection = open_reader(directory, "")
    try:
        return SqliteRows(connection).meta()
    finally:
        connection.close()


def stored_version(directory: Path) -> int:
    """The schema of a store. Raises `AuditUnavailable`."""
    check_exists(directory)
    connection = open_reader(directory, "")
    try:
        return schema_version(connection)
    finally:
        connection.close()


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    check_exists(directory)
    check_sqlite(apsw.sqlite_lib_version())
    lock = DirectoryLock(directory, _IF_HELD)
    try:
        yield
    except (apsw.Error, OSError) as error:
        raise AuditUnavailable("the audit store cannot be changed; check its disk and files") from error
    finally:
        lock.close()
