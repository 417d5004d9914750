"""Which store an audit log is in: opens it to record, or only to read."""

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pactolus_adapters.audit.checkpointing import NewSigner
from pactolus_adapters.audit.copy_rows import Progress
from pactolus_adapters.audit.identity import known_identity
from pactolus_adapters.audit.key_files import root_in_force
from pactolus_adapters.audit.key_sources import KEY_FILE, KeyCommand, KeyFile, KeySource
from pactolus_adapters.audit.ledger import Clock
from pactolus_adapters.audit.log import LedgerLog, LedgerReader
from pactolus_adapters.audit.restore import Restored, Restoring, restore_sqlite
from pactolus_adapters.audit.rows import Rows
from pactolus_adapters.audit.sqlite import IF_HELD, SqliteAuditLog, SqliteAuditReader
from pactolus_adapters.audit.sqlite_alone import sqlite_alone, sqlite_migrated, stored_meta, stored_version
from pactolus_adapters.audit.sqlite_schema import LATEST
from pactolus_engine.errors import AuditUnavailable

__all__ = [
    "IF_HELD",
    "StorePlace",
    "alone",
    "key_source",
    "migrated",
    "open_log",
    "open_reader",
    "restored",
]


_BEFORE_PSEUDONYM_KEYS: Final = 2
"""The schema of SQLite in which pseudonyms were made with a key derived from the key-encryption key."""


@dataclass(frozen=True, slots=True)
class StorePlace:
    """Where the log and its keys are. `new_signer`: None means a file in the data directory. `database`: a
    PostgreSQL database, as libpq takes it, password and all; empty means SQLite in the directory."""

    directory: Path
    key_source: KeySource
    new_signer: NewSigner | None = None
    database: str = field(default="", repr=False)


def key_source(directory: Path, command: tuple[str, ...] = ()) -> KeySource:
    """The command that prints the key-encryption key, if there is one, else the file in the directory."""
    return KeyCommand(command) if command else KeyFile(directory / KEY_FILE)


def open_log(place: StorePlace, clock: Clock, *, makes: bool = True, if_held: str = IF_HELD) -> LedgerLog:
    """Opens a log to record in it; `makes`: also one that is not there. Raises `AuditUnavailable`."""
    if place.database:
        return _open_postgres_log(place, clock, makes)
    return SqliteAuditLog(
        place.directory,
        clock,
        makes=makes,
        if_held=if_held,
        key_source=place.key_source,
        new_signer=place.new_signer,
    )


def open_reader(place: StorePlace, clock: Clock) -> LedgerReader:
    """Opens a log only to read it, beside whoever records in it. Raises `AuditUnavailable`."""
    if place.database:
        return _open_postgres_reader(place, clock)
    return SqliteAuditReader(place.directory, clock, place.key_source)


def alone(place: StorePlace) -> AbstractContextManager[Rows]:
    """The tables of a store that nobody else uses, in one transaction. Raises `AuditUnavailable`."""
    if not place.database:
        return sqlite_alone(place.directory)
    try:
        from pactolus_adapters.audit.postgres_alone import postgres_alone
    except ImportError as error:
        raise _no_driver() from error
    return postgres_alone(place.database)


def restored(place: StorePlace, restoring: Restoring, progress: Progress) -> Restored:
    """Restores a backup where there is no log yet; whoever calls holds the lock of the directory.

    Raises `AuditUnavailable`.
    """
    if not place.database:
        return restore_sqlite(place.directory, restoring, progress)
    try:
        from pactolus_adapters.audit.postgres_alone import postgres_empty
    except ImportError as error:
        raise _no_driver() from error
    with postgres_empty(place.database) as target:
        return restoring.into(target, progress)


def migrated(place: StorePlace, wanted: int, clock: Clock) -> int:
    """Brings the schema to a version, up or down; the version before. Raises `AuditUnavailable`, also where the
    way down would lose what cannot be made again."""
    if not place.database:
        return _sqlite_migrated(place, wanted, clock)
    try:
        from pactolus_adapters.audit.postgres_schema import migrate_database
    except ImportError as error:
        raise _no_driver() from error
    return migrate_database(place.database, wanted)


def _sqlite_migrated(place: StorePlace, wanted: int, clock: Clock) -> int:
    if not 0 <= wanted <= LATEST:
        raise AuditUnavailable(f"schema version `{wanted}` is not known: expected `0` to `{LATEST}`")
    before = stored_version(place.directory)
    if wanted == LATEST:
        open_log(place, clock, makes=False).close()
        return before
    if wanted <= _BEFORE_PSEUDONYM_KEYS:
        _check_derived_pseudonyms(place)
    sqlite_migrated(place.directory, wanted)
    return before


def _check_derived_pseudonyms(place: StorePlace) -> None:
    meta = stored_meta(place.directory)
    if "pseudonym_key" not in meta:
        return
    root = root_in_force(place.key_source, meta.get("key_check", ""), os.urandom)
    if not known_identity(meta, root)[1].is_derived_from(root):
        raise AuditUnavailable(
            f"a store of schema `{_BEFORE_PSEUDONYM_KEYS}` cannot hold this one's key of pseudonyms: no patient would be "
            "found again; keep to this release, or restore a backup that the earlier one made"
        )


# The driver is an extra, so it is imported only where it is asked for.


def _open_postgres_log(place: StorePlace, clock: Clock, makes: bool) -> LedgerLog:
    try:
        from pactolus_adapters.audit.postgres import PostgresAuditLog
    except ImportError as error:
        raise _no_driver() from error
    return PostgresAuditLog(
        place.database,
        place.directory,
        clock,
        makes=makes,
        key_source=place.key_source,
        new_signer=place.new_signer,
    )


def _open_postgres_reader(place: StorePlace, clock: Clock) -> LedgerReader:
    try:
        from pactolus_adapters.audit.postgres import PostgresAuditReader
    except ImportError as error:
        raise _no_driver() from error
    return PostgresAuditReader(place.database, clock, place.key_source)


def _no_driver() -> AuditUnavailable:
    return AuditUnavailable(
        "`database` is set, and the driver for PostgreSQL cannot be loaded; install the extra `pactolus[postgres]` "
        "(`make setup-postgres`)"
    )
