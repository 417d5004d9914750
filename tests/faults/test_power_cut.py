"""Power cuts at any moment of the real writer's work: what was acknowledged is there, and whole.

`PACTOLUS_IMAGES` sets how many disks are looked at (60 by default, 1000 by `make faults`). The
controls are the same under settings that SQLite calls unsafe for this; they must lose.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from random import Random
from shutil import copy, rmtree

import apsw
import pytest

from pactolus_adapters.audit import sqlite
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.audit.sqlite_open import DATABASE_FILE
from pactolus_engine.ports import DestroyKey
from tests.contract.audit_log import fixed_clock, new_record
from tests.contract.audit_trail import event
from tests.faults.crash_vfs import Disk, Image, everything, images, nothing, some
from tests.faults.figures import tell
from tests.faults.intact import Findings, look_over, verified
from tests.faults.watched_vfs import Change, WatchedVfs

IMAGES = int(os.environ.get("PACTOLUS_IMAGES", "60"))
SEED = 20260301
SESSIONS = 3
ROUNDS = 6
APPENDS_AT_ONCE = 12
INPUT_BYTES = 3000
WAL_PAGES = 60
"""Beyond so many pages the writer moves the WAL into the database and begins it anew: after every few batches
here, so that it happens often in a short run."""

_ERASED = "SELECT wrapped, ciphertext FROM data_key JOIN audit_payload USING (key_id) WHERE key_id = ?"


@dataclass
class Run:
    """What was done to the disk, and how much of it before each record and checkpoint was given away."""

    changes: list[Change] = field(default_factory=list)
    acknowledged: list[tuple[int, int, bytes]] = field(default_factory=list)
    """Number of changes, index, leaf hash."""
    published: list[tuple[int, bytes]] = field(default_factory=list)
    """Number of changes, checkpoint."""
    erased: list[tuple[int, bytes]] = field(default_factory=list)
    """Number of changes, a piece of a data key or a payload that was erased, as it stood in the database."""

    def look_over(self, directory: Path, cut: int) -> Findings:
        """Looks for what somebody had been told of before that many changes."""
        leaves = {index: leaf for number, index, leaf in self.acknowledged if number <= cut}
        notes = [note for number, note in self.published if number <= cut]
        found = look_over(directory, leaves, notes)
        if found.intact:
            found.wrong += verified(directory, notes[-1] if notes else b"")
        content = b"".join(path.read_bytes() for path in directory.glob("*.sqlite3*"))
        back = [piece for number, piece in self.erased if number <= cut and piece in content]
        found.wrong += [f"{len(back)} pieces of what was erased are on the disk"] if back else []
        return found


def _opened(directory: Path, seed: int, vfs: str, synchronous: str) -> SqliteAuditLog:
    """A store whose writer syncs as told, which no setting allows: set on its connection, behind its back."""
    connections: list[apsw.Connection] = []
    hook = connections.append
    apsw.connection_hooks.append(hook)
    try:
        log = SqliteAuditLog(directory, fixed_clock, Random(seed).randbytes, vfs=vfs)
    finally:
        apsw.connection_hooks.remove(hook)
    for connection in connections:
        if not connection.readonly("main"):
            connection.execute(f"PRAGMA synchronous = {synchronous}")
    return log


def _worked(directory: Path, synchronous: str) -> Run:
    """Opens, fills and closes a store a few times on a disk that remembers."""
    run = Run()
    vfs = WatchedVfs("pactolus-remembering", run.changes.append)
    try:
        with ThreadPoolExecutor(APPENDS_AT_ONCE) as pool:
            for session in range(SESSIONS):
                log = _opened(directory, SEED + session, vfs.name, synchronous)
                for number in range(ROUNDS):
                    names = [f"{session}-{number}-{each}" for each in range(APPENDS_AT_ONCE)]
                    list(pool.map(partial(_append, log, run), names))
                    note = log.publish()
                    run.published.append((len(run.changes), note))
                _erase(directory, log, run, f"Patient/erased-{session}")
                log.close()
    finally:
        vfs.unregister()
    return run


def _erase(directory: Path, log: SqliteAuditLog, run: Run, patient: str) -> None:
    """Records something about a patient, then destroys the key."""
    record = replace(new_record(patient, patient=patient), input=Random(patient).randbytes(20_000))
    log.append(record)
    (key_id,) = log.keys_of("north", (patient,))
    with closing(apsw.Connection(str(directory / DATABASE_FILE), flags=apsw.SQLITE_OPEN_READONLY)) as reader:
        reader.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        ((key, payload),) = reader.execute(_ERASED, (key_id,)).fetchall()
    receipt, _ = log.append(event("erasure", change=DestroyKey(key_id)))
    run.acknowledged.append((len(run.changes), receipt.index, receipt.leaf_hash))
    # 32 bytes each: a piece may not lie across two pages.
    run.erased += [(len(run.changes), bytes(key)[:32])]
    run.erased += [(len(run.changes), bytes(payload)[at : at + 32]) for at in range(0, len(payload), 1000)]


def _append(log: SqliteAuditLog, run: Run, name: str) -> None:
    record = replace(
        new_record(name, patient=f"Patient/{len(name)}"), input=Random(name).randbytes(INPUT_BYTES)
    )
    receipt, _ = log.append(record)
    run.acknowledged.append((len(run.changes), receipt.index, receipt.leaf_hash))


@dataclass
class Tally:
    """What came of the images."""

    images: int = 0
    losing: int = 0
    most_lost: int = 0
    corrupt: int = 0
    first: str = ""
    """The first image that is not whole, so that it can be made again."""


def _cuts(run: Run, count: int) -> set[int]:
    """Moments by chance, up to half of them just before or after a sync, where most depends on the order."""
    chance = Random(SEED)
    syncs = [number for number, change in enumerate(run.changes) if change.kind == "sync"]
    beside = sorted({number + each for number in syncs for each in (0, 1)})
    cuts = set(chance.sample(beside, min(count // 2, len(beside))))
    others = [number for number in range(len(run.changes) + 1) if number not in cuts]
    return cuts | set(chance.sample(others, count - len(cuts)))


def _looked_at(directory: Path, run: Run, count: int) -> Tally:
    tally = Tally()
    for image in images(run.changes, _cuts(run, count // 4), SEED):
        found = run.look_over(_laid_out(directory, image), image.cut)
        tally.images += 1
        tally.losing += bool(found.lost or found.lost_checkpoints)
        tally.most_lost = max(tally.most_lost, len(found.lost))
        tally.corrupt += bool(found.wrong)
        if not found.intact and not tally.first:
            tally.first = f"cut after {image.cut} changes, {image.kept}: {found}"
    return tally


def _laid_out(directory: Path, image: Image) -> Path:
    """The image as a data directory, with the key files, which are synced before the database names them."""
    place = directory.with_name("image")
    rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700)
    for key in directory.glob("*.key"):
        copy(key, place)
    for name, content in image.files.items():
        (place / name).write_bytes(content)
    return place


def _told(level: str, run: Run, tally: Tally) -> None:
    tell(
        f"power cut, synchronous={level}",
        changes=len(run.changes),
        acknowledged=len(run.acknowledged),
        checkpoints=len(run.published),
        images=tally.images,
        losing=tally.losing,
        most_lost_at_once=tally.most_lost,
        corrupt=tally.corrupt,
    )


@pytest.fixture(autouse=True)
def _short_wal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "_CHECKPOINT_PAGES", WAL_PAGES)


def test_a_power_cut_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    run = _worked(tmp_path / "data", "FULL")
    tally = _looked_at(tmp_path / "data", run, IMAGES)
    _told("FULL", run, tally)
    assert tally.images >= IMAGES - IMAGES % 4
    assert (tally.losing, tally.corrupt) == (0, 0), tally.first
    begun = [
        change for change in run.changes if change.file.endswith("-wal") and change.data and not change.at
    ]
    assert len(begun) > 3 * SESSIONS, "the WAL was hardly ever begun anew, so that was not tried"


@pytest.mark.parametrize(("level", "corrupts"), [("NORMAL", False), ("OFF", True)])
def test_with_less_syncing_the_same_check_sees_a_loss(tmp_path: Path, level: str, corrupts: bool) -> None:
    run = _worked(tmp_path / "data", level)
    tally = _looked_at(tmp_path / "data", run, IMAGES // 2)
    _told(level, run, tally)
    assert tally.losing > 0
    assert corrupts or tally.corrupt == 0, tally.first


def test_a_disk_keeps_what_was_synced_and_sectors_of_the_rest() -> None:
    disk = Disk()
    disk.do(Change("write", "f", 0, b"a" * 1024))
    disk.do(Change("sync", "f"))
    disk.do(Change("write", "f", 256, b"b" * 1024))
    assert disk.after_power_cut(nothing) == {"f": b"a" * 1024}
    assert disk.after_power_cut(everything) == {"f": b"a" * 256 + b"b" * 1024}
    halves = [disk.after_power_cut(some(seed))["f"] for seed in range(40)]
    assert {half[256:512] for half in halves} == {b"a" * 256, b"b" * 256}
    assert {half[512:1024] for half in halves} == {b"a" * 512, b"b" * 512}
    assert any(half[256:512] != half[512:768] for half in halves)
    disk.do(Change("truncate", "f", 100))
    assert disk.after_power_cut(everything) == {"f": b"a" * 100}


def test_a_deletion_is_durable_when_the_folder_is_synced() -> None:
    disk = Disk()
    for change in (Change("write", "f", 0, b"a"), Change("sync", "f"), Change("delete", "f")):
        disk.do(change)
    assert disk.after_power_cut(nothing) == {"f": b"a"}
    disk.do(Change("write", "f", 0, b"b"))
    disk.do(Change("sync", "g", names=True))
    assert disk.after_power_cut(nothing) == {"f": b"", "g": b""}
    assert disk.after_power_cut(everything) == {"f": b"b", "g": b""}
