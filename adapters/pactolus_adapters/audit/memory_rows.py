"""The tables of an audit log in dictionaries: `Rows` in the fewest words."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from pactolus_adapters.audit.keys import WrappedKey
from pactolus_adapters.audit.rows import Gone, Head, RequestKey, SignedCheckpoint
from pactolus_adapters.audit.seal import IndexRow, SealedRecord
from pactolus_engine.trail import Entry, ListedRecord, Selection

__all__ = ["MemoryRows"]


class MemoryRows:
    """`Rows` of a log that is only ever used by one thread at a time."""

    def __init__(self) -> None:
        self._records: list[SealedRecord] = []
        self._gone: dict[int, int] = {}
        self._keys: dict[str, WrappedKey] = {}
        self._requests: dict[RequestKey, int] = {}
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._checkpoints: dict[int, SignedCheckpoint] = {}
        self._lines: dict[int, dict[str, str]] = {}
        self._meta: dict[str, str] = {}

    def head(self) -> Head:
        """As `Rows.head`."""
        return Head(len(self._records), self._records[-1].row.recorded_at if self._records else "")

    def requests(self, keys: Collection[RequestKey]) -> dict[RequestKey, int]:
        """As `Rows.requests`."""
        return {key: self._requests[key] for key in keys if key in self._requests}

    def newest(self, pseudonyms: Collection[str]) -> dict[str, int]:
        """As `Rows.newest`."""
        return {name: found[0] for name in pseudonyms if (found := self.evaluations(name, 1))}

    def evaluations(self, pseudonym: str, most: int) -> list[int]:
        """As `Rows.evaluations`."""
        found = [one.index for one in reversed(self._records) if _is_evaluation_of(one.row, pseudonym)]
        return found[:most]

    def get(self, indexes: Collection[int]) -> dict[int, SealedRecord | Gone]:
        """As `Rows.get`."""
        return {
            index: Gone(index, self._gone[index]) if index in self._gone else self._records[index]
            for index in indexes
            if 0 <= index < len(self._records)
        }

    def keys(self, key_ids: Collection[str]) -> dict[str, WrappedKey]:
        """As `Rows.keys`."""
        return {key_id: self._keys[key_id] for key_id in key_ids if key_id in self._keys}

    def keys_of(self, subjects: Collection[str]) -> dict[str, WrappedKey]:
        """As `Rows.keys_of`."""
        living = (key for key in self._keys.values() if key.destroyed_by is None)
        return {key.subject: key for key in living if key.subject in subjects}

    def all_keys(self, after: str = "") -> Iterator[WrappedKey]:
        """As `Rows.all_keys`."""
        return iter([self._keys[key_id] for key_id in sorted(self._keys) if key_id > after])

    def tile(self, level: int, index: int) -> bytes:
        """As `Rows.tile`."""
        return self._tiles.get((level, index), b"")

    def checkpoint(self, most: int | None = None) -> SignedCheckpoint | None:
        """As `Rows.checkpoint`."""
        sizes = [size for size in self._checkpoints if most is None or size <= most]
        return self._checkpoints[max(sizes)] if sizes else None

    def checkpoints(self, after: int) -> Iterator[tuple[SignedCheckpoint, tuple[str, ...]]]:
        """As `Rows.checkpoints`."""
        for size in sorted(size for size in self._checkpoints if size > after):
            lines = self._lines.get(size, {})
            yield self._checkpoints[size], tuple(lines[witness] for witness in sorted(lines))

    def entries(self, first: int, end: int) -> Iterator[Entry]:
        """As `Rows.entries`."""
        for one in self._records[first:end]:
            erased_by = self._gone.get(one.index)
            yield Entry(one.index, one.leaf, one.leaf_hash, one.key_id, erased_by is None, erased_by)

    def listed(
        self, selection: Selection, decision_pseudonyms: Collection[str], after: int, most: int
    ) -> list[ListedRecord]:
        """As `Rows.listed`."""
        found = (
            self._listed(one)
            for one in self._records[after + 1 :]
            if _is_selected(one, selection, decision_pseudonyms)
        )
        return [one for one, _ in zip(found, range(most), strict=False)]

    def tenants(self) -> tuple[str, ...]:
        """As `Rows.tenants`."""
        return tuple(sorted({one.row.tenant for one in self._records}))

    def meta(self) -> dict[str, str]:
        """As `Rows.meta`."""
        return dict(self._meta)

    # --- writing ------------------------------------------------------------------------------

    def put(
        self,
        records: Sequence[SealedRecord],
        new_keys: Sequence[WrappedKey],
        tiles: Mapping[tuple[int, int], bytes],
    ) -> None:
        """As `Rows.put`."""
        self.put_keys(new_keys)
        self.put_tiles(tiles)
        for one in records:
            self._records.append(one)
            if one.row.request_id:
                self._requests[one.row.tenant, one.row.client, one.row.request_id] = one.index

    def put_tiles(self, tiles: Mapping[tuple[int, int], bytes]) -> None:
        """As `Rows.put_tiles`."""
        self._tiles.update(tiles)

    def put_checkpoint(self, checkpoint: SignedCheckpoint) -> None:
        """As `Rows.put_checkpoint`."""
        self._checkpoints.setdefault(checkpoint.size, checkpoint)

    def put_cosignature(self, size: int, witness: str, line: str) -> None:
        """As `Rows.put_cosignature`."""
        self._lines.setdefault(size, {})[witness] = line

    def put_keys(self, keys: Sequence[WrappedKey]) -> None:
        """As `Rows.put_keys`."""
        self._keys.update({key.key_id: key for key in keys})

    def put_meta(self, meta: Mapping[str, str]) -> None:
        """As `Rows.put_meta`."""
        self._meta.update(meta)

    def destroy_key(self, key_id: str, by: int) -> None:
        """As `Rows.destroy_key`."""
        key = self._keys[key_id]
        if key.destroyed_by is not None:
            return
        self._keys[key_id] = replace(key, subject="", nonce=b"", wrapped=b"", destroyed_by=by)
        self._empty([one.index for one in self._records if one.key_id == key_id], by)

    def prune(self, before: int, by: int) -> None:
        """As `Rows.prune`."""
        self._empty(range(before), by)
        used = {one.key_id for one in self._records if one.index not in self._gone}
        for key_id in [key.key_id for key in self._keys.values() if key.destroyed_by is None]:
            if key_id not in used:
                self.destroy_key(key_id, by)

    def _empty(self, indexes: Collection[int], by: int) -> None:
        for index in indexes:
            if index not in self._gone:
                one = self._records[index]
                self._records[index] = replace(one, row=_bare(one.row), nonce=b"", ciphertext=b"")
                self._gone[index] = by

    def _listed(self, one: SealedRecord) -> ListedRecord:
        row = one.row
        return ListedRecord(
            *(one.index, row.event, row.outcome, row.rules, row.tenant, row.client, row.request_id),
            *(row.recorded_at, row.patient_pseudonym, one.pack_id, one.pack_version),
            about=int(row.about) if row.about else None,
            erased_by=self._gone.get(one.index),
            leaf_hash=one.leaf_hash,
        )


def _bare(row: IndexRow) -> IndexRow:
    return IndexRow(row.event, "", (), row.tenant, row.client, row.request_id, "", row.recorded_at, "")


def _is_evaluation_of(row: IndexRow, pseudonym: str) -> bool:
    return row.event == "evaluation" and pseudonym in {row.patient_pseudonym, *row.other_pseudonyms}


def _is_selected(one: SealedRecord, wanted: Selection, decisions: Collection[str]) -> bool:
    row = one.row
    return all(
        (
            row.recorded_at >= wanted.since,
            not wanted.until or row.recorded_at < wanted.until,
            not wanted.events or row.event in wanted.events,
            not wanted.outcome or row.outcome == wanted.outcome,
            not wanted.rule or wanted.rule in row.rules,
            not wanted.pack_id or one.pack_id == wanted.pack_id,
            not wanted.pack_version or one.pack_version == wanted.pack_version,
            not wanted.patient_pseudonyms
            or not {row.patient_pseudonym, *row.other_pseudonyms}.isdisjoint(wanted.patient_pseudonyms),
            not wanted.decision_id or row.decision_pseudonym in decisions,
            wanted.about is None or row.about == str(wanted.about),
            wanted.tenant is None or row.tenant == wanted.tenant,
        )
    )
