"""What an operator does with a whole store: back it up, bring it back, change its key or its schema."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from pactolus_adapters.audit.backup import back_up, check_free
from pactolus_adapters.audit.backup_files import Manifest
from pactolus_adapters.audit.copy_rows import Progress, no_progress
from pactolus_adapters.audit.erased_keys import ERASED_KEYS_FILE, ErasedKeys
from pactolus_adapters.audit.key_change import MakeEvent, lost_key, rotated_key
from pactolus_adapters.audit.key_files import install_next, make_next, next_is_in_force, root_in_force
from pactolus_adapters.audit.key_sources import KEY_FILE, KeyCommand, KeyFile, KeySource
from pactolus_adapters.audit.keys import Keys
from pactolus_adapters.audit.ledger import Clock
from pactolus_adapters.audit.lock import DirectoryLock, StoreHeld
from pactolus_adapters.audit.restore import Restored, Restoring, Wanted, open_backup
from pactolus_adapters.audit.rows import Rows
from pactolus_adapters.audit.signing_file import file_signer
from pactolus_adapters.audit.sqlite_open import check_absent
from pactolus_adapters.audit.stores import StorePlace, alone, migrated, open_log, open_reader, restored
from pactolus_engine.errors import AuditUnavailable

__all__ = ["BackedUp", "Keeper", "KeyChanged"]


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was made. `is_recorded`: whether the log holds a record of it."""

    manifest: Manifest
    is_recorded: bool


@dataclass(frozen=True, slots=True)
class KeyChanged:
    """The key that is in force now, by the first digits of its check value. `data_keys`: how many were wrapped
    anew, or are lost. `kept`: where the old key file is. `was_done`: an earlier change was only finished."""

    key: str
    data_keys: int
    kept: Path | None = None
    was_done: bool = False


@dataclass(frozen=True, slots=True)
class Keeper:
    """The operator's work on one store. `make_event`: makes the records of it."""

    place: StorePlace
    clock: Clock
    make_event: MakeEvent

    def back_up(
        self, folder: Path, keys_path: Path | None = None, progress: Progress = no_progress
    ) -> BackedUp:
        """Copies the log into a folder; beside a running server, or with a record of it when there is none.

        Raises `AuditUnavailable`.
        """
        try:
            log = open_log(self.place, self.clock, makes=False)
        except StoreHeld:
            reader = open_reader(self.place, self.clock)
            try:
                return BackedUp(back_up(reader, folder, self.clock, keys_path, progress), False)
            finally:
                reader.close()
        try:
            check_free(log, folder, keys_path)  # no record of a backup that cannot be made
            log.append(self.make_event("backup", {}, None))
            log.publish()
            return BackedUp(back_up(log, folder, self.clock, keys_path, progress), True)
        finally:
            log.close()

    def restore(
        self,
        folder: Path,
        keys_path: Path | None,
        erased: tuple[Path, ...],
        wanted: Wanted,
        progress: Progress = no_progress,
    ) -> Restored:
        """Restores a backup into a data directory, or database, that holds no log. `erased`: lists of erased keys; the one
        in the directory counts too. Raises `AuditUnavailable`."""
        directory = self.place.directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = DirectoryLock(directory, "restore into another data directory")
        try:
            if not self.place.database:
                check_absent(directory)
            own = ErasedKeys(directory / ERASED_KEYS_FILE)
            lists = [own.read(), *(ErasedKeys(path).read() for path in erased)]
            known = Wanted(
                wanted.erased.union(*lists), wanted.expected, wanted.accept_loss, wanted.without_key
            )
            backup = open_backup(folder, keys_path, known)
            self._check_signer(backup.manifest)
            root = self._root_to_restore(known)
            restoring = Restoring(backup, known, root, own.add_all, self.make_event, self.clock, os.urandom)
            done = restored(self.place, restoring, progress)
        finally:
            lock.close()
        self._sign(self.place.key_source)
        return done

    def rotate_key(self, to_command: tuple[str, ...] = ()) -> KeyChanged:
        """Puts the store under a new key-encryption key: one that a command prints, or of a new key file.

        Raises `AuditUnavailable`; the store is then under the old key, or under the new one and opens with it.
        """
        with alone(self.place) as rows:
            new, done = self._new_root(rows, KeyCommand(to_command) if to_command else None)
            count = 0
            if not done:
                before = self.place.key_source.read(False, os.urandom)
                count = rotated_key(rows, before, new, self.make_event, self.clock, os.urandom)
        kept = None if to_command else install_next(self._key_path)
        self._sign(KeyCommand(to_command) if to_command else KeyFile(self._key_path))
        return KeyChanged(Keys(new).check_value[:8], count, kept, done)

    def lose_key(self) -> KeyChanged:
        """Lets a store go on whose key-encryption key is lost, under a new one: of a new key file, or what the
        key command prints now. Raises `AuditUnavailable`, also where the key is not lost."""
        source = self.place.key_source
        is_file = isinstance(source, KeyFile)
        with alone(self.place) as rows:
            self._check_lost(rows)
            new, done = self._new_root(rows, None if is_file else source)
            count = 0
            if not done:
                lost_key(rows, new, self.make_event, self.clock, os.urandom)
                count = sum(
                    key.destroyed_by is None and key.wrapped_by != Keys(new).check_value
                    for key in rows.all_keys()
                )
        kept = install_next(self._key_path) if is_file else None
        self._sign(source)
        return KeyChanged(Keys(new).check_value[:8], count, kept, done)

    def migrate(self, wanted: int) -> int:
        """Brings the schema to a version, up or down; the version before. Raises `AuditUnavailable`, also where
        the way down would lose what cannot be made again."""
        return migrated(self.place, wanted, self.clock)

    def _sign(self, source: KeySource) -> None:
        """Opens the log as the next server will, and signs a checkpoint over what was done to it."""
        log = open_log(replace(self.place, key_source=source), self.clock, makes=False)
        try:
            log.publish()
        finally:
            log.close()

    @property
    def _key_path(self) -> Path:
        source = self.place.key_source
        return source.path if isinstance(source, KeyFile) else self.place.directory / KEY_FILE

    def _new_root(self, rows: Rows, source: KeySource | None) -> tuple[bytes, bool]:
        """The new key, and whether the store is under it already."""
        key_check = rows.meta().get("key_check", "")
        if source is None and next_is_in_force(self._key_path, key_check):
            return root_in_force(KeyFile(self._key_path), key_check, os.urandom), True
        new = make_next(self._key_path, os.urandom) if source is None else source.read(False, os.urandom)
        return new, Keys(new).check_value == key_check

    def _check_lost(self, rows: Rows) -> None:
        try:
            root = self.place.key_source.read(False, os.urandom)
        except AuditUnavailable:
            return
        if Keys(root).check_value == rows.meta().get("key_check"):
            raise AuditUnavailable("the key-encryption key of the store is there: nothing is lost")

    def _check_signer(self, manifest: Manifest) -> None:
        new_signer = self.place.new_signer or file_signer(self.place.directory, os.urandom)
        if new_signer(manifest.origin, False).verifier_key != manifest.verifier_key:
            raise AuditUnavailable(
                "the signing key belongs to another audit log; put the right one into place"
            )

    def _root_to_restore(self, wanted: Wanted) -> bytes:
        source = self.place.key_source
        is_new = wanted.without_key and isinstance(source, KeyFile)
        return source.read(is_new, os.urandom)
