"""The tables of a SQLite audit log as `Rows`. Every statement of the running store is here."""

import json
from dataclasses import replace
from typing import Any, Final

import apsw

from pactolus_adapters.audit.keys import WrappedKey
from pactolus_adapters.audit.seal import IndexRow, SealedRecord

__all__ = ["SqliteRows"]

_SIZE: Final = "SELECT coalesce(max(seq) + 1, 0) FROM audit_entry"
# `request_id <> ''` lets the partial unique index serve the search.
_FIND: Final = """
    SELECT seq FROM audit_index WHERE tenant = ? AND client = ? AND request_id = ? AND request_id <> ''
"""
_GET: Final = """
    SELECT e.leaf, e.leaf_hash, p.key_id, p.nonce, p.ciphertext,
           i.event, i.outcome, i.rules, i.tenant, i.client, i.request_id, i.request_digest,
           i.recorded_at, i.patient_pseudonym
    FROM audit_entry e JOIN audit_index i USING (seq) JOIN audit_payload p USING (seq)
    WHERE e.seq = ?
"""
_EVALUATIONS: Final = """
    SELECT seq FROM audit_index
    WHERE patient_pseudonym = ?1 AND patient_pseudonym <> '' AND event = 'evaluation'
    UNION
    SELECT n.seq FROM audit_patient_name n JOIN audit_index i USING (seq)
    WHERE n.pseudonym = ?1 AND i.event = 'evaluation'
    ORDER BY seq DESC LIMIT ?2
"""
_NAMES: Final = "SELECT pseudonym FROM audit_patient_name WHERE seq = ? ORDER BY pseudonym"
_PUT_NAME: Final = "INSERT INTO audit_patient_name (seq, pseudonym) VALUES (?, ?)"
_KEY: Final = "SELECT key_id, subject, nonce, wrapped FROM data_key WHERE key_id = ?"
_KEY_OF: Final = "SELECT key_id, subject, nonce, wrapped FROM data_key WHERE subject = ? AND subject <> ''"
_PUT_KEY: Final = "INSERT INTO data_key (key_id, subject, nonce, wrapped) VALUES (?, ?, ?, ?)"
_PUT_ENTRY: Final = "INSERT INTO audit_entry (seq, leaf, leaf_hash) VALUES (?, ?, ?)"
_PUT_INDEX: Final = """
    INSERT INTO audit_index (seq, event, outcome, rules, tenant, client, request_id, request_digest,
                             recorded_at, patient_pseudonym)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_PUT_PAYLOAD: Final = "INSERT INTO audit_payload (seq, key_id, nonce, ciphertext) VALUES (?, ?, ?, ?)"


class SqliteRows:
    """`Rows` over one connection; errors are those of `apsw`."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def _all(self, statement: str, values: tuple[str | int, ...]) -> list[tuple[Any, ...]]:
        # The tables are STRICT, so a column holds what it is declared to hold.
        return self._connection.execute(statement, values).fetchall()

    def size(self) -> int:
        """As `Rows.size`."""
        return int(self._all(_SIZE, ())[0][0])

    def find(self, tenant: str, client: str, request_id: str) -> int | None:
        """As `Rows.find`."""
        found = self._all(_FIND, (tenant, client, request_id))
        return int(found[0][0]) if found else None

    def evaluations(self, pseudonym: str, most: int) -> list[int]:
        """As `Rows.evaluations`."""
        return [int(seq) for (seq,) in self._all(_EVALUATIONS, (pseudonym, most))]

    def get(self, index: int) -> SealedRecord | None:
        """As `Rows.get`."""
        found = self._all(_GET, (index,))
        if not found:
            return None
        leaf, leaf_hash, key_id, nonce, ciphertext, event, outcome, rules, *names = found[0]
        others = tuple(str(name) for (name,) in self._all(_NAMES, (index,)))
        row = replace(IndexRow(event, outcome, _rules(rules), *names), other_pseudonyms=others)
        return SealedRecord(index, leaf, leaf_hash, row, key_id, nonce, ciphertext)

    def key(self, key_id: str) -> WrappedKey | None:
        """As `Rows.key`."""
        return self._one_key(_KEY, key_id)

    def key_of(self, subject: str) -> WrappedKey | None:
        """As `Rows.key_of`."""
        return self._one_key(_KEY_OF, subject)

    def _one_key(self, statement: str, name: str) -> WrappedKey | None:
        found = self._all(statement, (name,))
        return WrappedKey(*found[0]) if found else None

    def put(self, sealed: SealedRecord, new_key: WrappedKey | None) -> None:
        """As `Rows.put`; the caller has opened a transaction."""
        execute, row = self._connection.execute, sealed.row
        if new_key is not None:
            execute(_PUT_KEY, (new_key.key_id, new_key.subject, new_key.nonce, new_key.wrapped))
        execute(_PUT_ENTRY, (sealed.index, sealed.leaf, sealed.leaf_hash))
        names = (row.event, row.outcome, json.dumps(row.rules), row.tenant, row.client, row.request_id)
        execute(
            _PUT_INDEX,
            (sealed.index, *names, row.request_digest, row.recorded_at, row.patient_pseudonym),
        )
        for name in row.other_pseudonyms:
            execute(_PUT_NAME, (sealed.index, name))
        execute(_PUT_PAYLOAD, (sealed.index, sealed.key_id, sealed.nonce, sealed.ciphertext))


def _rules(text: str) -> tuple[str, ...]:
    """The rule ids; text that is no list of them becomes one id that no rule has, and is found out."""
    try:
        return tuple(str(rule) for rule in json.loads(text))
    except (ValueError, TypeError):
        return (text,)
