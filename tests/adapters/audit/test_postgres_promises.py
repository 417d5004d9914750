"""The audit log in PostgreSQL asks for what it needs, tells no password, and goes on when PostgreSQL comes back."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from pactolus_adapters.audit.key_sources import KEY_FILE
from pactolus_adapters.audit.postgres import PostgresAuditLog
from pactolus_adapters.audit.postgres_open import lock_log, open_writer
from pactolus_adapters.audit.postgres_schema import LATEST
from pactolus_adapters.audit.signing_file import SIGNING_FILE
from pactolus_adapters.tlog.checkpoint import open_checkpoint
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.ports import DestroyKey, PrunePayloads
from tests.contract.audit_log import fixed_clock, new_record
from tests.contract.audit_trail import event
from tests.support.postgres import PostgresServer, end_sessions, migrate_to, query, running_postgres
from tests.support.process import until

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
        end_sessions(database)
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
