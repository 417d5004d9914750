"""Upgrade, backup and restore under load, and kill -9 of what an operator does with a whole store.

`PACTOLUS_KILLS` sets how often each job is killed (3 by default).
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from pactolus_adapters.audit.backup_files import KEYS_FILE, read_manifest
from pactolus_adapters.audit.erased_keys import ERASED_KEYS_FILE
from pactolus_adapters.audit.key_sources import KEY_FILE
from pactolus_adapters.audit.restore import Wanted
from pactolus_adapters.audit.sqlite_open import DATABASE_FILE
from pactolus_engine.errors import AuditUnavailable, RecordGone
from pactolus_engine.record import leaf_hash
from pactolus_engine.trail import Selection
from tests.faults.load import CLIENTS, Load, under_load
from tests.support.examples import ROOT
from tests.support.kept_store import erase, keeper, named, new_home, opened
from tests.support.process import COMMAND, environment, serving, until
from tests.support.sqlite_store import GOLDEN

KILLS = int(os.environ.get("PACTOLUS_KILLS", "3"))
RECORDS = 600


def _pactolus(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *map(str, arguments)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


# --- under load -------------------------------------------------------------------------------------


def test_a_backup_under_load_brings_back_every_answer_up_to_its_checkpoint(tmp_path: Path) -> None:
    data, backup = tmp_path / "data", tmp_path / "backup"
    with serving(tmp_path, data) as served, under_load(served.port, "load", stop_on_error=False) as load:
        assert until(lambda: len(load.acknowledged) >= 4 * CLIENTS, 60)
        made = _pactolus("audit", "backup", "--to", backup, "--data", data)
        assert made.returncode == 0, made.stderr
        count = len(load.acknowledged)
        assert until(lambda: len(load.acknowledged) >= count + CLIENTS, 60), "the server stood still"
    assert not load.failed
    home = new_home(tmp_path / "home", data)
    restored = _pactolus("audit", "restore", "--from", backup, "--data", home)
    assert restored.returncode == 0, restored.stderr
    _holds_what_was_backed_up(home, load, read_manifest(backup).size)


def _holds_what_was_backed_up(home: Path, load: Load, size: int) -> None:
    kept = {name: one.receipt for name, one in load.acknowledged.items() if one.receipt.index < size}
    assert kept
    assert len(kept) < len(load.acknowledged), "nothing arrived during the backup"
    log = opened(home)
    assert all(leaf_hash(log.read(one.index).leaf) == one.leaf_hash for one in kept.values())
    assert (log.size(), log.read(size).event) == (size + 1, "restore")
    found = log.listed(Selection(events=("evaluation",)), -1, size)
    assert {one.request_id: one.index for one in found} == {name: one.index for name, one in kept.items()}
    log.close()


# --- upgrade ----------------------------------------------------------------------------------------


def test_a_store_of_the_schema_before_is_upgraded_backed_up_and_restored(tmp_path: Path) -> None:
    data, home = tmp_path / "data", tmp_path / "home"
    shutil.copytree(GOLDEN, data)
    (data / KEY_FILE).chmod(0o600)
    with pytest.raises(AuditUnavailable, match="schema version `2`"):
        keeper(data).rotate_key()
    assert keeper(data).back_up(tmp_path / "backup").manifest.size == 5
    keeper(new_home(home, data)).restore(tmp_path / "backup", None, (), Wanted())
    log = opened(home)
    assert [log.read(index).event for index in range(6)] == [
        "evaluation",
        "evaluation",
        "refusal",
        "evaluation",
        "backup",
        "restore",
    ]
    assert log.history("north", ("urn:oid:1.2|7",)).indexes == (1,)
    log.close()


# --- kill -9 ----------------------------------------------------------------------------------------


def _killed(job: str, random: Random, seconds: float, *arguments: Path) -> None:
    """Starts a job and kills it at a random time."""
    command = [sys.executable, "-m", "tests.faults.keep_store", job, *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(random.uniform(0, seconds))
        process.send_signal(signal.SIGKILL)


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a store of many keys, a backup of it, and a list of keys that were erased since."""
    folder = tmp_path_factory.mktemp("big")
    log = opened(folder / "data")
    with ThreadPoolExecutor(64) as pool:
        list(pool.map(lambda number: log.append(named(f"r{number}", f"Patient/p{number}")), range(RECORDS)))
    log.close()
    keeper(folder / "data").back_up(folder / "backup")
    for patient in ("p7", "p8"):
        erase(folder / "data", patient)
    yield folder


def _taken(work: Callable[[], object]) -> float:
    begin = time.monotonic()
    work()
    return time.monotonic() - begin


def _whole(directory: Path, erased: int) -> None:
    """The store opens, every record that was not erased can be read, and new ones are taken."""
    log = opened(directory)
    read = list(log.opened(0, log.size()))
    assert [
        index for index, one in read if isinstance(one, Exception) and not isinstance(one, RecordGone)
    ] == []
    assert sum(isinstance(one, RecordGone) for _, one in read) == erased
    assert log.append(named("", "Patient/new"))[0].index == len(read)
    log.close()


def test_a_killed_rotation_leaves_a_store_that_opens(big: Path, tmp_path: Path) -> None:
    data, random = tmp_path / "data", Random(26)
    shutil.copytree(big / "data", data)
    seconds = _taken(lambda: keeper(data).rotate_key()) * 2
    for _ in range(KILLS):
        _killed("rotate", random, seconds, data)
        _whole(data, 2)
    assert keeper(data).rotate_key().data_keys > 0


def test_a_killed_restore_leaves_a_whole_store_or_none(big: Path, tmp_path: Path) -> None:
    random, more = Random(27), (big / "backup", big / "data" / ERASED_KEYS_FILE)
    home = new_home(tmp_path / "first", big / "data")
    seconds = _taken(lambda: keeper(home).restore(more[0], None, (more[1],), Wanted())) * 2
    home = new_home(tmp_path / "home", big / "data")
    for _ in range(KILLS):
        _killed("restore", random, seconds, home, *more)
        if (home / DATABASE_FILE).exists():
            _whole(home, 2)
            shutil.rmtree(home)
            new_home(home, big / "data")
    if not (home / DATABASE_FILE).exists():
        keeper(home).restore(more[0], None, (more[1],), Wanted())
    _whole(home, 2)


def test_a_killed_change_after_a_loss_is_finished_by_another(big: Path, tmp_path: Path) -> None:
    random = Random(28)
    for number in range(KILLS):
        data = tmp_path / f"data-{number}"
        shutil.copytree(big / "data", data)
        (data / KEY_FILE).unlink()
        _killed("lose", random, 0.2, data)
        try:
            log = opened(data)
        except AuditUnavailable:
            keeper(data).lose_key()
            log = opened(data)
        assert log.read(log.size() - 1).event == "key-loss"
        log.close()


def test_a_backup_key_file_is_none_of_the_log(big: Path) -> None:
    """The control of the kills: without its key file the backup is not restored."""
    home = new_home(big / "control", big / "data")
    with pytest.raises(AuditUnavailable):
        keeper(home).restore(big / "backup", big / f"no-{KEYS_FILE}", (), Wanted())
    assert not (home / DATABASE_FILE).exists()
