"""A backup brings back the log that it was made of, and nobody who was erased."""

import json
import shutil
from pathlib import Path

import apsw
import pytest

from pactolus_adapters.audit.backup_files import KEYS_FILE, LOG_FILE, MANIFEST_FILE, digest_of, read_keys
from pactolus_adapters.audit.erased_keys import ERASED_KEYS_FILE, ErasedKeys
from pactolus_adapters.audit.key_sources import KEY_FILE
from pactolus_adapters.audit.restore import Restored, Wanted
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.audit.sqlite_open import DATABASE_FILE
from pactolus_engine.errors import AuditUnavailable, PactolusError, RecordGone, RequestIdReused
from pactolus_engine.ports import DestroyKey, PrunePayloads
from pactolus_engine.trail import Selection
from tests.contract.audit_log import new_record
from tests.contract.audit_trail import event
from tests.support.kept_store import NOTHING, erase, filled, keeper, named, new_home, opened, restore_into


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Six records about three patients."""
    filled(tmp_path / "data")
    return tmp_path / "data"


def _all_of(log: SqliteAuditLog, end: int) -> list[object]:
    """Everything that anybody can ask of the first records."""
    read = [str(one) if isinstance(one, PactolusError) else one for _, one in log.opened(0, end)]
    pseudonyms = log.pseudonyms("north", ("Patient/p1",))
    return [
        *read,
        *log.entries(0, end),
        *log.listed(Selection(), -1, end),
        *[one.index for one in log.listed(Selection(patient_pseudonyms=pseudonyms), -1, end)],
        log.root(end),
        log.history("north", ("urn:oid:1|1",)),
        log.verifier_key,
    ]


def test_a_restored_log_is_the_log(store: Path, tmp_path: Path) -> None:
    made = keeper(store).back_up(tmp_path / "backup")
    assert (made.manifest.size, made.is_recorded) == (7, True)
    assert restore_into(store, tmp_path / "backup", tmp_path / "new") == Restored(7, 0, None)
    before, after = opened(store), opened(tmp_path / "new")
    assert _all_of(after, 7) == _all_of(before, 7)
    assert list(after.checkpoints())[: len(list(before.checkpoints()))] == list(before.checkpoints())
    assert (after.read(6).event, after.read(7).event, after.size()) == ("backup", "restore", 8)
    assert after.append(named("filled-1", "Patient/p1", "urn:oid:1|1"))[0].index == 1
    with pytest.raises(RequestIdReused):
        after.append(new_record("filled-1", about=b"something else"))
    after.consistency_proof(7, 8)
    assert b"\n8\n" in list(after.checkpoints())[-1], "what the restore added is signed"
    for log in (before, after):
        log.close()


def test_erasures_and_prunings_of_the_log_are_restored_as_they_were(store: Path, tmp_path: Path) -> None:
    erase(store, "p1")
    filled(store, 3, 100)
    log = opened(store)
    log.append(event("pruning", change=PrunePayloads(4)))
    log.append(named("filled-200", "Patient/p1"))
    log.close()
    erase(store, "p2")
    size = keeper(store).back_up(tmp_path / "backup").manifest.size
    assert restore_into(store, tmp_path / "backup", tmp_path / "new") == Restored(size, 0, None)
    before, after = opened(store), opened(tmp_path / "new")
    assert _all_of(after, size) == _all_of(before, size)
    states = {key.key_id: key.destroyed_by for key in before.data_keys()}
    assert {key.key_id: key.destroyed_by for key in after.data_keys() if key.key_id in states} == states
    for log in (before, after):
        log.close()


def test_a_backup_beside_a_server_ends_at_its_last_checkpoint(store: Path, tmp_path: Path) -> None:
    server = opened(store)
    server.append(named("unsigned", "Patient/p1"))
    (key_id,) = server.keys_of("north", ("Patient/p2",))
    made = keeper(store).back_up(tmp_path / "backup")
    assert (made.manifest.size, made.is_recorded) == (6, False)
    server.close()
    assert restore_into(store, tmp_path / "backup", tmp_path / "new").size == 6
    assert key_id in read_keys(tmp_path / "backup" / KEYS_FILE).keys


def test_what_was_erased_after_the_checkpoint_of_a_backup_does_not_come_back(
    store: Path, tmp_path: Path
) -> None:
    server = opened(store)
    connection = apsw.Connection(str(store / DATABASE_FILE))
    (key_id,) = server.keys_of("north", ("Patient/p1",))
    server.append(event("erasure", change=DestroyKey(key_id)))
    server.append(event("pruning", change=PrunePayloads(1)))
    connection.execute("DELETE FROM checkpoint WHERE size > 6")  # as if the server had not yet signed
    made = keeper(store).back_up(tmp_path / "backup").manifest
    assert (made.size, len(made.erased_later), made.pruned_later) == (6, 1, 1)
    connection.close()
    server.close()
    assert restore_into(store, tmp_path / "backup", tmp_path / "new").erased == 1
    log = opened(tmp_path / "new")
    gone = [index for index, one in log.opened(0, 6) if isinstance(one, RecordGone)]
    assert gone == [0, 1, 4]
    assert [log.read(index).event for index in (6, 7, 8)] == ["pruning", "erasure", "restore"]
    log.close()


@pytest.mark.parametrize("known_by", ["list", "key file", "list in place"])
def test_an_old_backup_brings_no_erased_patient_back(store: Path, tmp_path: Path, known_by: str) -> None:
    keeper(store).back_up(tmp_path / "old")
    erase(store, "urn:oid:1|1")
    keeper(store).back_up(tmp_path / "newer")
    home, more = tmp_path / "new", {}
    if known_by == "list":
        more = {"erased": store / ERASED_KEYS_FILE}
    elif known_by == "key file":
        more = {"keys": tmp_path / "newer" / KEYS_FILE}
    new_home(home, store)
    if known_by == "list in place":
        shutil.copy2(store / ERASED_KEYS_FILE, home)
    restored = keeper(home).restore(
        tmp_path / "old", more.get("keys"), (more["erased"],) if "erased" in more else (), NOTHING
    )
    assert (restored.size, restored.erased) == (7, 1)
    log = opened(home)
    for index in (1, 4):
        with pytest.raises(RecordGone, match=f"record `{index}` was erased by record `7`"):
            log.read(index)
        with pytest.raises(RecordGone):
            log.append(named(f"filled-{index}", "Patient/p1", "urn:oid:1|1"))
    assert log.reach(log.pseudonyms("north", ("Patient/p1",))).keys == {}
    assert log.read(0).index == 0
    log.close()
    assert ErasedKeys(home / ERASED_KEYS_FILE).read() == ErasedKeys(store / ERASED_KEYS_FILE).read()
    assert _secret_of(tmp_path / "old", 1) not in _bytes_of(home)
    assert _secret_of(tmp_path / "old", 0) in _bytes_of(home)


def test_what_was_erased_late_is_known_without_the_key_file(store: Path, tmp_path: Path) -> None:
    server = opened(store)
    connection = apsw.Connection(str(store / DATABASE_FILE))
    (key_id,) = server.keys_of("north", ("Patient/p1",))
    server.append(event("erasure", change=DestroyKey(key_id)))
    connection.execute("DELETE FROM checkpoint WHERE size > 6")
    connection.close()
    keeper(store).back_up(tmp_path / "backup", tmp_path / "keys")
    server.close()
    restore_into(
        store, tmp_path / "backup", tmp_path / "new", Wanted(without_key=True), keys=tmp_path / "none"
    )
    log = opened(tmp_path / "new")
    told = [str(one) for _, one in log.opened(0, 6)]
    assert ["was erased by record `7`" in text for text in told] == [index in {1, 4} for index in range(6)]
    log.close()


def _secret_of(backup: Path, index: int) -> bytes:
    connection = apsw.Connection(str(backup / LOG_FILE))
    ((ciphertext,),) = connection.execute("SELECT ciphertext FROM audit_payload WHERE seq = ?", (index,))
    connection.close()
    return bytes(ciphertext)


def _bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_the_log_of_a_backup_holds_no_key(store: Path, tmp_path: Path) -> None:
    keeper(store).back_up(tmp_path / "backup", tmp_path / "keys")
    keys = read_keys(tmp_path / "keys")
    log = (tmp_path / "backup" / LOG_FILE).read_bytes()
    assert len(keys.keys) == 4
    assert not any(key.wrapped in log for key in keys.keys.values())
    assert keys.meta["pseudonym_key"].encode() not in log
    assert (store / KEY_FILE).read_bytes() not in _bytes_of(tmp_path / "backup") + (
        tmp_path / "keys"
    ).read_bytes()
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "backup").iterdir()} == {0o600}


# --- what is refused --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [LOG_FILE, KEYS_FILE, MANIFEST_FILE])
@pytest.mark.parametrize("damage", ["cut", "flip", "gone"])
def test_a_damaged_backup_is_refused_and_leaves_nothing(
    store: Path, tmp_path: Path, name: str, damage: str
) -> None:
    keeper(store).back_up(tmp_path / "backup")
    path = tmp_path / "backup" / name
    content = bytearray(path.read_bytes())
    if damage == "gone":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    else:
        content[content.index(b"origin") + 1] ^= 1
        path.write_bytes(content)
    with pytest.raises(AuditUnavailable, match="backup"):
        restore_into(store, tmp_path / "backup", tmp_path / "new")
    assert not (tmp_path / "new" / DATABASE_FILE).exists()


def test_a_backup_that_was_made_to_fit_its_digest_is_refused(store: Path, tmp_path: Path) -> None:
    keeper(store).back_up(tmp_path / "backup")
    connection = apsw.Connection(str(tmp_path / "backup" / LOG_FILE))
    connection.execute("DROP TRIGGER audit_entry_is_not_updated")
    connection.execute(
        "UPDATE audit_entry SET leaf = CAST(replace(leaf, 'evaluation', 'revaluation') AS BLOB) WHERE seq = 2"
    )
    connection.close()
    _digest_again(tmp_path / "backup")
    with pytest.raises(AuditUnavailable, match="record `2` of the audit log was altered"):
        restore_into(store, tmp_path / "backup", tmp_path / "new")
    connection = apsw.Connection(str(tmp_path / "backup" / LOG_FILE))
    connection.execute(
        "UPDATE audit_entry SET (leaf, leaf_hash) = (SELECT leaf, leaf_hash FROM audit_entry"
        " WHERE seq = 3) WHERE seq = 2"
    )
    connection.close()
    _digest_again(tmp_path / "backup")
    with pytest.raises(AuditUnavailable, match="not those that its checkpoint was signed for"):
        restore_into(store, tmp_path / "backup", tmp_path / "newer")
    assert not (tmp_path / "newer" / DATABASE_FILE).exists()


def _digest_again(backup: Path) -> None:
    manifest = json.loads((backup / MANIFEST_FILE).read_text())
    manifest["log_digest"] = digest_of(backup / LOG_FILE)
    (backup / MANIFEST_FILE).write_text(json.dumps(manifest))


def test_keys_of_another_log_are_refused(store: Path, tmp_path: Path) -> None:
    keeper(store).back_up(tmp_path / "backup")
    filled(tmp_path / "other")
    keeper(tmp_path / "other").back_up(tmp_path / "other-backup")
    with pytest.raises(AuditUnavailable, match="key file is of another log"):
        restore_into(
            store, tmp_path / "backup", tmp_path / "new1", keys=tmp_path / "other-backup" / KEYS_FILE
        )
    with pytest.raises(AuditUnavailable, match="signing key belongs to another"):
        restore_into(tmp_path / "other", tmp_path / "backup", tmp_path / "new2")
    home = new_home(tmp_path / "new3", store)
    shutil.copy2(tmp_path / "other" / KEY_FILE, home / KEY_FILE)
    with pytest.raises(AuditUnavailable, match="not the one that the keys of the backup are wrapped under"):
        keeper(home).restore(tmp_path / "backup", None, (), NOTHING)
    filled(store, 1, 50)
    keeper(store).back_up(tmp_path / "newer")
    with pytest.raises(AuditUnavailable, match="older than the backup of the log"):
        restore_into(store, tmp_path / "newer", tmp_path / "new4", keys=tmp_path / "backup" / KEYS_FILE)


def test_a_restore_never_writes_over_a_store(store: Path, tmp_path: Path) -> None:
    keeper(store).back_up(tmp_path / "backup")
    before = (store / DATABASE_FILE).read_bytes()
    with pytest.raises(AuditUnavailable, match="an empty one"):
        keeper(store).restore(tmp_path / "backup", None, (), NOTHING)
    assert (store / DATABASE_FILE).read_bytes() == before
    with pytest.raises(AuditUnavailable, match="a backup is there already"):
        keeper(store).back_up(tmp_path / "backup")
    log = opened(store)
    assert log.size() == 7, "a backup that was not made is not recorded"
    log.close()


def test_what_a_crash_left_of_another_store_is_never_taken_into_the_restored_one(
    store: Path, tmp_path: Path
) -> None:
    keeper(store).back_up(tmp_path / "backup")
    log = opened(store)
    log.append(named("lost-in-a-crash", "Patient/p0"))
    home = new_home(tmp_path / "new", store)
    for suffix in ("-wal", "-shm"):
        shutil.copy2(store / f"{DATABASE_FILE}{suffix}", home)
    log.close()
    with pytest.raises(AuditUnavailable, match="-wal"):
        keeper(home).restore(tmp_path / "backup", None, (), NOTHING)
    for suffix in ("-wal", "-shm"):
        (home / f"{DATABASE_FILE}{suffix}").unlink()
    keeper(home).restore(tmp_path / "backup", None, (), NOTHING)
    restored = opened(home)
    assert (restored.size(), restored.read(7).event) == (8, "restore")
    restored.close()


def test_a_backup_that_ends_before_a_held_checkpoint_is_refused_unless_the_loss_is_accepted(
    store: Path, tmp_path: Path
) -> None:
    keeper(store).back_up(tmp_path / "backup")
    log = opened(store)
    held_before = log.publish()
    log.append(named("lost", "Patient/p1"))
    held = log.publish()
    log.close()
    assert (
        restore_into(store, tmp_path / "backup", tmp_path / "new1", Wanted(expected=held_before)).lost is None
    )
    with pytest.raises(AuditUnavailable, match="records `7` to `7` would be lost"):
        restore_into(store, tmp_path / "backup", tmp_path / "new2", Wanted(expected=held))
    assert not (tmp_path / "new2" / DATABASE_FILE).exists()
    restored = restore_into(
        store, tmp_path / "backup", tmp_path / "new3", Wanted(expected=held, accept_loss=True)
    )
    assert restored.lost == (7, 8)
    log = opened(tmp_path / "new3")
    assert b'"lost_before":"8","lost_from":"7"' in log.read(7).input
    log.close()
    filled(tmp_path / "other")
    log = opened(tmp_path / "other")
    with pytest.raises(AuditUnavailable, match="does not vouch"):
        restore_into(store, tmp_path / "backup", tmp_path / "new4", Wanted(expected=log.publish()))
    log.close()


def test_a_backup_of_another_history_is_refused(store: Path, tmp_path: Path) -> None:
    shutil.copytree(store, tmp_path / "fork")
    for directory, name in ((store, "one"), (tmp_path / "fork", "other")):
        log = opened(directory)
        log.append(named(name, "Patient/p1"))
        log.close()
    keeper(store).back_up(tmp_path / "backup")
    log = opened(tmp_path / "fork")
    held = log.publish()
    log.close()
    with pytest.raises(AuditUnavailable, match="another history"):
        restore_into(store, tmp_path / "backup", tmp_path / "new", Wanted(expected=held))


def test_newer_keys_take_the_place_of_older_ones_of_the_same_log(store: Path, tmp_path: Path) -> None:
    keeper(store).back_up(tmp_path / "one", tmp_path / "keys")
    (key_id,) = [one.key_id for one in read_keys(tmp_path / "keys").keys.values() if one.subject][:1]
    for patient in ("p0", "p1", "p2"):
        erase(store, patient)
    keeper(store).back_up(tmp_path / "two", tmp_path / "keys")
    assert read_keys(tmp_path / "keys").keys[key_id].wrapped == b""
    assert restore_into(store, tmp_path / "one", tmp_path / "new", keys=tmp_path / "keys").erased == 3
    filled(tmp_path / "other")
    for path in (tmp_path / "keys", tmp_path / "one" / MANIFEST_FILE):
        before = path.read_bytes()
        with pytest.raises(AuditUnavailable, match="key file"):
            keeper(tmp_path / "other").back_up(tmp_path / "three", path)
        assert path.read_bytes() == before


def test_a_log_that_is_not_whole_is_not_backed_up(store: Path, tmp_path: Path) -> None:
    connection = apsw.Connection(str(store / DATABASE_FILE))
    connection.execute("DELETE FROM audit_payload WHERE seq = 3")
    connection.close()
    with pytest.raises(AuditUnavailable, match="record `3` of the audit log is incomplete"):
        keeper(store).back_up(tmp_path / "backup")
    assert not (tmp_path / "backup" / MANIFEST_FILE).exists()


def test_a_log_that_is_not_the_signed_one_is_not_backed_up(store: Path, tmp_path: Path) -> None:
    server = opened(store)
    connection = apsw.Connection(str(store / DATABASE_FILE))
    connection.execute("DROP TRIGGER audit_entry_is_not_updated")
    connection.execute(
        "UPDATE audit_entry SET (leaf, leaf_hash) = (SELECT leaf, leaf_hash FROM audit_entry WHERE seq = 3)"
        " WHERE seq = 2"
    )
    connection.close()
    with pytest.raises(AuditUnavailable, match="nothing is backed up"):
        keeper(store).back_up(tmp_path / "backup")
    server.close()
    assert not (tmp_path / "backup" / MANIFEST_FILE).exists()
