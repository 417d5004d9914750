"""The tables of a SQLite audit log as `Rows`. Every statement of the running store is here."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

import apsw

from pactolus_adapters.audit.keys import WrappedKey
from pactolus_adapters.audit.rows import Gone, Head, RequestKey, SignedCheckpoint
from pactolus_adapters.audit.seal import IndexRow, SealedRecord
from pactolus_engine.trail import Entry, ListedRecord, Selection

__all__ = ["SqliteRows"]

_HEAD: Final = """
    SELECT coalesce(max(e.seq) + 1, 0), coalesce((SELECT recorded_at FROM audit_index ORDER BY seq DESC LIMIT 1), '')
    FROM audit_entry e
"""
# Lists come as one JSON text, so that a statement is prepared once whatever their length.
# `request_id <> ''` lets the partial unique index serve the search.
_REQUESTS: Final = """
    SELECT i.tenant, i.client, i.request_id, i.seq FROM json_each(?) w JOIN audit_index i
    ON i.tenant = w.value ->> 0 AND i.client = w.value ->> 1 AND i.request_id = w.value ->> 2
       AND i.request_id <> ''
"""
_NEWEST: Final = """
    SELECT w.value,
           (SELECT seq FROM audit_index
            WHERE patient_pseudonym = w.value AND patient_pseudonym <> '' AND event = 'evaluation'
            ORDER BY seq DESC LIMIT 1),
           (SELECT n.seq FROM audit_patient_name n JOIN audit_index i USING (seq)
            WHERE n.pseudonym = w.value AND i.event = 'evaluation' ORDER BY n.seq DESC LIMIT 1)
    FROM json_each(?) w
"""
_EVALUATIONS: Final = """
    SELECT seq FROM audit_index
    WHERE patient_pseudonym = ?1 AND patient_pseudonym <> '' AND event = 'evaluation'
    UNION
    SELECT n.seq FROM audit_patient_name n JOIN audit_index i USING (seq)
    WHERE n.pseudonym = ?1 AND i.event = 'evaluation'
    ORDER BY seq DESC LIMIT ?2
"""
_GET: Final = """
    SELECT e.seq, e.leaf, e.leaf_hash, p.key_id, p.nonce, p.ciphertext, p.erased_by,
           i.event, i.outcome, i.rules, i.tenant, i.client, i.request_id, i.request_digest, i.recorded_at,
           i.patient_pseudonym, i.decision_pseudonym, i.about, i.pack_id, i.pack_version
    FROM json_each(?) w JOIN audit_entry e ON e.seq = w.value
    JOIN audit_index i USING (seq) JOIN audit_payload p USING (seq)
    ORDER BY e.seq
"""
_NAMES: Final = """
    SELECT seq, pseudonym FROM json_each(?) w JOIN audit_patient_name ON seq = w.value ORDER BY seq, pseudonym
"""
_KEY_COLUMNS: Final = "key_id, subject, nonce, wrapped, wrapped_by, destroyed_by"
_KEYS: Final = f"SELECT {_KEY_COLUMNS} FROM json_each(?) w JOIN data_key ON key_id = w.value"  # noqa: S608
_KEYS_OF: Final = f"""
    SELECT {_KEY_COLUMNS} FROM json_each(?) w JOIN data_key ON subject = w.value AND subject <> ''
"""  # noqa: S608
_ALL_KEYS: Final = f"SELECT {_KEY_COLUMNS} FROM data_key WHERE key_id > ? ORDER BY key_id"  # noqa: S608
_TILE: Final = "SELECT hashes FROM tile WHERE level = ? AND idx = ?"
_CHECKPOINT: Final = """
    SELECT size, root, note, signed_at FROM checkpoint WHERE size <= coalesce(?, size) ORDER BY size DESC LIMIT 1
"""
_CHECKPOINTS: Final = """
    SELECT c.size, root, note, signed_at, line FROM checkpoint c LEFT JOIN cosignature USING (size)
    WHERE c.size > ? ORDER BY c.size, witness
"""
_ENTRIES: Final = """
    SELECT e.seq, e.leaf, e.leaf_hash, coalesce(p.key_id, ''), coalesce(length(p.ciphertext), 0) > 0, p.erased_by
    FROM audit_entry e LEFT JOIN audit_payload p USING (seq) WHERE e.seq >= ? AND e.seq < ? ORDER BY e.seq
