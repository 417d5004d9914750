"""The tables of an audit log in PostgreSQL as `Rows`. Every statement of the running store is here."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count, groupby
from typing import Any, Final

import psycopg

from pactolus_adapters.audit.keys import WrappedKey
from pactolus_adapters.audit.postgres_search import search
from pactolus_adapters.audit.postgres_text import kept, told
from pactolus_adapters.audit.rows import Gone, Head, RequestKey, SignedCheckpoint
from pactolus_adapters.audit.seal import IndexRow, SealedRecord
from pactolus_engine.trail import Entry, ListedRecord, Selection

__all__ = ["PostgresRows"]

_HEAD: Final = """
    SELECT coalesce(max(seq) + 1, 0), coalesce((SELECT recorded_at FROM audit_index ORDER BY seq DESC LIMIT 1), '')
    FROM audit_entry
"""
_REQUESTS: Final = """
    SELECT tenant, client, request_id, seq
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS w (tenant, client, request_id)
    JOIN audit_index i USING (tenant, client, request_id) WHERE i.request_id <> ''
"""
_NEWEST: Final = """
    SELECT w.name,
           (SELECT seq FROM audit_index
            WHERE patient_pseudonym = w.name AND patient_pseudonym <> '' AND event = 'evaluation'
            ORDER BY seq DESC LIMIT 1),
           (SELECT n.seq FROM audit_patient_name n JOIN audit_index i USING (seq)
            WHERE n.pseudonym = w.name AND i.event = 'evaluation' ORDER BY n.seq DESC LIMIT 1)
    FROM unnest(%s::text[]) AS w (name)
"""
_EVALUATIONS: Final = """
    SELECT seq FROM audit_index
    WHERE patient_pseudonym = %(name)s AND patient_pseudonym <> '' AND event = 'evaluation'
    UNION
    SELECT n.seq FROM audit_patient_name n JOIN audit_index i USING (seq)
    WHERE n.pseudonym = %(name)s AND i.event = 'evaluation'
    ORDER BY seq DESC LIMIT %(most)s
"""
_GET: Final = """
    SELECT e.seq, e.leaf, e.leaf_hash, p.key_id, p.nonce, p.ciphertext, p.erased_by,
           i.event, i.outcome, i.rules, i.tenant, i.client, i.request_id, i.request_digest, i.recorded_at,
           i.patient_pseudonym, i.decision_pseudonym, i.about, i.pack_id, i.pack_version
    FROM audit_entry e JOIN audit_index i USING (seq) JOIN audit_payload p USING (seq)
    WHERE e.seq = ANY(%s::bigint[]) ORDER BY e.seq
"""
_NAMES: Final = """
    SELECT seq, pseudonym FROM audit_patient_name WHERE seq = ANY(%s::bigint[]) ORDER BY seq, pseudonym
"""
_KEY_COLUMNS: Final = "key_id, subject, nonce, wrapped, wrapped_by, destroyed_by"
_KEYS: Final = f"SELECT {_KEY_COLUMNS} FROM data_key WHERE key_id = ANY(%s::text[])"  # noqa: S608
_KEYS_OF: Final = f"SELECT {_KEY_COLUMNS} FROM data_key WHERE subject = ANY(%s::text[]) AND subject <> ''"  # noqa: S608
_ALL_KEYS: Final = f"SELECT {_KEY_COLUMNS} FROM data_key WHERE key_id > %s ORDER BY key_id"  # noqa: S608
_TILE: Final = "SELECT hashes FROM tile WHERE level = %s AND idx = %s"
_CHECKPOINT: Final = """
    SELECT size, root, note, signed_at FROM checkpoint WHERE size <= coalesce(%s::bigint, size)
    ORDER BY size DESC LIMIT 1
"""
_CHECKPOINTS: Final = """
    SELECT size, root, note, signed_at, line FROM checkpoint LEFT JOIN cosignature USING (size)
    WHERE size > %s ORDER BY size, witness
"""
_ENTRIES: Final = """
    SELECT e.seq, e.leaf, e.leaf_hash, coalesce(p.key_id, ''), coalesce(length(p.ciphertext), 0) > 0, p.erased_by
    FROM audit_entry e LEFT JOIN audit_payload p USING (seq) WHERE e.seq >= %s AND e.seq < %s ORDER BY e.seq
