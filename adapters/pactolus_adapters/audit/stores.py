"""Which store an audit log is in: opens it to record, or only to read."""

from dataclasses import dataclass, field
from pathlib import Path

from pactolus_adapters.audit.checkpointing import NewSigner
from pactolus_adapters.audit.key_sources import KEY_FILE, KeyCommand, KeyFile, KeySource
from pactolus_adapters.audit.ledger import Clock
from pactolus_adapters.audit.log import LedgerLog, LedgerReader
from pactolus_adapters.audit.sqlite import IF_HELD, SqliteAuditLog, SqliteAuditReader
from pactolus_engine.errors import AuditUnavailable

__all__ = ["IF_HELD", "StorePlace", "key_source", "open_log", "open_reader"]


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