"""
_LISTED: Final = """
    SELECT i.seq, event, outcome, rules, tenant, client, request_id, recorded_at, patient_pseudonym, pack_id,
           pack_version, about, p.erased_by, e.leaf_hash
    FROM audit_index i JOIN audit_entry e USING (seq) LEFT JOIN audit_payload p USING (seq)
    WHERE i.seq > :after {narrowed} ORDER BY i.seq LIMIT :most
"""
# Only what is asked for stands in the statement, so that an index can serve it.
_NARROWED: Final = {
    "since": "recorded_at >= :since",
    "until": "recorded_at < :until",
    "events": "event IN (SELECT value FROM json_each(:events))",
    "outcome": "outcome = :outcome",
    "rule": "EXISTS (SELECT 1 FROM json_each(rules) WHERE value = :rule)",
    "pack_id": "pack_id = :pack_id",
    "pack_version": "pack_version = :pack_version",
    "patients": """i.seq IN (
        SELECT seq FROM json_each(:patients) JOIN audit_index
        ON patient_pseudonym = value AND patient_pseudonym <> ''
        UNION SELECT seq FROM json_each(:patients) JOIN audit_patient_name ON pseudonym = value)""",
    "decisions": """decision_pseudonym IN (SELECT value FROM json_each(:decisions))
        AND decision_pseudonym <> ''""",
    "about": "about = :about",
    "tenant": "tenant = :tenant",
}
_PUT_ENTRY: Final = "INSERT INTO audit_entry (seq, leaf, leaf_hash) VALUES (?, ?, ?)"
_PUT_INDEX: Final = """
    INSERT INTO audit_index (seq, event, outcome, rules, tenant, client, request_id, request_digest, recorded_at,
                             patient_pseudonym, decision_pseudonym, about, pack_id, pack_version)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_PUT_NAME: Final = "INSERT INTO audit_patient_name (seq, pseudonym) VALUES (?, ?)"
_PUT_PAYLOAD: Final = "INSERT INTO audit_payload (seq, key_id, nonce, ciphertext) VALUES (?, ?, ?, ?)"
_PUT_KEY: Final = f"""
    INSERT INTO data_key ({_KEY_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key_id) DO UPDATE SET
    (subject, nonce, wrapped, wrapped_by, destroyed_by)
    = (excluded.subject, excluded.nonce, excluded.wrapped, excluded.wrapped_by, excluded.destroyed_by)
"""  # noqa: S608
_PUT_TILE: Final = "INSERT OR REPLACE INTO tile (level, idx, hashes) VALUES (?, ?, ?)"
_PUT_CHECKPOINT: Final = "INSERT OR IGNORE INTO checkpoint (size, root, note, signed_at) VALUES (?, ?, ?, ?)"
_PUT_COSIGNATURE: Final = "INSERT OR REPLACE INTO cosignature (size, witness, line) VALUES (?, ?, ?)"
_PUT_META: Final = "INSERT OR REPLACE INTO log_meta (name, value) VALUES (?, ?)"
_DESTROY_KEY: Final = """
    UPDATE data_key SET subject = '', nonce = x'', wrapped = x'', destroyed_by = ?2
    WHERE key_id = ?1 AND destroyed_by IS NULL
"""
_UNDER_KEY: Final = "SELECT seq FROM audit_payload WHERE key_id = ?1 AND erased_by IS NULL"
_BEFORE: Final = "SELECT seq FROM audit_payload WHERE seq < ?1 AND erased_by IS NULL"
_BARE_INDEX: Final = """
    UPDATE audit_index SET outcome = '', rules = '[]', request_digest = '', patient_pseudonym = '',
                           decision_pseudonym = '', about = NULL WHERE seq IN ({})
"""
_NO_NAMES: Final = "DELETE FROM audit_patient_name WHERE seq IN ({})"
_EMPTY_PAYLOAD: Final = (
    "UPDATE audit_payload SET nonce = x'', ciphertext = x'', erased_by = ?2 WHERE seq IN ({})"
)
_UNUSED_KEYS: Final = """
    SELECT key_id FROM data_key k WHERE destroyed_by IS NULL
    AND NOT EXISTS (SELECT 1 FROM audit_payload p WHERE p.key_id = k.key_id AND p.erased_by IS NULL)
"""