"""
_ENTRY_COLUMNS: Final = "seq int8, leaf bytea, leaf_hash bytea"
_INDEX_COLUMNS: Final = (
    "seq int8, event text, outcome text, rules text[], tenant text, client text, request_id text, "
    "request_digest text, recorded_at text, patient_pseudonym text, decision_pseudonym text, about int8, "
    "pack_id text, pack_version text"
)
_NAME_COLUMNS: Final = "seq int8, pseudonym text"
_PAYLOAD_COLUMNS: Final = "seq int8, key_id text, nonce bytea, ciphertext bytea"
_DATA_KEY_COLUMNS: Final = (
    "key_id text, subject text, nonce bytea, wrapped bytea, wrapped_by text, destroyed_by int8"
)
_PUT_KEY: Final = f"""
    INSERT INTO data_key ({_KEY_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (key_id) DO UPDATE SET
    (subject, nonce, wrapped, wrapped_by, destroyed_by)
    = (excluded.subject, excluded.nonce, excluded.wrapped, excluded.wrapped_by, excluded.destroyed_by)
"""  # noqa: S608
_PUT_TILE: Final = """
    INSERT INTO tile (level, idx, hashes) VALUES (%s, %s, %s)
    ON CONFLICT (level, idx) DO UPDATE SET hashes = excluded.hashes
"""
_PUT_CHECKPOINT: Final = """
    INSERT INTO checkpoint (size, root, note, signed_at) VALUES (%s, %s, %s, %s) ON CONFLICT (size) DO NOTHING
"""
_PUT_COSIGNATURE: Final = """
    INSERT INTO cosignature (size, witness, line) VALUES (%s, %s, %s)
    ON CONFLICT (size, witness) DO UPDATE SET line = excluded.line
"""
_PUT_META: Final = """
    INSERT INTO log_meta (name, value) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
_DESTROY_KEYS: Final = """
    UPDATE data_key SET subject = '', nonce = '', wrapped = '', destroyed_by = %s
    WHERE key_id = ANY(%s::text[]) AND destroyed_by IS NULL
"""
_UNDER_KEY: Final = "SELECT seq FROM audit_payload WHERE key_id = %(chosen)s AND erased_by IS NULL"
_BEFORE: Final = "SELECT seq FROM audit_payload WHERE seq < %(chosen)s AND erased_by IS NULL"
_BARE_INDEX: Final = """
    UPDATE audit_index SET outcome = '', rules = '{{}}', request_digest = '', patient_pseudonym = '',
                           decision_pseudonym = '', about = NULL WHERE seq IN ({})
"""
_NO_NAMES: Final = "DELETE FROM audit_patient_name WHERE seq IN ({})"
_EMPTY_PAYLOAD: Final = (
    "UPDATE audit_payload SET nonce = '', ciphertext = '', erased_by = %(by)s WHERE seq IN ({})"
)
_UNUSED_KEYS: Final = """
    SELECT key_id FROM data_key k WHERE destroyed_by IS NULL
    AND NOT EXISTS (SELECT FROM audit_payload p WHERE p.key_id = k.key_id AND p.erased_by IS NULL)
"""


class PostgresRows:
    """`Rows` over one session; errors are those of `psycopg`. Whoever writes holds the lock of the log."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor(binary=True)
        self._numbers = count()

    def _all(self, statement: str, values: tuple[Any, ...] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        return self._cursor.execute(statement.encode(), values).fetchall()

    def _each(self, statement: str, values: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        """Row by row, for a reader that may stop."""
        with self._connection.cursor(f"each_{next(self._numbers)}", binary=True) as cursor:
            yield from cursor.execute(statement.encode(), values)

    def head(self) -> Head:
        """As `Rows.head`."""
        return Head(*self._all(_HEAD)[0])

    def requests(self, keys: Collection[RequestKey]) -> dict[RequestKey, int]:
        """As `Rows.requests`."""
        columns = tuple([kept(part) for part in column] for column in zip(*keys, strict=True))
        found = self._all(_REQUESTS, columns) if columns else []
        return {(told(tenant), told(client), told(request)): seq for tenant, client, request, seq in found}

    def newest(self, pseudonyms: Collection[str]) -> dict[str, int]:
        """As `Rows.newest`."""
        found = self._all(_NEWEST, (list(pseudonyms),))
        return {
            name: max(seqs) for name, *both in found if (seqs := [seq for seq in both if seq is not None])
        }

    def evaluations(self, pseudonym: str, most: int) -> list[int]:
        """As `Rows.evaluations`."""
        return [seq for (seq,) in self._all(_EVALUATIONS, {"name": pseudonym, "most": most})]

    def get(self, indexes: Collection[int]) -> dict[int, SealedRecord | Gone]:
        """As `Rows.get`."""
        wanted = (list(indexes),)
        names = {
            seq: tuple(name for _, name in rows)
            for seq, rows in groupby(self._all(_NAMES, wanted), key=lambda row: row[0])
        }
        return {row[0]: _record(row, names.get(row[0], ())) for row in self._all(_GET, wanted)}

    def keys(self, key_ids: Collection[str]) -> dict[str, WrappedKey]:
        """As `Rows.keys`."""
        return {row[0]: WrappedKey(*row) for row in self._all(_KEYS, (list(key_ids),))}

    def keys_of(self, subjects: Collection[str]) -> dict[str, WrappedKey]:
        """As `Rows.keys_of`."""
        return {row[1]: WrappedKey(*row) for row in self._all(_KEYS_OF, (list(subjects),))}

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
        return (Entry(*row) for row in self._all(_ENTRIES, (first, end)))

    def listed(
        self, selection: Selection, decision_pseudonyms: Collection[str], after: int, most: int
    ) -> list[ListedRecord]:
        """As `Rows.listed`."""
        found = self._all(*search(selection, decision_pseudonyms, after, most))
        return [
            ListedRecord(seq, event, outcome, tuple(rules), told(tenant), told(client), told(request), *rest)
            for seq, event, outcome, rules, tenant, client, request, *rest in found
        ]

    def tenants(self) -> tuple[str, ...]:
        """As `Rows.tenants`."""
        return tuple(
            sorted(told(tenant) for (tenant,) in self._all("SELECT DISTINCT tenant FROM audit_index"))
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
        self._copy("data_key", _DATA_KEY_COLUMNS, [_key_values(key) for key in new_keys])
        self._copy("audit_entry", _ENTRY_COLUMNS, [(one.index, one.leaf, one.leaf_hash) for one in records])
        self._copy("audit_index", _INDEX_COLUMNS, [_index_values(one) for one in records])
        names = [(one.index, name) for one in records for name in one.row.other_pseudonyms]
        self._copy("audit_patient_name", _NAME_COLUMNS, names)
        payloads = [(one.index, one.key_id, one.nonce, one.ciphertext) for one in records]
        self._copy("audit_payload", _PAYLOAD_COLUMNS, payloads)
        self.put_tiles(tiles)

    def put_tiles(self, tiles: Mapping[tuple[int, int], bytes]) -> None:
        """As `Rows.put_tiles`."""
        self._cursor.executemany(_PUT_TILE, [(*place, hashes) for place, hashes in tiles.items()])

    def put_checkpoint(self, checkpoint: SignedCheckpoint) -> None:
        """As `Rows.put_checkpoint`."""
        values = (checkpoint.size, checkpoint.root, checkpoint.note, checkpoint.signed_at)
        self._cursor.execute(_PUT_CHECKPOINT, values)

    def put_cosignature(self, size: int, witness: str, line: str) -> None:
        """As `Rows.put_cosignature`."""
        self._cursor.execute(_PUT_COSIGNATURE, (size, witness, line))

    def put_keys(self, keys: Sequence[WrappedKey]) -> None:
        """As `Rows.put_keys`."""
        self._cursor.executemany(_PUT_KEY, [_key_values(key) for key in keys])

    def put_meta(self, meta: Mapping[str, str]) -> None:
        """As `Rows.put_meta`."""
        self._cursor.executemany(_PUT_META, list(meta.items()))

    def destroy_key(self, key_id: str, by: int) -> None:
        """As `Rows.destroy_key`."""
        self._empty(_UNDER_KEY, key_id, by)
        self._cursor.execute(_DESTROY_KEYS, (by, [key_id]))

    def prune(self, before: int, by: int) -> None:
        """As `Rows.prune`."""
        self._empty(_BEFORE, before, by)
        unused = [key_id for (key_id,) in self._all(_UNUSED_KEYS)]
        self._cursor.execute(_DESTROY_KEYS, (by, unused))

    def _empty(self, chosen: str, value: str | int, by: int) -> None:
        """Empties what was chosen; the payload last, by which the others are chosen."""
        for statement in (_BARE_INDEX, _NO_NAMES, _EMPTY_PAYLOAD):
            self._cursor.execute(statement.format(chosen).encode(), {"chosen": value, "by": by})

    def _copy(self, table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Adds rows whose values have exactly the types of `columns`."""
        if not rows:
            return
        names, types = zip(*(column.split() for column in columns.split(", ")), strict=True)
        statement = f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)"
        with self._cursor.copy(statement.encode()) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)


