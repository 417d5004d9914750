"""A backup without the key-encryption key brings back proofs, erasures and request ids, and says what is lost."""

from pathlib import Path

import pytest

from pactolus_adapters.audit.backup_files import KEYS_FILE
from pactolus_adapters.audit.key_sources import KEY_FILE
from pactolus_adapters.audit.restore import Restored, Wanted
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_engine.errors import AuditUnavailable, PactolusError, RecordGone
from pactolus_engine.trail import Selection
from tests.support.kept_store import erase, filled, keeper, named, new_home, opened

NOTHING = Wanted()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Six records about three patients."""
    filled(tmp_path / "data")
    return tmp_path / "data"


def _restored(store: Path, backup: Path, home: Path, wanted: Wanted = NOTHING, **more: Path) -> Restored:
    erased = (more["erased"],) if "erased" in more else ()
    return keeper(new_home(home, store)).restore(backup, more.get("keys"), erased, wanted)


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


@pytest.mark.parametrize("has_key_file", [True, False])
def test_a_backup_without_its_key_brings_back_proofs_and_request_ids(
    store: Path, tmp_path: Path, has_key_file: bool
) -> None:
    erase(store, "p2")
    keeper(store).back_up(tmp_path / "backup")
    before = opened(store)
    root = before.root(8)
    before.close()
    home = new_home(tmp_path / "new", store)
    (home / KEY_FILE).unlink()
    if not has_key_file:
        (tmp_path / "backup" / KEYS_FILE).unlink()
        with pytest.raises(AuditUnavailable):
            keeper(home).restore(tmp_path / "backup", None, (), NOTHING)
    keeper(home).restore(tmp_path / "backup", None, (), Wanted(without_key=True))
    log = opened(home)
    assert log.root(8) == root
    told = [str(one) for _, one in log.opened(0, 8)]
    assert ["erased" in text for text in told] == [index in {2, 5} for index in range(8)]
    assert ["was lost" in text for text in told] == [index not in {2, 5} for index in range(8)]
    assert [log.read(index).event for index in (8, 9)] == ["key-loss", "restore"]
    with pytest.raises(RecordGone):
        log.append(named("filled-0", "Patient/p0", "urn:oid:1|0"))
    assert log.append(named("filled-9", "Patient/p0"))[0].index == 10
    log.close()


def test_what_was_lost_is_not_said_to_be_erased_by_a_later_restore(store: Path, tmp_path: Path) -> None:
    keeper(store).back_up(tmp_path / "backup")
    (tmp_path / "backup" / KEYS_FILE).unlink()
    home = new_home(tmp_path / "new", store)
    (home / KEY_FILE).unlink()
    keeper(home).restore(tmp_path / "backup", None, (), Wanted(without_key=True))
    keeper(home).back_up(tmp_path / "second")
    assert _restored(home, tmp_path / "second", tmp_path / "newest").erased == 0
    log = opened(tmp_path / "newest")
    assert ["was lost" in str(one) for _, one in log.opened(0, 7)] == [True] * 7
    log.close()
