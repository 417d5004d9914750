"""The tables of the audit log in PostgreSQL: their versions, what they refuse by themselves, and to whom."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from pactolus_adapters.audit.key_sources import KEY_FILE, KeyFile
from pactolus_adapters.audit.postgres import PostgresAuditLog, PostgresAuditReader
from pactolus_adapters.audit.postgres_schema import LATEST
from pactolus_adapters.audit.stores import StorePlace, migrated
from pactolus_adapters.tlog.checkpoint import open_checkpoint
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.ports import DestroyKey, PrunePayloads
from tests.contract.audit_log import fixed_clock, new_record
from tests.contract.audit_trail import event
from tests.support.postgres import PostgresServer, migrate_to, query


@pytest.fixture
def database(new_database: Callable[[], str]) -> str:
    """The setting that leads to an empty schema."""
    return new_database()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A data directory that is not there yet."""
    return tmp_path / "data"


# --- the schema --------------------------------------------------------------------------------


_SCHEMA = """
    SELECT 'column', table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema = current_schema()
    UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
    UNION ALL SELECT 'trigger', event_object_table, trigger_name, event_manipulation
    FROM information_schema.triggers WHERE trigger_schema = current_schema()
    UNION ALL SELECT 'function', routine_name, '', '' FROM information_schema.routines
    WHERE routine_schema = current_schema()
"""


def test_an_empty_log_goes_down_step_by_step_and_up_again(database: str) -> None:
    migrate_to(database, LATEST)
    whole = set(query(database, _SCHEMA))
    for version in reversed(range(LATEST)):
        migrate_to(database, version)
        assert set(query(database, _SCHEMA)) < whole
    assert query(database, _SCHEMA) == []
    migrate_to(database, LATEST)
    assert set(query(database, _SCHEMA)) == whole


def test_a_full_log_goes_down_as_far_as_nothing_is_lost_and_up_again(database: str, directory: Path) -> None:
    log = PostgresAuditLog(database, directory, fixed_clock)
    log.append(new_record())
    log.close()
    migrate_to(database, 1)
    with pytest.raises(psycopg.errors.RestrictViolation, match="holds records"):
        migrate_to(database, 0)
    with pytest.raises(AuditUnavailable, match="schema version `1`, expected `2`"):
        PostgresAuditReader(database, fixed_clock, KeyFile(directory / KEY_FILE))
    log = PostgresAuditLog(database, directory, fixed_clock)
    assert log.append(new_record())[0].index == 0
    log.close()
    assert query(database, "SELECT version FROM audit_schema") == [(LATEST,)]


def test_a_store_of_a_later_release_is_refused(database: str, directory: Path) -> None:
    PostgresAuditLog(database, directory, fixed_clock).close()
    query(database, "UPDATE audit_schema SET version = 99")
    with pytest.raises(AuditUnavailable, match="schema version `99`"):
        PostgresAuditLog(database, directory, fixed_clock)


def test_a_log_that_is_not_there_is_not_made_for_a_question(database: str, directory: Path) -> None:
    with pytest.raises(AuditUnavailable, match="no audit store in the database"):
        PostgresAuditLog(database, directory, fixed_clock, makes=False)
    with pytest.raises(AuditUnavailable, match="no audit store in the database"):
        PostgresAuditReader(database, fixed_clock, KeyFile(directory / KEY_FILE))
    assert query(database, _SCHEMA) == []


def test_the_way_down_is_for_a_log_that_nobody_has_open(database: str, directory: Path) -> None:
    place = StorePlace(directory, KeyFile(directory / KEY_FILE), database=database)
    assert (migrated(place, LATEST, fixed_clock), migrated(place, LATEST, fixed_clock)) == (0, LATEST)
    log = PostgresAuditLog(database, directory, fixed_clock)
    log.append(new_record())
    with pytest.raises(AuditUnavailable, match="have the audit log open"):
        migrated(place, 1, fixed_clock)
    log.close()
    assert (migrated(place, 1, fixed_clock), migrated(place, LATEST, fixed_clock)) == (LATEST, 1)
    with pytest.raises(AuditUnavailable, match="a log that holds records is not taken down"):
        migrated(place, 0, fixed_clock)
    with pytest.raises(AuditUnavailable, match="no schema version `3`"):
        migrated(place, 3, fixed_clock)


# --- what the database itself refuses ------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entry SET leaf = ''", "DELETE FROM audit_entry", "TRUNCATE audit_entry CASCADE"],
)
def test_the_database_itself_refuses_to_change_a_commitment(
    database: str, directory: Path, statement: str
) -> None:
    log = PostgresAuditLog(database, directory, fixed_clock)
    log.append(new_record())
    log.close()
    with pytest.raises(psycopg.errors.RestrictViolation):
        query(database, statement)


@pytest.mark.parametrize(
    ("rows", "accepted"),
    [("(1)", True), ("(2), (1)", True), ("(2)", False), ("(1), (3)", False), ("(-1)", False), ("(0)", False)],
)
def test_the_database_itself_refuses_a_gap(database: str, directory: Path, rows: str, accepted: bool) -> None:
    log = PostgresAuditLog(database, directory, fixed_clock)
    log.append(new_record())
    log.close()
    insert = f"INSERT INTO audit_entry SELECT seq, '', sha256('') FROM (VALUES {rows}) AS added (seq)"
    if accepted:
        query(database, insert)
    else:
        with pytest.raises(psycopg.errors.IntegrityError):
            query(database, insert)


@pytest.mark.parametrize(
    "insert",
    [
        "INSERT INTO audit_payload VALUES (0, '', '', '')",
        "INSERT INTO audit_patient_name VALUES (0, 'x')",
        "INSERT INTO audit_index VALUES (0, '', '', '{}', '', '', '', '', '', '', '', NULL, '', '')",
    ],
)
def test_the_database_itself_refuses_a_part_of_no_record(database: str, insert: str) -> None:
    migrate_to(database, LATEST)
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        query(database, insert)


# --- roles -----------------------------------------------------------------------------------------

PAGE = Path(__file__).parents[3] / "docs" / "audit" / "stores.md"


def test_the_role_of_the_page_can_do_all_the_service_does_and_no_more(
    database: str, directory: Path, postgres: PostgresServer
) -> None:
    (grants,) = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    migrate_to(database, LATEST)
    schema = database.rpartition("=")[2].rstrip("'")
    query(
        database,
        f"CREATE ROLE pactolus_service LOGIN; GRANT USAGE ON SCHEMA {schema} TO pactolus_service; {grants}",
    )
    service = database.replace("user=pactolus", "user=pactolus_service")
    log = PostgresAuditLog(service, directory, fixed_clock)
    log.append(replace(new_record(), patient_names=("Patient/p1", "urn:oid:1.2|7")))
    size = open_checkpoint(log.publish(), [NoteVerifier.from_text(log.verifier_key)])[0].size
    log.add_cosignature(size, "witness.example", "— witness.example AAAA")
    log.rebuild_tiles()
    (key_id,) = log.keys_of("north", ("Patient/p1",))
    log.append(event("erasure", change=DestroyKey(key_id)))
    log.append(event("pruning", change=PrunePayloads(1)))
    log.close()
    for statement in ("UPDATE audit_entry SET leaf = ''", "DELETE FROM checkpoint", "DROP TABLE audit_entry",
                      "ALTER TABLE audit_entry DISABLE TRIGGER USER", "UPDATE audit_schema SET version = 1"):  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            query(service, statement)