def _key_values(key: WrappedKey) -> tuple[Any, ...]:
    return (key.key_id, key.subject, key.nonce, key.wrapped, key.wrapped_by, key.destroyed_by)


def _index_values(one: SealedRecord) -> tuple[Any, ...]:
    row = one.row
    return (
        *(one.index, row.event, row.outcome, list(row.rules), kept(row.tenant), kept(row.client)),
        *(kept(row.request_id), row.request_digest, row.recorded_at, row.patient_pseudonym),
        *(row.decision_pseudonym, int(row.about) if row.about else None, one.pack_id, one.pack_version),
    )


def _record(row: tuple[Any, ...], others: tuple[str, ...]) -> SealedRecord | Gone:
    seq, leaf, leaf_hash, key_id, nonce, ciphertext, erased_by, *found = row
    if not ciphertext or erased_by is not None:
        return Gone(seq, erased_by)
    event, outcome, rules, tenant, client, request, digest, recorded_at, patient, decision, about, *pack = (
        found
    )
    about = "" if about is None else str(about)
    names = (told(tenant), told(client), told(request), digest, recorded_at, patient)
    index = IndexRow(event, outcome, tuple(rules), *names, others, decision, about)
    return SealedRecord(seq, leaf, leaf_hash, index, key_id, nonce, ciphertext, *pack)
