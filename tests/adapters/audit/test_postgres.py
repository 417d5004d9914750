"""The audit log in PostgreSQL keeps the contract, and its word when PostgreSQL does not."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

from pactolus_adapters.audit.key_sources import KEY_FILE, KeyFile
from pactolus_adapters.audit.postgres import PostgresAuditLog, PostgresAuditReader
from pactolus_adapters.audit.postgres_open import lock_log, open_writer
from pactolus_adapters.audit.postgres_schema import LATEST
from pactolus_adapters.audit.signing_file import SIGNING_FILE
from pactolus_adapters.audit.stores import StorePlace, alone
from pactolus_engine.errors import AuditUnavailable
from tests.contract.audit_log import AuditLogContract, Clock, fixed_clock, new_record
from tests.contract.audit_trail import AuditTrailContract, MakeTrail
from tests.support.postgres import PostgresServer, migrate_to, query, running_postgres
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


# --- alone with the whole store ---------------------------------------------------------------


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
    query(
        database,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE application_name = 'pactolus' AND pid <> pg_backend_pid()",
    )


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
    migrate_to(database, LATEST)
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
    assert query(database, "SELECT to_regclass('audit_entry')") == [(None,)]


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
