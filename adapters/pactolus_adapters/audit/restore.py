"""Brings a log back from a backup: everything is verified before it becomes the store, and nobody who was erased
comes back.

A backup is older than some erasures. Those are done again here, in the same transaction, by whoever knows of
them: the backup itself, a newer key file in which the key is destroyed already, and the lists of erased keys
that the operator kept.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree
from typing import Final

from pactolus_adapters.audit.backup_files import (
    KEYS_FILE,
    LOG_FILE,
    KeyFileContent,
    Manifest,
    digest_of,
    read_keys,
    read_manifest,
)
from pactolus_adapters.audit.copy_rows import Progress, copy_records, no_progress
from pactolus_adapters.audit.identity import known_identity
from pactolus_adapters.audit.key_change import MakeEvent, appended_event, lost_key
from pactolus_adapters.audit.key_sources import sync_directory
from pactolus_adapters.audit.keys import Keys, RandomBytes, WrappedKey
from pactolus_adapters.audit.ledger import Clock, Ledger
from pactolus_adapters.audit.rows import Rows
from pactolus_adapters.audit.sqlite_copy import new_copy, open_copy
from pactolus_adapters.audit.sqlite_open import DATABASE_FILE
from pactolus_adapters.tlog.checkpoint import Checkpoint, open_checkpoint
from pactolus_adapters.tlog.errors import TlogInvalid
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.tlog.tree import tree_root
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.ports import DestroyKey, PrunePayloads

__all__ = ["Backup", "Restored", "Restoring", "Wanted", "open_backup", "restore_sqlite"]

_STAGING: Final = "restoring"
_GROUND: Final = "erased before; the backup was older"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the operator knows beside the backup.

    `erased`: ids of keys that were destroyed. `expected`: a signed checkpoint that somebody holds (empty: none).
    `accept_loss`: restore although the backup ends before it. `without_key`: the key-encryption key is lost.
    """

    erased: frozenset[str] = frozenset()
    expected: bytes = b""
    accept_loss: bool = False
    without_key: bool = False


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup whose files were read and compared with their digests. `keys`: None where there are none."""

    folder: Path
    manifest: Manifest
    checkpoint: Checkpoint
    keys: KeyFileContent | None


@dataclass(frozen=True, slots=True)
class Restored:
    """`size`: records that came back. `erased`: keys that were destroyed again. `lost`: from which record to
    before which the records are lost that the expected checkpoint covers, if any."""

    size: int
    erased: int
    lost: tuple[int, int] | None


def open_backup(folder: Path, keys_path: Path | None, wanted: Wanted) -> Backup:
    """Reads a backup and refuses one that is not whole. Raises `AuditUnavailable`."""
    manifest = read_manifest(folder)
    if digest_of(folder / LOG_FILE) != manifest.log_digest:
        raise AuditUnavailable(f"`{LOG_FILE}` of the backup was altered or cut off: its digest does not fit")
    checkpoint = _signed(manifest.checkpoint.encode(), manifest)
    if (checkpoint.size, checkpoint.root.hex()) != (manifest.size, manifest.root):
        raise AuditUnavailable("the manifest of the backup names another tree than its checkpoint")
    path = keys_path or folder / KEYS_FILE
    keys = None if wanted.without_key and not path.exists() else read_keys(path)
    if keys is not None and (keys.origin != manifest.origin or keys.size < manifest.size):
        raise AuditUnavailable("the key file is of another log, or older than the backup of the log")
    return Backup(folder, manifest, checkpoint, keys)


def restore_sqlite(directory: Path, restoring: "Restoring", progress: Progress = no_progress) -> Restored:
    """Restores into a data directory without a store; whoever calls holds its lock.

    The store appears under its name when it is whole and on the disk; until then there is none. Raises
    `AuditUnavailable`.
    """
    staging = directory / _STAGING
    rmtree(staging, ignore_errors=True)  # left by a restore that was cut off
    staging.mkdir(mode=0o700)
    with new_copy(staging / DATABASE_FILE) as target:
        restored = restoring.into(target, progress)
    (staging / DATABASE_FILE).rename(directory / DATABASE_FILE)
    sync_directory(directory)
    rmtree(staging)
    return restored


@dataclass(frozen=True, slots=True)
class Restoring:
    """One restore, whatever the store. `root`: the key-encryption key, or a new one (`wanted.without_key`).
    `remember`: takes the ids of keys that were ever erased, before the store is there."""

    backup: Backup
    wanted: Wanted
    root: bytes
    remember: Callable[[list[str]], None]
    make_event: MakeEvent
    clock: Clock
    random_bytes: RandomBytes

    def _known_erased(self) -> set[str]:
        """Every key that somebody knows to be destroyed."""
        stored = self.backup.keys.keys.values() if self.backup.keys else ()
        gone = {key.key_id for key in stored if key.destroyed_by is not None}
        return {*self.wanted.erased, *self.backup.manifest.erased_later, *gone}

    def into(self, target: Rows, progress: Progress) -> Restored:
        """Copies, verifies, erases again, and records it, all in the transaction of `target`, which is empty."""
        self._check_key()
        with open_copy(self.backup.folder / LOG_FILE) as source:
            erased = self._known_erased()
            self._copy(source, target, erased, progress)
        manifest = self.backup.manifest
        lost = self._lost(target)
        ledger = self._ledger(target)
        again = self._erase_again(target, ledger, erased)
        details = {
            "records": str(manifest.size),
            "backup_made_at": manifest.made_at,
            "erased_again": str(again),
        }
        if lost:
            details |= {"lost_from": str(lost[0]), "lost_before": str(lost[1])}
        appended_event(target, ledger, self.make_event("restore", details, None), self.random_bytes)
        self.remember(sorted(erased))
        return Restored(manifest.size, again, lost)

    def _copy(self, source: Rows, target: Rows, erased: Collection[str], progress: Progress) -> None:
        manifest, meta = self.backup.manifest, source.meta()
        if (meta.get("origin"), meta.get("verifier_key")) != (manifest.origin, manifest.verifier_key):
            raise AuditUnavailable("the backup holds another log than its manifest says")
        target.put_meta(meta | (self.backup.keys.meta if self.backup.keys else {}))
        keys_for = self._keys_for(erased)
        made = copy_records(source, target, manifest.size, keys_for, progress)
        if made != self.backup.checkpoint.root:
            raise AuditUnavailable(
                "the records of the backup are not those that its checkpoint was signed for"
            )

    def _check_key(self) -> None:
        keys = self.backup.keys
        if not self.wanted.without_key and keys and keys.meta.get("key_check") != Keys(self.root).check_value:
            raise AuditUnavailable(
                "the key-encryption key is not the one that the keys of the backup are wrapped under; put that one into "
                "place, or say --without-key if it is lost"
            )

    def _keys_for(self, erased: Collection[str]) -> Callable[[Collection[str]], Mapping[str, WrappedKey]]:
        stored = self.backup.keys.keys if self.backup.keys else {}

        def keys_for(key_ids: Collection[str]) -> dict[str, WrappedKey]:
            found = {
                key_id: WrappedKey(key_id, "", b"", b"", "")
                for key_id in key_ids
                if key_id in erased or self.wanted.without_key
            }
            kept = {key_id: stored[key_id] for key_id in key_ids if key_id in stored and key_id not in erased}
            return found | {key_id: replace(key, destroyed_by=None) for key_id, key in kept.items()}

        return keys_for

    def _lost(self, target: Rows) -> tuple[int, int] | None:
        """The records that the expected checkpoint covers and the backup does not have."""
        if not self.wanted.expected:
            return None
        expected, size = _signed(self.wanted.expected, self.backup.manifest), self.backup.manifest.size
        if expected.size <= size:
            if tree_root(expected.size, target.tile) != expected.root:
                raise AuditUnavailable("the expected checkpoint is of another history than the backup")
            return None
        if not self.wanted.accept_loss:
            raise AuditUnavailable(
                f"the backup ends before the expected checkpoint: records `{size}` to `{expected.size - 1}` would be lost; "
                "take a newer backup, or say --accept-loss"
            )
        return size, expected.size

    def _ledger(self, target: Rows) -> Ledger:
        if self.wanted.without_key:
            return lost_key(target, self.root, self.make_event, self.clock, self.random_bytes)
        origin, keys = known_identity(target.meta(), self.root)
        return Ledger(origin, keys, self.clock, self.random_bytes)

    def _erase_again(self, target: Rows, ledger: Ledger, erased: Collection[str]) -> int:
        """Destroys what the log does not know to be destroyed; how many keys that were."""
        if before := min(self.backup.manifest.pruned_later, self.backup.manifest.size):
            event = self.make_event("pruning", {"ground": _GROUND}, PrunePayloads(before))
            appended_event(target, ledger, event, self.random_bytes)
        living = sorted(key.key_id for key in target.keys(erased).values() if key.destroyed_by is None)
        for key_id in living:
            event = self.make_event("erasure", {"ground": _GROUND}, DestroyKey(key_id))
            appended_event(target, ledger, event, self.random_bytes)
        return len(living)


def _signed(note: bytes, manifest: Manifest) -> Checkpoint:
    try:
        checkpoint, _ = open_checkpoint(note, [NoteVerifier.from_text(manifest.verifier_key)])
    except TlogInvalid as error:
        raise AuditUnavailable(f"the checkpoint does not vouch for the backup: {error}") from error
    if checkpoint.origin != manifest.origin:
        raise AuditUnavailable("the checkpoint is of another log than the backup")
    return checkpoint
