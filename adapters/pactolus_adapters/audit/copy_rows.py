"""Copies the records of a log from one store into another, whatever the stores: for backup and restore.

What the records did to each other is not copied but done again, in the order of the log: every erasure and
pruning says in its leaf what it destroyed, so a copy cannot hold what the log says is gone.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pactolus_adapters.audit.checkpointing import rebuilt_tiles
from pactolus_adapters.audit.keys import WrappedKey
from pactolus_adapters.audit.rows import Rows
from pactolus_adapters.audit.seal import IndexRow, SealedRecord
from pactolus_adapters.tlog.tree import tree_root
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.ports import Change, DestroyKey, PrunePayloads
from pactolus_engine.record import leaf_hash, read_commitment
from pactolus_engine.trail import Entry, ListedRecord, Selection

__all__ = ["KeysFor", "Progress", "changes", "copy_records", "no_progress"]

_PAGE: Final = 256

KeysFor = Callable[[Collection[str]], Mapping[str, WrappedKey]]
"""The keys to be kept for ids that come up for the first time."""

Progress = Callable[[int, int], None]
"""Is told how many records are done, of how many."""


def no_progress(_done: int, _size: int) -> None:
    """Nobody watches."""


@dataclass(slots=True)
class _Copying:
    """Two stores, and what was seen on the way."""

    source: Rows
    target: Rows
    keys_for: KeysFor
    seen: set[str] = field(default_factory=set)
    changes: list[tuple[int, Change]] = field(default_factory=list)

    def page(self, first: int, end: int) -> None:
        """Copies the records from `first` to before `end`."""
        records = _whole_page(self.source, first, end)
        new_ids = {one.key_id for one in records} - self.seen
        keys = self.keys_for(new_ids) if new_ids else {}
        self.seen |= keys.keys()
        self.target.put([self._kept(one) for one in records], list(keys.values()), {})
        for one in records:
            change = _change(one.leaf)
            self.changes += [(one.index, change)] if change else []

    def _kept(self, one: SealedRecord) -> SealedRecord:
        if one.key_id not in self.seen:
            raise AuditUnavailable(f"record `{one.index}` has a data key that is not among the keys")
        return one


def copy_records(
    source: Rows,
    target: Rows,
    size: int,
    keys_for: KeysFor,
    progress: Progress = no_progress,
) -> bytes:
    """Copies the first `size` records into an empty store, with their checkpoints.

    Returns the root over them, computed anew from the leaves. Raises `AuditUnavailable` naming the record of
    which a part is missing or does not fit.
    """
    copying = _Copying(source, target, keys_for)
    for first in range(0, size, _PAGE):
        end = min(first + _PAGE, size)
        copying.page(first, end)
        progress(end, size)
    for by, change in copying.changes:
        _do_again(target, by, change)
    rebuilt_tiles(target)
    for checkpoint, lines in source.checkpoints(-1):
        if checkpoint.size <= size:
            target.put_checkpoint(checkpoint)
            for line in lines:
                target.put_cosignature(checkpoint.size, line.split(" ")[1], line)
    return tree_root(size, target.tile)


def changes(rows: Rows, first: int, end: int) -> list[tuple[int, Change]]:
    """What the records from `first` to before `end` did to older ones."""
    found = ((entry.index, _change(entry.leaf)) for entry in rows.entries(first, end))
    return [(index, change) for index, change in found if change]


def _do_again(target: Rows, by: int, change: Change) -> None:
    match change:
        case DestroyKey(key_id):
            if key_id in target.keys({key_id}):
                target.destroy_key(key_id, by)
        case PrunePayloads(before):
            target.prune(before, by)


def _change(leaf: bytes) -> Change | None:
    if b"destroyed_key_id" not in leaf and b"pruned_before" not in leaf:
        return None
    commitment = read_commitment(leaf)
    if "destroyed_key_id" in commitment:
        return DestroyKey(commitment["destroyed_key_id"])
    return PrunePayloads(int(commitment["pruned_before"])) if "pruned_before" in commitment else None


def _whole_page(source: Rows, first: int, end: int) -> Sequence[SealedRecord]:
    entries = {entry.index: entry for entry in source.entries(first, end)}
    listed = {one.index: one for one in source.listed(Selection(), (), first - 1, end - first)}
    found = source.get(range(first, end))
    records = []
    for index in range(first, end):
        entry, row, record = entries.get(index), listed.get(index), found.get(index)
        if entry is None or row is None or not entry.key_id:
            raise AuditUnavailable(f"record `{index}` of the audit log is incomplete: a part of it is gone")
        if leaf_hash(entry.leaf) != entry.leaf_hash:
            raise AuditUnavailable(
                f"record `{index}` of the audit log was altered: its leaf is not the one hashed"
            )
        records.append(record if isinstance(record, SealedRecord) else _bare(entry, row))
    return records


def _bare(entry: Entry, row: ListedRecord) -> SealedRecord:
    """A record without its payload."""
    index = IndexRow(
        *(row.event, row.outcome, row.rules, row.tenant, row.client, row.request_id, "", row.recorded_at),
        row.patient_pseudonym,
        about="" if row.about is None else str(row.about),
    )
    pack = (row.pack_id, row.pack_version)
    return SealedRecord(entry.index, entry.leaf, entry.leaf_hash, index, entry.key_id, b"", b"", *pack)
