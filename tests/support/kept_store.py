"""A data directory with a small log, and the operator who keeps it."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pactolus_adapters.audit.erased_keys import ERASED_KEYS_FILE, ErasedKeys
from pactolus_adapters.audit.keeping import Keeper
from pactolus_adapters.audit.key_sources import KEY_FILE, KeySource
from pactolus_adapters.audit.restore import Restored, Wanted
from pactolus_adapters.audit.signing_file import SIGNING_FILE
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.audit.stores import StorePlace, key_source
from pactolus_adapters.trail.erase import Erasure
from pactolus_adapters.trail.events import Actor, Event, EventRecorder, event_record
from pactolus_engine.ports import Change, NewRecord
from tests.contract.audit_log import fixed_clock, new_record

__all__ = ["NOTHING", "erase", "filled", "keeper", "named", "new_home", "opened", "restore_into"]


NOTHING = Wanted()
"""A restore of which nothing is asked."""


def named(request_id: str, *names: str) -> NewRecord:
    """A record about a patient of these names."""
    return replace(new_record(request_id, patient=names[0]), patient_names=names)


def filled(directory: Path, count: int = 6, first: int = 0) -> None:
    """Adds records about three patients of two names each."""
    log = SqliteAuditLog(directory, fixed_clock)
    for number in range(first, first + count):
        log.append(named(f"filled-{number}", f"Patient/p{number % 3}", f"urn:oid:1|{number % 3}"))
    log.close()


def opened(directory: Path) -> SqliteAuditLog:
    """The log of a directory, to be closed."""
    return SqliteAuditLog(directory, fixed_clock)


def keeper(directory: Path, source: KeySource | None = None) -> Keeper:
    """The operator of a directory."""

    def event(kind: str, details: Mapping[str, str], change: Change | None) -> NewRecord:
        return event_record(Actor("cli:somebody"), Event(kind, details, change=change), fixed_clock())

    return Keeper(StorePlace(directory, source or key_source(directory)), fixed_clock, event)


def erase(directory: Path, patient: str) -> None:
    """Erases a patient as the command does."""
    log = opened(directory)
    remember = ErasedKeys(directory / ERASED_KEYS_FILE).add
    Erasure(log, EventRecorder(log, fixed_clock), remember).erase(
        Actor("cli:somebody", "north"), patient, "by law"
    )
    log.close()


def new_home(directory: Path, old: Path) -> Path:
    """A new data directory with the keys of an old one, as an operator prepares it for a restore."""
    directory.mkdir()
    for name in (KEY_FILE, SIGNING_FILE):
        shutil.copy2(old / name, directory / name)
    return directory


def restore_into(old: Path, backup: Path, home: Path, wanted: Wanted = NOTHING, **more: Path) -> Restored:
    """Restores a backup into a new home with the keys of the old one. `keys`, `erased`: files, where they are
    elsewhere, or any."""
    erased = (more["erased"],) if "erased" in more else ()
    return keeper(new_home(home, old)).restore(backup, more.get("keys"), erased, wanted)
