"""The audit log in PostgreSQL keeps the contract, and its word when PostgreSQL does not."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from pactolus_adapters.audit.key_sources import KEY_FILE, KeyFile
from pactolus_adapters.audit.postgres import PostgresAuditLog, PostgresAuditReader
from pactolus_adapters.audit.postgres_schema import LATEST
from pactolus_adapters.audit.stores import StorePlace, alone, migrated
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.trail import Selection
from tests.contract.audit_log import AuditLogContract, Clock, fixed_clock, new_record
from tests.contract.audit_trail import AuditTrailContract, MakeTrail
from tests.support.postgres import end_sessions, migrate_to, query


class TestPostgresAuditLog(AuditLogContract, AuditTrailContract):
    """The contract, in PostgreSQL."""

    @pytest.fixture
    def make_log(self, new_database: Callable[[], str], tmp_path: Path) -> Iterator[MakeTrail]:
        made: list[PostgresAuditLog] = []
        numbers = count()

        def make(clock: Clock) -> PostgresAuditLog:
            made.append(PostgresAuditLog(new_database(), tmp_path / str(next(numbers)), clock))
            return made[-1]

        yield make
        for log in made:
            log.close()


# --- over restarts -----------------------------------------------------------------------------


def test_a_log_goes_on_where_it_was_closed(database: str, directory: Path) -> None:
    first = PostgresAuditLog(database, directory, fixed_clock, origin="example.org/log")
    receipt, answer = first.append(new_record())
    first.close()
    second = PostgresAuditLog(database, directory, fixed_clock)
    assert second.origin == "example.org/log"
    assert second.append(new_record()) == (receipt, answer)
    assert second.append(new_record("request-2"))[0].index == 1
    second.close()
    with pytest.raises(AuditUnavailable, match="another `origin`"):
        PostgresAuditLog(database, directory, fixed_clock, origin="example.org/other")


def test_a_log_is_read_beside_its_writer(database: str, directory: Path) -> None:
    log = PostgresAuditLog(database, directory, fixed_clock)
    reader = PostgresAuditReader(database, fixed_clock, KeyFile(directory / KEY_FILE))
    log.append(new_record())
    assert reader.read(0).input == new_record().input
    assert (reader.origin, reader.verifier_key) == (log.origin, log.verifier_key)
    log.close()
    assert len(list(reader.checkpoints())) == 1
    reader.close()
    with pytest.raises(AuditUnavailable, match="closed"):
        reader.size()


@pytest.mark.parametrize("name", ["rule", "outcome", "pack_id", "pack_version"])
def test_a_question_with_a_character_that_no_text_can_hold_finds_nothing(
    database: str, directory: Path, name: str
) -> None:
    log = PostgresAuditLog(database, directory, fixed_clock)
    log.append(new_record())
    assert log.listed(Selection(**{name: "a\0"}), -1, 10) == []
    log.close()


def test_torn_tiles_are_made_anew_and_altered_records_are_refused(database: str, directory: Path) -> None:
    log = PostgresAuditLog(database, directory, fixed_clock)
    for number in range(3):
        log.append(new_record(str(number)))
    root = log.root(3)
    log.close()
    query(database, "DELETE FROM tile")
    log = PostgresAuditLog(database, directory, fixed_clock)
    assert log.root(3) == root
    log.close()
    query(
        database,
        "ALTER TABLE audit_entry DISABLE TRIGGER USER; UPDATE audit_entry SET leaf_hash = sha256('x') WHERE seq = 1",
    )
    with pytest.raises(AuditUnavailable, match="not those that its last checkpoint was signed for"):
        PostgresAuditLog(database, directory, fixed_clock)


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


def test_work_on_the_whole_store_is_for_one_who_is_alone(database: str, directory: Path) -> None:
    place = StorePlace(directory, KeyFile(directory / KEY_FILE), database=database)
    log = PostgresAuditLog(database, directory, fixed_clock)
    with pytest.raises(AuditUnavailable, match="have the audit log open"), alone(place):
        pytest.fail("somebody has it open")
    end_sessions(database)
    with alone(place) as rows:
        rows.put_meta({"key_check": "another"})
    # The process that had it open notices that the key has changed meanwhile.
    with pytest.raises(AuditUnavailable, match="another key-encryption key now"):
        log.append(new_record())
    log.close()
    with pytest.raises(ZeroDivisionError), alone(place) as rows:
        rows.put_meta({"key_check": "a third"})
        raise ZeroDivisionError
    with alone(place) as rows:
        assert rows.meta()["key_check"] == "another"


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
