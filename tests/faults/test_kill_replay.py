"""Kill -9 of a replay, or of one of its workers: gone on with, it has every record exactly once and the same root.

`PACTOLUS_KILLS` sets how often (3 by default, 20 at most).
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from pactolus_adapters.audit.stores import open_reader
from pactolus_adapters.clock import system_clock
from pactolus_adapters.replay.folder import ReplayFolder
from pactolus_adapters.replay.parts import parts, read_results
from pactolus_adapters.settings import Settings
from pactolus_adapters.wiring.house import store_place
from tests.faults.figures import tell
from tests.support.process import COMMAND, descendants, environment, heeding_interrupts, is_running, until
from tests.support.replay_logs import decided, recorded, rules_folder, small_request

KILLS = min(int(os.environ.get("PACTOLUS_KILLS", "3")), 20)
PART = 256
"""Records of a partition."""

_POOL_WORKER = "multiprocessing.spawn"
_UNFINISHED = "goes on with it"


@dataclass(frozen=True)
class Place:
    """A log of so many requests, their packs, and where the report goes."""

    folder: Path
    records: int

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self, report: str, *more: str) -> subprocess.Popen[str]:
        """Starts or goes on with a replay, in a session of its own."""
        where = ("--data", str(self.data), "--rules", str(self.folder / "rules"))
        what = ("--to", str(self.records), "--report", str(self.folder / report))
        return subprocess.Popen(
            heeding_interrupts(COMMAND, "replay", *where, *what, *more),
            start_new_session=True,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )

    def done(self, report: str) -> int:
        """How many partitions are there."""
        return len(list((self.folder / report / "results").glob("part-*.parquet")))

    def indexes(self, report: str) -> list[int]:
        """The places of all results, as they stand in the files."""
        return [one.index for part in parts(self.folder / report) for one in read_results(part)]

    def events(self) -> list[str]:
        """The events that were recorded behind the requests."""
        reader = open_reader(store_place(Settings(data=self.data)), system_clock)
        try:
            return [reader.read(index).event for index in range(self.records, reader.size())]
        finally:
            reader.close()


def _place(folder: Path, records: int) -> Place:
    values = ("0.0001", "0.001", "0.01", "0.0009", "1")  # percent
    requests = [small_request(f"p{number}", value) for number, value in enumerate(values)]
    recorded(folder / "data", decided(rules_folder(folder / "rules"), [*requests, b"{"]), records).close()
    return Place(folder, records)


def _end_of(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    """Whatever a test starts, and does not end."""
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def _kill_a_worker(process: subprocess.Popen[str], chance: Random) -> bool:
    """Kills one process of the pool, if there is any."""
    workers = descendants(process.pid, _POOL_WORKER)
    if not workers:
        return False
    os.kill(chance.choice(workers), signal.SIGKILL)
    return True


def test_killed_at_random_and_gone_on_with_it_has_every_record_once(
    tmp_path: Path, started: list[subprocess.Popen[str]]
) -> None:
    place = _place(tmp_path, PART * (2 * KILLS + 2) - 7)
    whole = place.start("whole", "--runner", "inline")
    started.append(whole)
    chance, groups, workers, starts, left = Random(20260301), 0, 0, 0, []
    assert _end_of(whole)[0] == 0
    while groups + workers < KILLS:
        process = place.start("killed", "--workers", "2")
        started.append(process)
        starts, before = starts + 1, place.done("killed")
        if groups % 4 == 3:  # at its start, where it opens the log and its workers
            time.sleep(chance.uniform(0.1, 3.0))
        else:
            assert until(lambda: place.done("killed") > before or process.poll() is not None, 120)  # noqa: B023
            time.sleep(chance.uniform(0, 0.4))
        if (groups + workers) % 2 and groups + workers < KILLS - 1 and _kill_a_worker(process, chance):
            workers += 1
            time.sleep(chance.uniform(0, 0.4))
        if process.poll() is None:
            below = descendants(process.pid, "python")
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            groups += 1
            assert until(lambda: not any(map(is_running, below)), 10), "a process outlived its replay"  # noqa: B023
        left.append(place.done("killed"))
        if process.returncode == 0:
            break
    code, _, err = _end_of(place.start("killed", "--workers", "2"))
    assert (code, err) == (0, "")
    _as_never_killed(place)
    tell("kill -9 of a replay", groups=groups, workers=workers, starts=starts + 1, records=place.records)
    assert groups + workers >= KILLS, f"it was finished before: partitions after each kill {left}"


def _as_never_killed(place: Place) -> None:
    assert place.indexes("killed") == place.indexes("whole") == list(range(place.records))
    killed, whole = (ReplayFolder(place.folder / name).state() for name in ("killed", "whole"))
    assert killed is not None and whole is not None
    assert killed.root == whole.root
    for part, other in zip(parts(place.folder / "killed"), parts(place.folder / "whole"), strict=True):
        assert list(read_results(part)) == list(read_results(other))
    assert [killed.started, killed.finished] == [place.records + 2, place.records + 3]
    assert place.events() == ["replay"] * 4  # each is recorded as begun once, and as finished once
    assert not list((place.folder / "killed" / "results").glob(".*"))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_asked_to_end_it_says_how_to_go_on(
    tmp_path: Path, started: list[subprocess.Popen[str]], number: signal.Signals, code: int
) -> None:
    place = _place(tmp_path, PART * 12)
    process = place.start("report", "--workers", "2")
    started.append(process)
    assert until(lambda: place.done("report") or process.poll() is not None, 120)
    below = descendants(process.pid, "python")
    os.kill(process.pid, number)
    ended, out, err = _end_of(process)
    assert (ended, out) == (code, "")
    assert err.count("\n") == 1 and _UNFINISHED in err and str(place.folder / "report") in err
    assert until(lambda: not any(map(is_running, below)), 10)
    assert 0 < place.done("report") < 12
    again = place.start("report", "--runner", "inline")  # by another runner, for it is the same replay
    started.append(again)
    assert _end_of(again)[0] == 0
    assert place.indexes("report") == list(range(place.records))
    assert place.events() == ["replay"] * 2
