"""The embedded audit log keeps the contract, its lock, its keys, and its word when the disk fails."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import apsw
import pytest

from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.audit.sqlite_open import DATABASE_FILE, check_sqlite
from pactolus_engine.errors import AuditUnavailable
from tests.adapters.audit.failing_vfs import FailingVfs
from tests.contract.audit_log import AuditLogContract, Clock, fixed_clock, new_record
from tests.contract.audit_trail import AuditTrailContract, MakeTrail
from tests.support.sqlite_store import query, unlogged


class TestSqliteAuditLog(AuditLogContract, AuditTrailContract):
    """The contract, on disk."""

    @pytest.fixture
    def make_log(self, tmp_path: Path) -> Iterator[MakeTrail]:
        made: list[SqliteAuditLog] = []
        numbers = count()

        def make(clock: Clock) -> SqliteAuditLog:
            made.append(SqliteAuditLog(tmp_path / str(next(numbers)), clock))
            return made[-1]

        yield make
        for log in made:
            log.close()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A data directory that is not there yet."""
    return tmp_path / "data"


# --- over restarts -----------------------------------------------------------------------------


def test_a_log_goes_on_where_it_was_closed(directory: Path) -> None:
    first = SqliteAuditLog(directory, fixed_clock)
    receipt, answer = first.append(new_record())
    first.close()
    second = SqliteAuditLog(directory, fixed_clock)
    assert second.append(new_record()) == (receipt, answer)
    assert second.read(0).input == new_record().input
    assert second.append(new_record("request-2"))[0].index == 1
    assert second.append(new_record("request-2"))[0].log_origin == receipt.log_origin
    second.close()


def test_a_log_keeps_the_name_it_was_given(directory: Path) -> None:
    SqliteAuditLog(directory, fixed_clock, origin="example.org/log").close()
    log = SqliteAuditLog(directory, fixed_clock)
    assert log.append(new_record())[0].log_origin == "example.org/log"
    log.close()
    with pytest.raises(AuditUnavailable, match="another `origin`"):
        SqliteAuditLog(directory, fixed_clock, origin="example.org/other")


def test_a_store_of_a_later_release_is_refused(directory: Path) -> None:
    SqliteAuditLog(directory, fixed_clock).close()
    query(directory, "PRAGMA user_version = 99")
    with pytest.raises(AuditUnavailable, match="schema version `99`"):
        SqliteAuditLog(directory, fixed_clock)


def test_a_file_that_is_no_database_is_refused(directory: Path) -> None:
    SqliteAuditLog(directory, fixed_clock).close()
    (directory / DATABASE_FILE).write_bytes(b"not a database" * 1000)
    with pytest.raises(AuditUnavailable, match="cannot be opened"):
        SqliteAuditLog(directory, fixed_clock)


def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AuditUnavailable, match="data directory"):
        SqliteAuditLog(tmp_path / "file" / "data", fixed_clock)


def test_only_the_owner_can_read_the_files(directory: Path) -> None:
    log = SqliteAuditLog(directory, fixed_clock)
    log.append(new_record())
    modes = {path.name: path.stat().st_mode & 0o777 for path in directory.iterdir()}
    log.close()
    assert len(modes) >= 5
    assert set(modes.values()) == {0o600}


def test_closing_leaves_everything_in_the_database_file(directory: Path) -> None:
    log = SqliteAuditLog(directory, fixed_clock)
    log.append(new_record())
    log.close()
    wal = directory / f"{DATABASE_FILE}-wal"
    assert not wal.exists() or wal.stat().st_size == 0


