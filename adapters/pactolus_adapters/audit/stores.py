"""Which store an audit log is in: opens it to record, or only to read."""

from dataclasses import dataclass
from pathlib import Path

from pactolus_adapters.audit.checkpointing import NewSigner
from pactolus_adapters.audit.key_sources import KEY_FILE, KeyCommand, KeyFile, KeySource
from pactolus_adapters.audit.ledger import Clock
from pactolus_adapters.audit.sqlite import IF_HELD, SqliteAuditLog, SqliteAuditReader

__all__ = ["IF_HELD", "StorePlace", "key_source", "open_log", "open_reader"]


@dataclass(frozen=True, slots=True)
class StorePlace:
    """Where the log and its keys are. `new_signer`: None means a file in the data directory."""

    directory: Path
    key_source: KeySource
    new_signer: NewSigner | None = None


def key_source(directory: Path, command: tuple[str, ...] = ()) -> KeySource:
    """The command that prints the key-encryption key, if there is one, else the file in the directory."""
    return KeyCommand(command) if command else KeyFile(directory / KEY_FILE)


def open_log(
    place: StorePlace, clock: Clock, *, makes: bool = True, if_held: str = IF_HELD
) -> SqliteAuditLog:
    """Opens a log to record in it; `makes`: also one that is not there. Raises `AuditUnavailable`."""
    return SqliteAuditLog(
        place.directory,
        clock,
        makes=makes,
        if_held=if_held,
        key_source=place.key_source,
        new_signer=place.new_signer,
    )


def open_reader(place: StorePlace, clock: Clock) -> SqliteAuditReader:
    """Opens a log only to read it, beside whoever records in it. Raises `AuditUnavailable`."""
    return SqliteAuditReader(place.directory, clock, place.key_source)
