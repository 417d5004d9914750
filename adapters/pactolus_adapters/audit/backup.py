"""Backs up a log while it runs: every record up to a signed checkpoint, out of any store, into one file.

The copy is made in one snapshot of the store, so that whoever records meanwhile is neither waited for nor
disturbed.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from pactolus_adapters.audit.backup_files import (
    KEYS_FILE,
    LOG_FILE,
    MANIFEST_FILE,
    KeyFileContent,
    Manifest,
    digest_of,
    read_keys,
    write_keys,
    write_manifest,
)
from pactolus_adapters.audit.copy_rows import Progress, changes, copy_records, no_progress
from pactolus_adapters.audit.keys import WrappedKey
from pactolus_adapters.audit.ledger import Clock
from pactolus_adapters.audit.log import LedgerReader
from pactolus_adapters.audit.rows import Rows
from pactolus_adapters.audit.seal import written_time
from pactolus_adapters.audit.sqlite_copy import new_copy
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.ports import DestroyKey, PrunePayloads

__all__ = ["back_up", "check_free"]

_OF_KEYS = ("key_check", "pseudonym_key")


def check_free(log: LedgerReader, folder: Path, keys_path: Path | None) -> None:
    """Raises `AuditUnavailable` when a backup would go over another one, or over the keys of another log."""
    if (folder / MANIFEST_FILE).exists() or (folder / LOG_FILE).exists():
        raise AuditUnavailable(f"a backup is there already in `{folder}`; name another place for this one")
    path = keys_path or folder / KEYS_FILE
    if path.exists() and read_keys(path).origin != log.origin:
        raise AuditUnavailable("the key file is of another log; name another place for the keys of this one")


def back_up(
    log: LedgerReader,
    folder: Path,
    clock: Clock,
    keys_path: Path | None = None,
    progress: Progress = no_progress,
) -> Manifest:
    """Copies a log up to its last signed checkpoint into a folder, which is made.

    `keys_path`: where the wrapped keys go, if not into the folder; over older ones of this log. Raises
    `AuditUnavailable`: a place is taken, a record is not whole, the tree is not that of the checkpoint.
    """
    check_free(log, folder, keys_path)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise AuditUnavailable("the folder of the backup cannot be made") from error
    manifest, keys = log.snapshot(lambda rows: _copied(rows, folder / LOG_FILE, clock, progress))
    write_keys(keys_path or folder / KEYS_FILE, keys)
    manifest = replace(manifest, log_digest=digest_of(folder / LOG_FILE))
    write_manifest(folder, manifest)
    return manifest


def _copied(rows: Rows, path: Path, clock: Clock, progress: Progress) -> tuple[Manifest, KeyFileContent]:
    last, meta = rows.checkpoint(), rows.meta()
    if last is None:
        raise AuditUnavailable("the log has no signed checkpoint yet; start the service once, and end it")
    kept: dict[str, WrappedKey] = {}

    def bare_keys(key_ids: Collection[str]) -> Mapping[str, WrappedKey]:
        found = rows.keys(key_ids)
        kept.update(found)
        return {key_id: WrappedKey(key_id, "", b"", b"", "") for key_id in found}

    with new_copy(path) as copy:
        copy.put_meta({name: text for name, text in meta.items() if name not in _OF_KEYS})
        root = copy_records(rows, copy, last.size, bare_keys, progress)
        if root != last.root:
            raise AuditUnavailable(
                "the records are not those that the last checkpoint was signed for: nothing is backed up; `pactolus "
                "audit verify` says where"
            )
    later = changes(rows, last.size, rows.head().size)
    manifest = Manifest(
        origin=meta["origin"],
        verifier_key=meta["verifier_key"],
        size=last.size,
        root=last.root.hex(),
        checkpoint=last.note.decode(),
        log_digest="",
        made_at=written_time(clock()),
        erased_later=tuple(change.key_id for _, change in later if isinstance(change, DestroyKey)),
        pruned_later=max(
            (change.before for _, change in later if isinstance(change, PrunePayloads)), default=0
        ),
    )
    of_keys = {name: meta[name] for name in _OF_KEYS}
    return manifest, KeyFileContent(manifest.origin, last.size, of_keys, kept)
