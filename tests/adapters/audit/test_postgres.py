"""The audit log in PostgreSQL keeps the contract, and its word when PostgreSQL does not."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import psycopg
import pytest

from pactolus_adapters.audit.key_sources import KEY_FILE, KeyFile
from pactolus_adapters.audit.postgres import PostgresAuditLog, PostgresAuditReader
from pactolus_adapters.audit.postgres_open import lock_log, open_writer
from pactolus_adapters.audit.postgres_schema import LATEST, migrate
from pactolus_adapters.audit.signing_file import SIGNING_FILE
from pactolus_adapters.audit.stores import StorePlace, alone, migrated
from pactolus_adapters.tlog.checkpoint import open_checkpoint
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.ports import DestroyKey, PrunePayloads
from pactolus_engine.trail import Selection
from tests.contract.audit_log import AuditLogContract, Clock, fixed_clock, new_record
from tests.contract.audit_trail import AuditTrailContract, MakeTrail, event
from tests.support.postgres import PostgresServer, running_postgres
from tests.support.process import until


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


@pytest.fixture
def database(new_database: Callable[[], str]) -> str:
    """The setting that leads to an empty schema."""
    return new_database()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A data directory that is not there yet."""
    return tmp_path / "data"


def _query(database: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def _migrate(database: str, version: int) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection, version)


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
    _query(database, "DELETE FROM tile")
    log = PostgresAuditLog(database, directory, fixed_clock)
    assert log.root(3) == root
    log.close()
    _query(
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
    _migrate(database, LATEST)
    whole = set(_query(database, _SCHEMA))
    for version in reversed(range(LATEST)):
        _migrate(database, version)
        assert set(_query(database, _SCHEMA)) < whole
    assert _query(database, _SCHEMA) == []
    _migrate(database, LATEST)
    assert set(_query(database, _SCHEMA)) == whole


def test_a_full_log_goes_down_as_far_as_nothing_is_lost_and_up_again(database: str, directory: Path) -> None:
    log = PostgresAuditLog(database, directory, fixed_clock)
    log.append(new_record())
    log.close()
    _migrate(database, 1)
    with pytest.raises(psycopg.errors.RestrictViolation, match="holds records"):
        _migrate(database, 0)
    with pytest.raises(AuditUnavailable, match="schema version `1`, expected `2`"):
        PostgresAuditReader(database, fixed_clock, KeyFile(directory / KEY_FILE))
    log = PostgresAuditLog(database, directory, fixed_clock)
    assert log.append(new_record())[0].index == 0
    log.close()
    assert _query(database, "SELECT version FROM audit_schema") == [(LATEST,)]


def test_a_store_of_a_later_release_is_refused(database: str, directory: Path) -> None:
    PostgresAuditLog(database, directory, fixed_clock).close()
    _query(database, "UPDATE audit_schema SET version = 99")
    with pytest.raises(AuditUnavailable, match="schema version `99`"):
        PostgresAuditLog(database, directory, fixed_clock)


def test_a_log_that_is_not_there_is_not_made_for_a_question(database: str, directory: Path) -> None:
    with pytest.raises(AuditUnavailable, match="no audit store in the database"):
        PostgresAuditLog(database, directory, fixed_clock, makes=False)
    with pytest.raises(AuditUnavailable, match="no audit store in the database"):
        PostgresAuditReader(database, fixed_clock, KeyFile(directory / KEY_FILE))
    assert _query(database, _SCHEMA) == []


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
    _end_sessions(database)
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


def _end_sessions(database: str) -> None:
    _query(
        database,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE application_name = 'pactolus' AND pid <> pg_backend_pid()",
    )


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
        _query(database, statement)


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
        _query(database, insert)
    else:
        with pytest.raises(psycopg.errors.IntegrityError):
            _query(database, insert)


@pytest.mark.parametrize(
    "insert",
    [
        "INSERT INTO audit_payload VALUES (0, '', '', '')",
        "INSERT INTO audit_patient_name VALUES (0, 'x')",
        "INSERT INTO audit_index VALUES (0, '', '', '{}', '', '', '', '', '', '', '', NULL, '', '')",
    ],
)
def test_the_database_itself_refuses_a_part_of_no_record(database: str, insert: str) -> None:
    _migrate(database, LATEST)
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        _query(database, insert)


# --- what PostgreSQL must promise ----------------------------------------------------------------


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_may_lose_what_it_acknowledged_is_refused(
    database: str, directory: Path, postgres: PostgresServer, setting: str
) -> None:
    """Also while the log is open; and it goes on when the setting is mended."""
    log = PostgresAuditLog(database, directory, fixed_clock)
    with _altered(postgres, setting, "off"):
        assert until(lambda: not _takes(log), 10)
        with pytest.raises(AuditUnavailable, match=f"`{setting} = off`"):
            PostgresAuditLog(database, directory, fixed_clock)
    assert until(lambda: _takes(log), 10)
    log.close()


@contextmanager
def _altered(postgres: PostgresServer, setting: str, value: str) -> Iterator[None]:
    with psycopg.connect(postgres.database(), autocommit=True) as connection:
        connection.execute(f"ALTER SYSTEM SET {setting} = {value}".encode())
        connection.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            connection.execute(f"ALTER SYSTEM RESET {setting}".encode())
            connection.execute("SELECT pg_reload_conf()")


def _takes(log: PostgresAuditLog) -> bool:
    try:
        log.append(new_record(""))
    except AuditUnavailable:
        return False
    return True


@pytest.mark.parametrize(
    ("chosen", "used"), [("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")]
)
def test_commits_wait_for_the_disk_whatever_the_role_is_set_to(database: str, chosen: str, used: str) -> None:
    _migrate(database, LATEST)
    with open_writer(f"{database[:-1]} -c synchronous_commit={chosen}'") as connection:
        lock_log(connection)
        assert connection.execute("SHOW synchronous_commit").fetchall() == [(used,)]
        connection.execute("SET synchronous_commit = off")
        with pytest.raises(AuditUnavailable, match="`synchronous_commit = off`"):
            lock_log(connection)


# --- keys and passwords ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", [KEY_FILE, SIGNING_FILE])
def test_a_process_with_other_keys_is_told_that_all_need_the_same(
    database: str, directory: Path, tmp_path: Path, name: str
) -> None:
    PostgresAuditLog(database, directory, fixed_clock).close()
    with pytest.raises(
        AuditUnavailable, match=r"is missing.*all processes that share a log need the same keys"
    ):
        PostgresAuditLog(database, tmp_path / "empty", fixed_clock)
    other = tmp_path / "other"
    shutil.copytree(directory, other)
    (other / name).write_bytes(bytes(32))
    with pytest.raises(
        AuditUnavailable, match=r"belongs to another.*all processes that share a log need the same keys"
    ):
        PostgresAuditLog(database, other, fixed_clock)
    shutil.copy(directory / name, other / name)
    log = PostgresAuditLog(database, other, fixed_clock)
    assert log.append(new_record())[0].index == 0
    log.close()


@pytest.mark.parametrize(
    "database",
    [
        "postgresql://u:hunter2@localhost:1/x",
        "postgresql://u:hunter2/more@localhost/x",
        "postgresql://u:hunter2@more@localhost/x",
        "postgresql://u:1/hunter2@localhost/x",
        "postgresql://u:hunter2#more@localhost/x",
        "postgresql://u:hunter2?more@localhost/x",
        "host=localhost password=hunter2 more",
        "host=localhost port=1 password='hunter2",
        "host=localhost port=1 password=hunter2 dbname=x",
        "hunter2",
    ],
)
def test_no_error_tells_the_password(database: str, directory: Path) -> None:
    with pytest.raises(AuditUnavailable, match="`database`") as caught:
        PostgresAuditLog(database, directory, fixed_clock)
    error: BaseException | None = caught.value
    while error is not None:
        assert "hunter2" not in f"{error!r} {error}"
        assert "more" not in str(error.__cause__ or "")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def test_a_directory_for_the_keys_that_cannot_be_made_is_refused(database: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AuditUnavailable, match="data directory"):
        PostgresAuditLog(database, tmp_path / "file" / "data", fixed_clock)
    assert _query(database, _SCHEMA) == []


# --- a server that goes away -----------------------------------------------------------------------


def test_a_log_goes_on_when_postgres_comes_back(tmp_path: Path) -> None:
    with running_postgres() as server:
        log = PostgresAuditLog(server.database(), tmp_path / "data", fixed_clock)
        first = log.append(new_record())
        server.stop()
        for ask in (lambda: log.append(new_record("2")), lambda: log.read(0)):
            with pytest.raises(AuditUnavailable):
                ask()
        assert not log.healthy
        server.start()
        assert until(lambda: log.healthy, 10), "nobody looked whether PostgreSQL is back"
        assert log.append(new_record()) == first
        assert log.append(new_record("2"))[0].index == 1
        assert log.read(0).input == new_record().input
        log.close()


def test_a_session_that_was_ended_meanwhile_costs_no_batch(database: str, directory: Path) -> None:
    log = PostgresAuditLog(database, directory, fixed_clock)
    for number in range(3):
        _end_sessions(database)
        assert log.append(new_record(str(number)))[0].index == number
        assert log.read(number).index == number
    log.close()


def test_without_the_driver_the_extra_is_named(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from pathlib import Path\n"
        "from pactolus_adapters.audit.stores import StorePlace, key_source, open_log, open_reader\n"
        "place = StorePlace(Path(sys.argv[1]), key_source(Path(sys.argv[1])), database='dbname=x')\n"
        "for ask in (open_log, open_reader):\n"
        "    try: ask(place, None)\n"
        "    except Exception as error: print(f'{type(error).__name__}: {error}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.count("AuditUnavailable: `database` is set") == 2
    assert done.stdout.count("pactolus[postgres]") == 2


# --- roles -----------------------------------------------------------------------------------------

PAGE = Path(__file__).parents[3] / "docs" / "audit" / "stores.md"


def test_the_role_of_the_page_can_do_all_the_service_does_and_no_more(
    database: str, directory: Path, postgres: PostgresServer
) -> None:
    (grants,) = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    _migrate(database, LATEST)
    schema = database.rpartition("=")[2].rstrip("'")
    _query(
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
            _query(service, statement)