class SqliteRows:
    """`Rows` over one connection; errors are those of `apsw`. Whoever writes has opened a transaction."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def _all(self, statement: str, values: tuple[Any, ...] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        # The tables are STRICT, so a column holds what it is declared to hold.
        return self._connection.execute(statement, values).fetchall()

    def _each(self, statement: str, values: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        """Row by row, for a reader that may stop."""
        with closing(self._connection.execute(statement, values)) as cursor:
            yield from cursor

    def head(self) -> Head:
        """As `Rows.head`."""
        return Head(*self._all(_HEAD)[0])

    def requests(self, keys: Collection[RequestKey]) -> dict[RequestKey, int]:
        """As `Rows.requests`."""
        found = self._all(_REQUESTS, (_json(keys),))
        return {(tenant, client, request_id): seq for tenant, client, request_id, seq in found}

    def newest(self, pseudonyms: Collection[str]) -> dict[str, int]:
        """As `Rows.newest`."""
        found = self._all(_NEWEST, (_json(pseudonyms),))
        return {
            name: max(seqs) for name, *both in found if (seqs := [seq for seq in both if seq is not None])
        }

    def evaluations(self, pseudonym: str, most: int) -> list[int]:
        """As `Rows.evaluations`."""
        return [seq for (seq,) in self._all(_EVALUATIONS, (pseudonym, most))]

    def get(self, indexes: Collection[int]) -> dict[int, SealedRecord | Gone]:
        """As `Rows.get`."""
        wanted = _json(indexes)
        names = {
            seq: tuple(name for _, name in rows)
            for seq, rows in groupby(self._all(_NAMES, (wanted,)), key=lambda row: row[0])
        }
        return {row[0]: _record(row, names.get(row[0], ())) for row in self._all(_GET, (wanted,))}

    def keys(self, key_ids: Collection[str]) -> dict[str, WrappedKey]:
        """As `Rows.keys`."""
        return {row[0]: WrappedKey(*row) for row in self._all(_KEYS, (_json(key_ids),))}

    def keys_of(self, subjects: Collection[str]) -> dict[str, WrappedKey]:
        """As `Rows.keys_of`."""
        return {row[1]: WrappedKey(*row) for row in self._all(_KEYS_OF, (_json(subjects),))}

    def all_keys(self, after: str = "") -> Iterator[WrappedKey]:
        """As `Rows.all_keys`."""
        return (WrappedKey(*row) for row in self._each(_ALL_KEYS, (after,)))

    def tile(self, level: int, index: int) -> bytes:
        """As `Rows.tile`."""
        found = self._all(_TILE, (level, index))
        return found[0][0] if found else b""

    def checkpoint(self, most: int | None = None) -> SignedCheckpoint | None:
        """As `Rows.checkpoint`."""
        found = self._all(_CHECKPOINT, (most,))
        return SignedCheckpoint(*found[0]) if found else None

    def checkpoints(self, after: int) -> Iterator[tuple[SignedCheckpoint, tuple[str, ...]]]:
        """As `Rows.checkpoints`."""
        for checkpoint, rows in groupby(self._each(_CHECKPOINTS, (after,)), key=lambda row: row[:4]):
            yield SignedCheckpoint(*checkpoint), tuple(line for *_, line in rows if line is not None)

    def entries(self, first: int, end: int) -> Iterator[Entry]:
        """As `Rows.entries`."""
        for seq, leaf, leaf_hash, key_id, has_payload, erased_by in self._all(_ENTRIES, (first, end)):
            yield Entry(seq, leaf, leaf_hash, key_id, bool(has_payload), erased_by)

    def listed(
        self, selection: Selection, decision_pseudonyms: Collection[str], after: int, most: int
    ) -> list[ListedRecord]:
        """As `Rows.listed`."""
        wanted = _wanted(selection, decision_pseudonyms)
        narrowed = " ".join(f"AND {_NARROWED[name]}" for name in wanted)
        return [
            ListedRecord(seq, event, outcome, _rules(rules), *rest)
            for seq, event, outcome, rules, *rest in self._all(
                _LISTED.format(narrowed=narrowed), {**wanted, "after": after, "most": most}
            )
        ]

    def tenants(self) -> tuple[str, ...]:
        """As `Rows.tenants`."""
        return tuple(
            tenant for (tenant,) in self._all("SELECT DISTINCT tenant FROM audit_index ORDER BY tenant")
        )

    def meta(self) -> dict[str, str]:
        """As `Rows.meta`."""
        return dict(self._all("SELECT name, value FROM log_meta"))

    # --- writing ------------------------------------------------------------------------------

    def put(
        self,
        records: Sequence[SealedRecord],
        new_keys: Sequence[WrappedKey],
        tiles: Mapping[tuple[int, int], bytes],
    ) -> None:
        """As `Rows.put`."""
        many = self._connection.executemany
        self.put_keys(new_keys)
        many(_PUT_ENTRY, [(one.index, one.leaf, one.leaf_hash) for one in records])
        many(_PUT_INDEX, [_index_values(one) for one in records])
        many(_PUT_NAME, [(one.index, name) for one in records for name in one.row.other_pseudonyms])
        many(_PUT_PAYLOAD, [(one.index, one.key_id, one.nonce, one.ciphertext) for one in records])
        self.put_tiles(tiles)

    def put_tiles(self, tiles: Mapping[tuple[int, int], bytes]) -> None:
        """As `Rows.put_tiles`."""
        self._connection.executemany(_PUT_TILE, [(*place, hashes) for place, hashes in tiles.items()])

    def put_checkpoint(self, checkpoint: SignedCheckpoint) -> None:
        """As `Rows.put_checkpoint`."""
        self._all(_PUT_CHECKPOINT, (checkpoint.size, checkpoint.root, checkpoint.note, checkpoint.signed_at))

    def put_cosignature(self, size: int, witness: str, line: str) -> None:
        """As `Rows.put_cosignature`."""
        self._all(_PUT_COSIGNATURE, (size, witness, line))

    def put_keys(self, keys: Sequence[WrappedKey]) -> None:
        """As `Rows.put_keys`."""
        values = [
            (key.key_id, key.subject, key.nonce, key.wrapped, key.wrapped_by, key.destroyed_by)
            for key in keys
        ]
        self._connection.executemany(_PUT_KEY, values)

    def put_meta(self, meta: Mapping[str, str]) -> None:
        """As `Rows.put_meta`."""
        self._connection.executemany(_PUT_META, list(meta.items()))

    def destroy_key(self, key_id: str, by: int) -> None:
        """As `Rows.destroy_key`."""
        self._empty(_UNDER_KEY, key_id, by)
        self._all(_DESTROY_KEY, (key_id, by))

    def prune(self, before: int, by: int) -> None:
        """As `Rows.prune`."""
        self._empty(_BEFORE, before, by)
        for (key_id,) in self._all(_UNUSED_KEYS):
            self._all(_DESTROY_KEY, (key_id, by))

    def _empty(self, chosen: str, value: str | int, by: int) -> None:
        """Empties what was chosen; the payload last, by which the others are chosen."""
        self._all(_BARE_INDEX.format(chosen), (value,))
        self._all(_NO_NAMES.format(chosen), (value,))
        self._all(_EMPTY_PAYLOAD.format(chosen), (value, by))


def _json(values: Collection[Any]) -> str:
    return json.dumps(list(values))


def _wanted(selection: Selection, decision_pseudonyms: Collection[str]) -> dict[str, Any]:
    """The values of the conditions that narrow, by their names in `_NARROWED`."""
    texts = ("since", "until", "outcome", "rule", "pack_id", "pack_version")
    values = {
        **{name: getattr(selection, name) or None for name in texts},
        "events": _json(selection.events) if selection.events else None,
        "patients": _json(selection.patient_pseudonyms) if selection.patient_pseudonyms else None,
        "decisions": _json(decision_pseudonyms) if selection.decision_id else None,
        "about": selection.about,
        "tenant": selection.tenant,
    }
    return {name: value for name, value in values.items() if value is not None}


def _index_values(one: SealedRecord) -> tuple[Any, ...]:
    row = one.row
    return (
        *(one.index, row.event, row.outcome, json.dumps(row.rules), row.tenant, row.client, row.request_id),
        *(row.request_digest, row.recorded_at, row.patient_pseudonym, row.decision_pseudonym),
        *(int(row.about) if row.about else None, one.pack_id, one.pack_version),
    )


def _record(row: tuple[Any, ...], others: tuple[str, ...]) -> SealedRecord | Gone:
    seq, leaf, leaf_hash, key_id, nonce, ciphertext, erased_by, *found = row
    if not ciphertext or erased_by is not None:
        return Gone(seq, erased_by)
    event, outcome, rules, tenant, client, request, digest, recorded_at, patient, decision, about, *pack = (
        found
    )
    about = "" if about is None else str(about)
    names = (tenant, client, request, digest, recorded_at, patient)
    index = IndexRow(event, outcome, _rules(rules), *names, others, decision, about)
    return SealedRecord(seq, leaf, leaf_hash, index, key_id, nonce, ciphertext, *pack)


@lru_cache(maxsize=1024)  # the same rules fire again and again
def _rules(text: str) -> tuple[str, ...]:
    """The rule ids; text that is no list of them becomes one id that no rule has, and is found out."""
    try:
        return tuple(str(rule) for rule in json.loads(text))
    except (ValueError, TypeError):
        return (text,)
