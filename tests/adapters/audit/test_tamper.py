"""Every column of every table: altered on disk, noticed on reading."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from pactolus_adapters.audit.sqlite import SqliteAuditLog, SqliteAuditReader
from pactolus_adapters.audit.sqlite_open import DATABASE_FILE
from pactolus_engine.errors import AuditUnavailable, RecordGone
from tests.contract.audit_log import fixed_clock, new_record

RECORDS = 3
ALTERED = 1

COLUMNS = {
    "audit_entry": ("seq", "leaf", "leaf_hash"),
    "audit_index": (
        *("seq", "event", "outcome", "rules", "tenant", "client", "request_id", "request_digest"),
        *("recorded_at", "patient_pseudonym", "decision_pseudonym", "about", "pack_id", "pack_version"),
    ),
    "audit_patient_name": ("seq", "pseudonym"),
    "audit_payload": ("seq", "key_id", "nonce", "ciphertext", "erased_by"),
    "checkpoint": ("size", "root", "note", "signed_at"),
    "cosignature": ("size", "witness", "line"),
    "data_key": ("key_id", "subject", "nonce", "wrapped", "wrapped_by", "destroyed_by"),
    "log_meta": ("name", "value"),
    "tile": ("level", "idx", "hashes"),
}
OF_THE_TREE = {"checkpoint", "cosignature", "tile"}
"""A record is read without them; that they are whole is seen when something is proved."""

OTHER_VALUE = {
    "seq": "seq + 1000",
    "leaf": "CAST(replace(CAST(leaf AS TEXT), '1.0.0', '1.0.1') AS BLOB)",
    "leaf_hash": "zeroblob(32)",
    "nonce": "zeroblob(12)",
    "ciphertext": "CAST(substr(ciphertext, 1, length(ciphertext) - 1) AS BLOB)",
    "wrapped": "zeroblob(length(wrapped))",
    **dict.fromkeys(("about", "erased_by", "destroyed_by"), "7"),
}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A closed store of three records about three patients."""
    log = SqliteAuditLog(tmp_path / "data", fixed_clock)
    for number in range(RECORDS):
        record = new_record(f"request-{number}", about=str(number).encode(), patient=f"Patient/p{number}")
        log.append(replace(record, patient_names=(f"Patient/p{number}", f"urn:oid:1|{number}")))
    log.close()
    return tmp_path / "data"


def _as_root(directory: Path, *statements: str) -> list[tuple[object, ...]]:
    """What somebody can do who may write to the file: no triggers, no foreign keys."""
    connection = apsw.Connection(str(directory / DATABASE_FILE))
    try:
        triggers = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        return [row for statement in statements for row in connection.execute(statement)]
    finally:
        connection.close()


def _cases() -> Iterator[tuple[str, str]]:
    for table, columns in COLUMNS.items():
        for column in columns:
            if table not in {"log_meta", *OF_THE_TREE}:
                yield table, column


def test_the_cases_are_all_columns_of_all_tables(directory: Path) -> None:
    tables = [
        str(name) for (name,) in _as_root(directory, "SELECT name FROM sqlite_schema WHERE type = 'table'")
    ]
    found = {
        table: tuple(row[1] for row in _as_root(directory, f"PRAGMA table_info({table})")) for table in tables
    }
    assert found == COLUMNS


def _which(table: str) -> str:
    if table == "data_key":
        return f"key_id = (SELECT key_id FROM audit_payload WHERE seq = {ALTERED})"
    return f"seq = {ALTERED}"


def _check_only_the_altered_fails(directory: Path) -> None:
    log = SqliteAuditReader(directory, fixed_clock)
    for index in range(RECORDS):
        if index == ALTERED:
            with pytest.raises((AuditUnavailable, RecordGone)):
                log.read(index)
        else:
            assert log.read(index).index == index
    log.close()


@pytest.mark.parametrize(("table", "column"), list(_cases()))
def test_an_altered_column_is_noticed(directory: Path, table: str, column: str) -> None:
    value = OTHER_VALUE.get(column, f"{column} || 'x'")
    _as_root(directory, f"UPDATE {table} SET {column} = {value} WHERE {_which(table)}")
    _check_only_the_altered_fails(directory)


@pytest.mark.parametrize("rules", ["[]", "{", "null", '["offer-isa-krd-x6"]'])
def test_altered_rules_are_noticed(directory: Path, rules: str) -> None:
    _as_root(directory, f"UPDATE audit_index SET rules = '{rules}' WHERE seq = {ALTERED}")
    _check_only_the_altered_fails(directory)


@pytest.mark.parametrize("table", ["audit_index", "audit_payload", "audit_patient_name"])
def test_a_deleted_row_is_noticed(directory: Path, table: str) -> None:
    _as_root(directory, f"DELETE FROM {table} WHERE seq = {ALTERED}")
    _check_only_the_altered_fails(directory)


def test_a_gap_is_noticed(directory: Path) -> None:
    _as_root(directory, f"DELETE FROM audit_entry WHERE seq = {ALTERED}")
    _check_only_the_altered_fails(directory)


@pytest.mark.parametrize("table", ["audit_entry", "audit_payload"])
def test_exchanged_rows_are_noticed(directory: Path, table: str) -> None:
    _as_root(
        directory,
        f"UPDATE {table} SET seq = 99 WHERE seq = 0",
        f"UPDATE {table} SET seq = 0 WHERE seq = 1",
        f"UPDATE {table} SET seq = 1 WHERE seq = 99",
    )
    log = SqliteAuditReader(directory, fixed_clock)
    for index in (0, 1):
        with pytest.raises(AuditUnavailable):
            log.read(index)
    assert log.read(2).index == 2
    log.close()


@pytest.mark.parametrize("name", ["origin", "key_check", "pseudonym_key", "verifier_key"])
@pytest.mark.parametrize("change", ["SET value = value || 'x'", "SET name = name || 'x'"])
def test_an_altered_name_of_the_log_is_noticed(directory: Path, name: str, change: str) -> None:
    _as_root(directory, f"UPDATE log_meta {change} WHERE name = '{name}'")
    with pytest.raises(AuditUnavailable):
        log = SqliteAuditLog(directory, fixed_clock)
        log.close()
        log = SqliteAuditLog(directory, fixed_clock)
        log.read(0)


def test_a_repeated_request_is_not_answered_from_an_altered_record(directory: Path) -> None:
    _as_root(directory, f"UPDATE audit_index SET request_digest = 'x' WHERE seq = {ALTERED}")
    record = new_record(f"request-{ALTERED}", about=str(ALTERED).encode())
    log = SqliteAuditLog(directory, fixed_clock)
    with pytest.raises(AuditUnavailable):
        log.append(record)
    assert log.size() == RECORDS
    log.close()