def test_what_a_killed_process_left_is_made_durable_before_it_is_told(tmp_path: Path) -> None:
    """The log file of a killed process may be in the system's memory only; opening puts it on the disk."""
    log = SqliteAuditLog(tmp_path / "killed", fixed_clock)
    log.append(new_record())
    shutil.copytree(tmp_path / "killed", tmp_path / "left")
    log.close()
    wal = tmp_path / "left" / f"{DATABASE_FILE}-wal"
    assert wal.stat().st_size > 0
    log = SqliteAuditLog(tmp_path / "left", fixed_clock)
    # The database file alone, as if its log file were lost with the power, holds the record.
    shutil.copytree(tmp_path / "left", tmp_path / "alone", ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    assert unlogged(tmp_path / "alone", "SELECT count(*) FROM audit_entry") == [(1,)]
    assert log.read(0).input == new_record().input
    log.close()


def test_what_a_killed_process_left_unsigned_is_signed_before_anything_is_appended(tmp_path: Path) -> None:
    log = SqliteAuditLog(tmp_path / "killed", fixed_clock)
    log.append(new_record())
    shutil.copytree(tmp_path / "killed", tmp_path / "left")
    log.close()
    query(tmp_path / "left", "DELETE FROM checkpoint")
    log = SqliteAuditLog(tmp_path / "left", fixed_clock)
    assert len(list(log.checkpoints())) == 1
    log.close()


def test_a_log_opens_beside_a_reader_of_an_older_state(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    log = SqliteAuditLog(directory, fixed_clock)
    log.append(new_record())
    reader = apsw.Connection(str(directory / DATABASE_FILE), flags=apsw.SQLITE_OPEN_READONLY)
    reader.execute("BEGIN; SELECT count(*) FROM audit_entry").fetchall()
    log.append(new_record("request-2"))
    log.close()
    log = SqliteAuditLog(directory, fixed_clock)
    assert log.append(new_record("request-3"))[0].index == 2
    assert reader.execute("SELECT count(*) FROM audit_entry").fetchall() == [(1,)]
    reader.close()
    log.close()


def test_a_database_that_is_gone_beside_its_log_file_is_not_made_anew(tmp_path: Path) -> None:
    log = SqliteAuditLog(tmp_path / "killed", fixed_clock)
    log.append(new_record())
    shutil.copytree(tmp_path / "killed", tmp_path / "left")
    log.close()
    (tmp_path / "left" / DATABASE_FILE).unlink()
    with pytest.raises(AuditUnavailable, match="-wal"):
        SqliteAuditLog(tmp_path / "left", fixed_clock)


def test_the_log_file_does_not_grow_without_end(directory: Path) -> None:
    log = SqliteAuditLog(directory, fixed_clock)
    for number in range(40):
        log.append(replace(new_record(f"request-{number}"), input=bytes(400_000)))
    assert (directory / f"{DATABASE_FILE}-wal").stat().st_size < 8_000_000
    assert log.read(39).input == bytes(400_000)
    log.close()


# --- one process -------------------------------------------------------------------------------


def test_a_second_process_is_told_who_holds_the_store(directory: Path) -> None:
    log = SqliteAuditLog(directory, fixed_clock)
    code = (
        "import sys; from pathlib import Path\n"
        "from pactolus_adapters.audit.sqlite import SqliteAuditLog\n"
        "from tests.contract.audit_log import fixed_clock\n"
        "try: SqliteAuditLog(Path(sys.argv[1]), fixed_clock)\n"
        "except Exception as error: sys.exit(f'{type(error).__name__}: {error}')\n"
    )
    second = subprocess.run(
        [sys.executable, "-c", code, str(directory)], capture_output=True, text=True, check=False, timeout=60
    )
    assert second.returncode == 1
    assert second.stderr.startswith(f"StoreHeld: the audit store is held by process `{os.getpid()}`")
    log.close()
    SqliteAuditLog(directory, fixed_clock).close()


def test_a_failed_start_lets_go_of_the_lock(directory: Path) -> None:
    SqliteAuditLog(directory, fixed_clock, origin="example.org/log").close()
    with pytest.raises(AuditUnavailable):
        SqliteAuditLog(directory, fixed_clock, origin="example.org/other")
    SqliteAuditLog(directory, fixed_clock).close()


# --- keys --------------------------------------------------------------------------------------


def test_a_patient_has_one_key_and_a_refusal_or_nobody_has_its_own(directory: Path) -> None:
    log = SqliteAuditLog(directory, fixed_clock)
    records = [
        new_record("1"),
        new_record("2", about=b"later"),
        new_record("3", patient="Patient/p2"),
        replace(new_record("4"), tenant="south"),
        replace(new_record("5"), event="refusal"),
        replace(new_record("6"), event="failure"),
        new_record("7", patient=""),
        new_record("8", patient=""),
    ]
    for record in records:
        log.append(record)
    log.close()
    used = [str(row[0]) for row in query(directory, "SELECT key_id FROM audit_payload ORDER BY seq")]
    assert used[0] == used[1]
    assert len(set(used)) == len(records) - 1
    subjects = [row[0] for row in query(directory, "SELECT subject FROM data_key")]
    assert sum(subject == "" for subject in subjects) == 4


def test_an_erased_key_makes_its_records_unreadable_and_no_others(directory: Path) -> None:
    log = SqliteAuditLog(directory, fixed_clock)
    log.append(new_record("1"))
    log.append(new_record("2", patient="Patient/p2"))
    log.close()
    query(directory, "DELETE FROM data_key WHERE key_id = (SELECT key_id FROM audit_payload WHERE seq = 0)")
    log = SqliteAuditLog(directory, fixed_clock)
    with pytest.raises(AuditUnavailable, match="its key is gone"):
        log.read(0)
    assert log.read(1).index == 1
    log.close()


# --- durability --------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["3.40.1", "3.51.2", "3.7.0"])
def test_an_unsafe_sqlite_is_refused(version: str) -> None:
    with pytest.raises(AuditUnavailable, match=f"`{version}`"):
        check_sqlite(version)


@pytest.mark.parametrize("version", ["3.51.3", "3.54.1", "4.0.0"])
def test_a_safe_sqlite_is_taken(version: str) -> None:
    check_sqlite(version)


@pytest.fixture
def vfs() -> Iterator[FailingVfs]:
    made = FailingVfs("pactolus-failing")
    yield made
    made.unregister()


@pytest.fixture
def failing(directory: Path, vfs: FailingVfs) -> Iterator[SqliteAuditLog]:
    """A log with one record, on a disk that can be made to fail."""
    log = SqliteAuditLog(directory, fixed_clock, vfs=vfs.name)
    log.append(new_record())
    yield log
    vfs.on_write = vfs.on_sync = None
    log.close()


def test_every_acknowledged_record_was_synced(failing: SqliteAuditLog, vfs: FailingVfs) -> None:
    for number in range(3):
        before = vfs.syncs
        failing.append(new_record(f"synced-{number}"))
        assert vfs.syncs > before


def test_a_full_disk_refuses_and_recovers(failing: SqliteAuditLog, vfs: FailingVfs) -> None:
    vfs.on_write = apsw.FullError
    with pytest.raises(AuditUnavailable, match="no room"):
        failing.append(new_record("request-2"))
    assert failing.healthy
    assert failing.size() == 1
    assert failing.read(0).input == new_record().input
    vfs.on_write = None
    assert failing.append(new_record("request-2"))[0].index == 1


@pytest.mark.parametrize("where", ["on_write", "on_sync"])
def test_after_a_failed_write_the_writer_stays_stopped(
    failing: SqliteAuditLog, vfs: FailingVfs, where: str
) -> None:
    setattr(vfs, where, apsw.IOError)
    with pytest.raises(AuditUnavailable):
        failing.append(new_record("request-2"))
    setattr(vfs, where, None)
    for _ in range(2):
        with pytest.raises(AuditUnavailable, match="stopped"):
            failing.append(new_record("request-3"))
    assert not failing.healthy
    assert failing.size() == 1
    assert failing.read(0).output == new_record().output


def test_a_store_that_stopped_opens_again_without_a_gap(directory: Path, vfs: FailingVfs) -> None:
    log = SqliteAuditLog(directory, fixed_clock, vfs=vfs.name)
    receipt = log.append(new_record())[0]
    vfs.on_sync = apsw.IOError
    with pytest.raises(AuditUnavailable):
        log.append(new_record("request-2"))
    log.close()
    vfs.on_sync = None
    log = SqliteAuditLog(directory, fixed_clock, vfs=vfs.name)
    assert log.append(new_record())[0] == receipt
    assert log.append(new_record("request-2"))[0].index == 1
    log.close()


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET leaf = x'00'", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_change_a_commitment(directory: Path, statement: str) -> None:
    log = SqliteAuditLog(directory, fixed_clock)
    log.append(new_record())
    log.close()
    with pytest.raises(apsw.ConstraintError):
        query(directory, statement)


@pytest.mark.parametrize("seq", [0, 2, -1])
def test_the_database_itself_refuses_a_gap(directory: Path, seq: int) -> None:
    log = SqliteAuditLog(directory, fixed_clock)
    log.append(new_record())
    log.close()
    with pytest.raises(apsw.ConstraintError):
        query(directory, f"INSERT INTO audit_entry VALUES ({seq}, x'00', zeroblob(32))")
