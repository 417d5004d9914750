"""The key-encryption key changes, or is lost, and the log goes on; a cut at any step leaves a store that opens."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pactolus_adapters.audit.key_change import rotated_key
from pactolus_adapters.audit.key_files import install_next, make_next
from pactolus_adapters.audit.key_sources import KEY_FILE, KeyCommand, KeyFile
from pactolus_adapters.audit.keys import KEY_BYTES, Keys
from pactolus_adapters.audit.sqlite import SqliteAuditLog, SqliteAuditReader
from pactolus_adapters.audit.sqlite_alone import sqlite_alone, stored_meta
from pactolus_adapters.audit.sqlite_open import DATABASE_FILE
from pactolus_adapters.audit.sqlite_schema import LATEST
from pactolus_adapters.trail.verify import Step, verify, verify_steps
from pactolus_engine.errors import AuditUnavailable, RecordGone
from tests.contract.audit_log import fixed_clock, new_record
from tests.contract.audit_trail import event
from tests.support.kept_store import erase, filled, keeper, named, opened
from tests.support.sqlite_store import GOLDEN

NEXT = "audit.key.next"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Six records about three patients, of whom one is erased."""
    filled(tmp_path / "data")
    erase(tmp_path / "data", "p2")
    return tmp_path / "data"


def _check(key: bytes) -> str:
    return Keys(key).check_value[:8]


def _is_as_before(store: Path, log: SqliteAuditLog | None = None) -> None:
    """Everything can be read, found and sent again."""
    log = log or opened(store)
    gone = [index for index, one in log.opened(0, log.size()) if isinstance(one, Exception)]
    assert gone == [2, 5]
    assert log.history("north", ("urn:oid:1|1",)).indexes == (1, 4)
    assert log.append(named("filled-1", "Patient/p1", "urn:oid:1|1"))[0].index == 1
    assert not any(key.is_lost for key in log.data_keys())
    log.close()


# --- rotation ---------------------------------------------------------------------------------------


def test_a_rotated_store_opens_with_the_new_key_only(store: Path) -> None:
    old = (store / KEY_FILE).read_bytes()
    done = keeper(store).rotate_key()
    new = (store / KEY_FILE).read_bytes()
    assert (done.key, done.data_keys, done.was_done) == (_check(new), 3, False)
    assert done.kept is not None
    assert done.kept.read_bytes() == old != new
    assert not (store / NEXT).exists()
    assert (store / KEY_FILE).stat().st_mode & 0o777 == 0o600
    log = opened(store)
    assert log.read(7).event == "key-rotation"
    _is_as_before(store, log)
    shutil.copy2(done.kept, store / KEY_FILE)
    with pytest.raises(AuditUnavailable, match="belongs to another audit store"):
        opened(store)


@pytest.mark.parametrize("payloads", [False, True])
@pytest.mark.parametrize("is_begun", [False, True])
def test_whoever_verifies_beside_a_rotation_is_told_and_finds_nothing_lost(
    store: Path, payloads: bool, is_begun: bool
) -> None:
    reader = SqliteAuditReader(store, fixed_clock)
    steps = verify_steps(reader, payloads=payloads)
    if is_begun:
        assert isinstance(next(steps), Step)
    keeper(store).rotate_key()
    with pytest.raises(AuditUnavailable, match="was changed since"):
        list(steps)
    reader.close()
    again = SqliteAuditReader(store, fixed_clock)
    assert verify(again, payloads=payloads).is_whole
    again.close()


def test_no_key_under_the_old_one_is_left_in_the_files(store: Path) -> None:
    with sqlite_alone(store) as rows:
        wrapped = [key.wrapped for key in rows.all_keys() if key.wrapped]
        pseudonyms = rows.meta()["pseudonym_key"].encode()
    keeper(store).rotate_key()
    written = b"".join(path.read_bytes() for path in store.iterdir())
    assert not any(secret in written for secret in [*wrapped, pseudonyms])


def test_a_key_that_a_command_prints_takes_over(store: Path) -> None:
    old, new = (store / KEY_FILE).read_bytes(), os.urandom(KEY_BYTES)
    command = ("printf", "%s", new.hex())
    done = keeper(store).rotate_key(command)
    assert (done.key, done.kept) == (_check(new), None)
    _is_as_before(store, SqliteAuditLog(store, fixed_clock, key_source=KeyCommand(command)))
    assert (store / KEY_FILE).read_bytes() == old
    again = keeper(store).rotate_key(command)
    assert (again.key, again.was_done) == (_check(new), True)
    back = keeper(store, KeyCommand(command)).rotate_key()
    assert back.key == _check((store / KEY_FILE).read_bytes()) != _check(new)
    _is_as_before(store)


def test_the_key_in_force_is_no_new_key(store: Path) -> None:
    key = (store / KEY_FILE).read_bytes()
    with sqlite_alone(store) as rows, pytest.raises(AuditUnavailable, match="the one that is in force"):
        rotated_key(rows, key, key, keeper(store).make_event, fixed_clock, os.urandom)
    _is_as_before(store)


class _Cut(Exception):
    """The power goes."""


