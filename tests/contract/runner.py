"""What every runner of a replay promises, wherever it runs: the suite behind the port `Runner`.

A runner runs it by subclassing `RunnerContract` with a fixture `runner`; one that has processes that can be killed
subclasses `MortalWorkersContract`, which holds the other.
"""

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest

from pactolus_adapters.replay.parts import parts, read_results
from pactolus_adapters.replay.ports import PartDone, Runner
from pactolus_adapters.replay.runners.carried import ReplayStopped
from pactolus_adapters.replay.runners.inline import InlineRunner
from pactolus_adapters.replay.spec import Partition
from pactolus_engine.errors import AuditUnavailable, InputInvalid, Violation
from tests.adapters.replay.runners.small_worker import Habits, closed, opened, small_worker
from tests.support.process import is_running, until

__all__ = ["PARTITION_SIZE", "MortalWorkersContract", "Place", "RunnerContract", "some_partitions"]

PARTITION_SIZE = 50


def some_partitions(count: int) -> list[Partition]:
    """The first partitions of a replay."""
    return [
        Partition(number, number * PARTITION_SIZE, (number + 1) * PARTITION_SIZE) for number in range(count)
    ]


def unread_store() -> Exception:
    """The error of a source that cannot be read at all."""
    return AuditUnavailable("the store `somewhere` cannot be read")


def invalid_input() -> Exception:
    """An error that does not survive being pickled as it is."""
    return InputInvalid([Violation("Bundle.entry[0]", "expected a resource")])


class Place:
    """Where a test runs a replay: its folder, what it was told, the marks of its workers."""

    def __init__(self, base: Path, folder: Path | None = None) -> None:
        self.folder, self.marks = folder or base / "replay", base / "marks"
        self.told: list[PartDone] = []
        for each in (self.folder, self.marks):
            each.mkdir(parents=True, exist_ok=True)

    def run(self, runner: Runner, todo: list[Partition], **habits: object) -> None:
        """Runs these partitions with workers of these habits."""
        worker = partial(small_worker, Habits(self.marks, **habits))  # type: ignore[arg-type]
        runner.run(worker, todo, self.folder, self.told.append)

    def content(self) -> dict[str, bytes]:
        """All files that count, whole."""
        return {part.path.name: part.path.read_bytes() for part in parts(self.folder)}

    def indexes(self) -> list[int]:
        """The records with a result, in the order of the files."""
        return [result.index for part in parts(self.folder) for result in read_results(part)]

    def nothing_runs(self) -> bool:
        """Whether every process that opened a worker has ended; this one does not count."""
        return not any(is_running(process) for process in opened(self.marks) if process != os.getpid())


def as_inline(base: Path, todo: list[Partition]) -> dict[str, bytes]:
    """The files that a replay in this process writes, and what it tells."""
    place = Place(base)
    place.run(InlineRunner(), todo)
    return place.content()


class RunnerContract:
    """What holds for all. `leaves_nothing`: no process of a replay is there when it is over."""

    leaves_nothing = True

    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        """An empty folder for a replay."""
        return Place(tmp_path / "place")

    def test_every_partition_is_done_once_and_told_with_its_counts(
        self, runner: Runner, place: Place, tmp_path: Path
    ) -> None:
        todo = some_partitions(23)
        place.run(runner, todo)
        assert place.content() == as_inline(tmp_path / "inline", todo)
        assert place.indexes() == [index for index in range(23 * PARTITION_SIZE) if index % 7]
        assert sorted(done.number for done in place.told) == list(range(23))
        assert {done.records for done in place.told} == {PARTITION_SIZE}
        assert sum(done.results for done in place.told) == len(place.indexes())
        assert sum(done.passed_over for done in place.told) == 23 * PARTITION_SIZE - len(place.indexes())
        assert sum(done.differences for done in place.told) == sum(
            index % 10 == 0 for index in place.indexes()
        )
        assert sorted(closed(place.marks)) == sorted(opened(place.marks))
        assert not self.leaves_nothing or until(place.nothing_runs, 10)

    def test_only_what_is_to_do_is_done_and_other_files_stay(self, runner: Runner, place: Place) -> None:
        place.run(InlineRunner(), some_partitions(3))
        kept = {name: (place.folder / "results" / name).stat().st_ino for name in place.content()}
        place.told.clear()
        place.run(runner, some_partitions(8)[3:])
        assert sorted(done.number for done in place.told) == [3, 4, 5, 6, 7]
        assert len(place.content()) == 8
        assert {name: (place.folder / "results" / name).stat().st_ino for name in kept} == kept

    @pytest.mark.parametrize("failure", [unread_store, invalid_input])
    def test_the_error_of_a_partition_is_raised_as_it_is(
        self, runner: Runner, place: Place, failure: Callable[[], Exception]
    ) -> None:
        expected = failure()
        with pytest.raises(type(expected)) as caught:
            place.run(runner, some_partitions(9), fails=4, failure=failure)
        assert str(caught.value) == str(expected)
        assert getattr(caught.value, "violations", ()) == getattr(expected, "violations", ())
        assert "part-00000004.parquet" not in place.content()
        assert not self.leaves_nothing or until(place.nothing_runs, 10)

    def test_nothing_to_do_is_nothing_to_tell(self, runner: Runner, place: Place) -> None:
        place.run(runner, [])
        assert place.told == []


class MortalWorkersContract(RunnerContract):
    """What holds where workers can be killed one by one."""

    kills = 6

    def test_workers_killed_at_random_cost_time_and_no_record(
        self, runner: Runner, place: Place, tmp_path: Path
    ) -> None:
        todo = some_partitions(40)
        with _killing(place, self.kills) as killed:
            place.run(runner, todo, seconds=0.05)
        assert len(killed) >= 1, "nobody was killed: the test shows nothing"
        assert place.content() == as_inline(tmp_path / "inline", todo)
        assert sorted(done.number for done in place.told) == list(range(40))

    def test_a_partition_that_kills_every_worker_stops_the_replay(self, runner: Runner, place: Place) -> None:
        with pytest.raises(ReplayStopped, match="started again"):
            place.run(runner, some_partitions(4), dies=2)
        assert "part-00000002.parquet" not in place.content()
        assert not self.leaves_nothing or until(place.nothing_runs, 10)


@contextmanager
def _killing(place: Place, most: int) -> Iterator[list[int]]:
    """Kills workers at random, with a fixed seed, while the block runs; gives whom it has killed."""
    killed: list[int] = []
    over = Event()
    chance = random.Random(6)

    def kill() -> None:
        while len(killed) < most and not over.wait(chance.uniform(0.05, 0.4)):
            alive = [process for process in opened(place.marks) if is_running(process)]
            if alive:
                killed.append(chance.choice(alive))
                with suppress(ProcessLookupError):
                    os.kill(killed[-1], signal.SIGKILL)

    thread = Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()
