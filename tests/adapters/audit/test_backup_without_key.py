"""A backup without the key-encryption key brings back proofs, erasures and request ids, and says what is lost."""

from pathlib import Path

import pytest

from pactolus_adapters.audit.backup_files import KEYS_FILE
from pactolus_adapters.audit.key_sources import KEY_FILE
from pactolus_adapters.audit.restore import Wanted
from pactolus_engine.errors import AuditUnavailable, RecordGone
from tests.support.kept_store import NOTHING, erase, filled, keeper, named, new_home, opened, restore_into


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Six records about three patients."""
    filled(tmp_path / "data")
    return tmp_path / "data"


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
    assert restore_into(home, tmp_path / "second", tmp_path / "newest").erased == 0
    log = opened(tmp_path / "newest")
    assert ["was lost" in str(one) for _, one in log.opened(0, 7)] == [True] * 7
    log.close()