@pytest.mark.parametrize("step", ["next key made", "rewrapped", "committed", "old key kept", "installed"])
def test_a_rotation_that_is_cut_off_leaves_a_store_that_opens(store: Path, step: str) -> None:
    old = (store / KEY_FILE).read_bytes()
    new = make_next(store / KEY_FILE, os.urandom)
    if step == "rewrapped":
        with pytest.raises(_Cut), sqlite_alone(store) as rows:
            rotated_key(rows, old, new, keeper(store).make_event, fixed_clock, os.urandom)
            raise _Cut
    elif step != "next key made":
        with sqlite_alone(store) as rows:
            rotated_key(rows, old, new, keeper(store).make_event, fixed_clock, os.urandom)
    if step == "old key kept":
        os.link(store / KEY_FILE, store / f"{KEY_FILE}.old-{_check(old)}")
    if step == "installed":
        install_next(store / KEY_FILE)
    is_new = step not in {"next key made", "rewrapped"}
    reader = SqliteAuditReader(store, fixed_clock)  # beside, it installs nothing
    assert reader.read(0).index == 0
    reader.close()
    assert (store / KEY_FILE).read_bytes() == (new if step == "installed" else old)
    copy = store.with_name("copy")
    shutil.copytree(store, copy)
    _is_as_before(copy)
    assert (copy / KEY_FILE).read_bytes() == (new if is_new else old)
    done = keeper(store).rotate_key()
    assert done.was_done == (step in {"committed", "old key kept"})
    if done.was_done:
        assert done.key == _check(new)
    assert stored_meta(store)["key_check"].startswith(done.key)
    _is_as_before(store)


def test_only_a_store_that_nobody_uses_is_rotated(store: Path) -> None:
    log = opened(store)
    with pytest.raises(AuditUnavailable, match="held by process"):
        keeper(store).rotate_key()
    log.close()
    (store / KEY_FILE).write_bytes(bytes(KEY_BYTES))
    with pytest.raises(AuditUnavailable, match="belongs to another audit store"):
        keeper(store).rotate_key()


# --- loss -------------------------------------------------------------------------------------------


@pytest.fixture(params=["gone", "wrong"])
def keyless(store: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A store whose key is lost."""
    (store / KEY_FILE).unlink()
    if request.param == "wrong":
        KeyFile(store / KEY_FILE).make(os.urandom)
    yield store


def test_after_a_loss_the_log_goes_on(keyless: Path) -> None:
    done = keeper(keyless).lose_key()
    assert (done.data_keys, done.key) == (3, _check((keyless / KEY_FILE).read_bytes()))
    log = opened(keyless)
    assert (log.size(), log.read(7).event) == (8, "key-loss")
    for index, one in log.opened(0, 7):
        assert isinstance(one, RecordGone)
        assert f"record `{index}`" in str(one)
        assert ("was erased by record `6`" if index in {2, 5} else "was lost") in str(one)
    for number in (0, 2):
        with pytest.raises(RecordGone):
            log.append(named(f"filled-{number}", f"Patient/p{number}", f"urn:oid:1|{number}"))
    assert log.append(named("new", "Patient/p0"))[0].index == 8
    assert log.history("north", ("Patient/p0",)).indexes == (8,)
    assert sorted(key.is_lost for key in log.data_keys()) == [False] * 3 + [True] * 3
    about = log.append(event("read", about=0))[0].index
    assert log.read(about).event == "read"
    log.publish()
    log.consistency_proof(7, log.size())
    log.close()
    keeper(keyless).rotate_key()
    log = opened(keyless)
    assert log.read(8).input == new_record().input
    with pytest.raises(RecordGone, match="was lost"):
        log.read(0)
    log.close()


def test_a_key_that_is_there_is_not_given_up(store: Path) -> None:
    with pytest.raises(AuditUnavailable, match="nothing is lost"):
        keeper(store).lose_key()
    _is_as_before(store)


def test_a_loss_that_is_cut_off_is_finished(keyless: Path) -> None:
    keeper(keyless).lose_key()
    (keyless / KEY_FILE).rename(keyless / NEXT)
    KeyFile(keyless / KEY_FILE).make(os.urandom)
    done = keeper(keyless).lose_key()
    assert done.was_done
    log = opened(keyless)
    assert log.size() == 8
    log.close()


def test_a_key_command_prints_the_new_key_after_a_loss(store: Path) -> None:
    source = KeyCommand(("printf", "%s", os.urandom(KEY_BYTES).hex()))
    keeper(store, source).lose_key()
    log = SqliteAuditLog(store, fixed_clock, key_source=source)
    assert log.read(7).event == "key-loss"
    log.close()


# --- the schema -------------------------------------------------------------------------------------


def test_a_store_of_the_schema_before_goes_up_and_down(tmp_path: Path) -> None:
    shutil.copytree(GOLDEN, tmp_path / "data")
    (tmp_path / "data" / KEY_FILE).chmod(0o600)
    keep = keeper(tmp_path / "data")
    with pytest.raises(AuditUnavailable, match="`pactolus audit migrate`"):
        keep.rotate_key()
    assert (keep.migrate(LATEST), keep.migrate(2), keep.migrate(1), keep.migrate(2)) == (2, LATEST, 2, 1)
    assert keep.migrate(LATEST) == 2
    log = opened(tmp_path / "data")
    assert log.history("north", ("Patient/p1",)).indexes == (0, 1)
    log.close()
    with pytest.raises(AuditUnavailable, match="is not known"):
        keep.migrate(LATEST + 1)


def test_the_way_down_never_loses_the_patients(store: Path) -> None:
    before = (store / DATABASE_FILE).read_bytes()
    with pytest.raises(AuditUnavailable, match="no patient would be found again"):
        keeper(store).migrate(2)
    assert (store / DATABASE_FILE).read_bytes() == before
    _is_as_before(store)
