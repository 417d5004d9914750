"""What an operator does with a whole store, in PostgreSQL: out of it, into it, its key and its schema."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from pactolus_adapters.audit.erased_keys import ERASED_KEYS_FILE, ErasedKeys
from pactolus_adapters.audit.keeping import Keeper
from pactolus_adapters.audit.key_change import rotated_key
from pactolus_adapters.audit.key_files import make_next
from pactolus_adapters.audit.key_sources import KEY_FILE
from pactolus_adapters.audit.log import LedgerLog
from pactolus_adapters.audit.postgres_alone import postgres_alone
from pactolus_adapters.audit.postgres_schema import LATEST
from pactolus_adapters.audit.restore import Wanted
from pactolus_adapters.audit.sqlite_open import DATABASE_FILE
from pactolus_adapters.audit.stores import open_log, open_reader
from pactolus_adapters.trail.erase import Erasure
from pactolus_adapters.trail.events import Actor, EventRecorder
from pactolus_engine.errors import AuditUnavailable, RecordGone
from pactolus_engine.trail import Selection
from tests.contract.audit_log import fixed_clock
from tests.support.kept_store import filled, keeper, named, new_home, opened
from tests.support.postgres import PostgresServer


@pytest.fixture
def database(new_database: Callable[[], str]) -> str:
    """The setting that leads to an empty schema."""
    return new_database()


def _keeper(directory: Path, database: str) -> Keeper:
    found = keeper(directory)
    return replace(found, place=replace(found.place, database=database))


def _opened(keep: Keeper) -> LedgerLog:
    return open_log(keep.place, fixed_clock)


@pytest.fixture
def kept(tmp_path: Path, database: str) -> Keeper:
    """A log of six records about three patients."""
    keep = _keeper(tmp_path / "data", database)
    log = _opened(keep)
    for number in range(6):
        log.append(named(f"filled-{number}", f"Patient/p{number % 3}", f"urn:oid:1|{number % 3}"))
    log.close()
    return keep


def _erase(keep: Keeper, patient: str) -> None:
    log = _opened(keep)
    remember = ErasedKeys(keep.place.directory / ERASED_KEYS_FILE).add
    erasure = Erasure(log, EventRecorder(log, fixed_clock), remember)
    assert erasure.erase(Actor("cli:somebody", "north"), patient, "by law").records == 2
    log.close()


def _all_of(log: LedgerLog, end: int) -> list[object]:
    read = [str(one) if isinstance(one, Exception) else one for _, one in log.opened(0, end)]
    return [*read, *log.entries(0, end), *log.listed(Selection(), -1, end), log.root(end)]


def test_a_log_goes_from_postgres_to_sqlite_and_back(
    kept: Keeper, tmp_path: Path, new_database: Callable[[], str]
) -> None:
    _erase(kept, "p2")
    server = _opened(kept)  # it goes on recording meanwhile
    made = kept.back_up(tmp_path / "one")
    assert (made.manifest.size, made.is_recorded) == (8, True)
    before = _all_of(server, 8)
    server.close()
    there = new_home(tmp_path / "sqlite", kept.place.directory)
    assert keeper(there).restore(tmp_path / "one", None, (), Wanted()).size == 8
    log = opened(there)
    assert _all_of(log, 8) == before
    log.close()
    keeper(there).back_up(tmp_path / "two")
    back = _keeper(new_home(tmp_path / "back", there), new_database())
    assert back.restore(tmp_path / "two", None, (), Wanted()).size == 10
    again = _opened(back)
    assert _all_of(again, 8) == before
    assert [again.read(index).event for index in (6, 7, 8, 9, 10)] == [
        *("erasure", "backup", "restore", "backup", "restore")
    ]
    assert again.append(named("filled-1", "Patient/p1", "urn:oid:1|1"))[0].index == 1
    again.close()
    assert not (back.place.directory / DATABASE_FILE).exists()
    with pytest.raises(AuditUnavailable, match="into an empty one"):
        back.restore(tmp_path / "two", None, (), Wanted())


def test_an_old_backup_brings_nobody_back_and_a_bad_one_leaves_nothing(
    kept: Keeper, tmp_path: Path, new_database: Callable[[], str]
) -> None:
    kept.back_up(tmp_path / "old")
    _erase(kept, "p1")
    home = _keeper(new_home(tmp_path / "new", kept.place.directory), new_database())
    log = _opened(kept)
    expected = log.publish()
    log.close()
    with pytest.raises(AuditUnavailable, match="would be lost"):
        home.restore(tmp_path / "old", None, (), Wanted(expected=expected))
    erased = kept.place.directory / ERASED_KEYS_FILE
    assert home.restore(tmp_path / "old", None, (erased,), Wanted()).erased == 1
    log = _opened(home)
    for index in (1, 4):
        with pytest.raises(RecordGone):
            log.read(index)
    assert log.append(named("new", "Patient/p1"))[0].index == 9
    log.close()
    assert ErasedKeys(home.place.directory / ERASED_KEYS_FILE).read() == ErasedKeys(erased).read()


def test_a_key_is_rotated_when_no_server_runs(kept: Keeper) -> None:
    server = _opened(kept)
    server.size()
    with pytest.raises(AuditUnavailable, match="have the audit log open"):
        kept.rotate_key()
    assert server.append(named("still", "Patient/p0"))[0].index == 6
    server.close()
    done = kept.rotate_key()
    assert done.data_keys == 3
    log = _opened(kept)
    assert [one for _, one in log.opened(0, 8) if isinstance(one, Exception)] == []
    assert log.read(7).event == "key-rotation"
    log.close()


def test_a_server_that_lost_its_session_does_not_record_under_the_old_key(
    kept: Keeper, database: str
) -> None:
    server = _opened(kept)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'pactolus' AND pid <> pg_backend_pid()"
        )
    kept.rotate_key()
    with pytest.raises(AuditUnavailable, match="another key-encryption key now"):
        server.append(named("late", "Patient/late"))
    server.close()


def test_a_rotation_that_is_cut_off_is_finished_by_whoever_opens_the_log(kept: Keeper, database: str) -> None:
    path = kept.place.directory / KEY_FILE
    old, new = path.read_bytes(), make_next(path, os.urandom)
    with postgres_alone(database) as rows:
        rotated_key(rows, old, new, kept.make_event, fixed_clock, os.urandom)
    reader = open_reader(kept.place, fixed_clock)
    assert reader.read(0).index == 0
    reader.close()
    assert path.read_bytes() == old
    log = _opened(kept)
    assert log.read(6).event == "key-rotation"
    log.close()
    assert path.read_bytes() == new


def test_after_a_loss_the_log_goes_on(kept: Keeper) -> None:
    with pytest.raises(AuditUnavailable, match="nothing is lost"):
        kept.lose_key()
    (kept.place.directory / KEY_FILE).unlink()
    assert kept.lose_key().data_keys == 3
    log = _opened(kept)
    assert all(isinstance(one, RecordGone) for _, one in log.opened(0, 6))
    assert log.read(6).event == "key-loss"
    with pytest.raises(RecordGone):
        log.append(named("filled-0", "Patient/p0", "urn:oid:1|0"))
    assert log.append(named("new", "Patient/p0"))[0].index == 7
    log.close()


def test_the_schema_goes_down_and_up(kept: Keeper) -> None:
    assert [kept.migrate(1), kept.migrate(LATEST)] == [LATEST, 1]
    with pytest.raises(AuditUnavailable, match="holds records is not taken down"):
        kept.migrate(0)
    with pytest.raises(AuditUnavailable, match="no schema version"):
        kept.migrate(LATEST + 1)
    log = _opened(kept)
    assert log.read(0).index == 0
    log.close()


def test_a_restore_needs_a_place_that_is_empty(kept: Keeper, tmp_path: Path) -> None:
    filled(tmp_path / "other")
    keeper(tmp_path / "other").back_up(tmp_path / "backup")
    home = new_home(tmp_path / "new", tmp_path / "other")
    with pytest.raises(AuditUnavailable, match="into an empty one"):
        _keeper(home, kept.place.database).restore(tmp_path / "backup", None, (), Wanted())
    log = _opened(kept)
    assert log.size() == 6
    log.close()


def _written(postgres: PostgresServer, secrets: list[bytes]) -> int:
    """How many of these byte strings are in the files of the tables."""
    with psycopg.connect(postgres.database(), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    files = [path.read_bytes() for path in (postgres.data / "base").rglob("*") if path.is_file()]
    return sum(any(secret in content for content in files) for secret in secrets)


def test_no_byte_is_left_in_the_tables_once_they_are_written_anew(
    kept: Keeper, database: str, postgres: PostgresServer
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        found = connection.execute(
            "SELECT wrapped FROM data_key WHERE key_id = (SELECT key_id FROM audit_payload WHERE seq = 1)"
            " UNION ALL SELECT ciphertext FROM audit_payload WHERE seq IN (1, 4)"
        )
        secrets = [bytes(secret) for (secret,) in found.fetchall()]
        assert len(secrets) == _written(postgres, secrets) == 3
        _erase(kept, "p1")
        assert _written(postgres, secrets) > 0, "dead rows are still there"
        connection.execute("VACUUM FULL data_key, audit_payload, audit_index, audit_patient_name")
        assert _written(postgres, secrets) == 0
