"""A replay on Apache Spark in threads of one Java machine: what every runner promises, and every start that fails."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from pactolus_adapters.replay.ports import OpenWorker, PartDone, Progress, Runner
from pactolus_adapters.replay.runners.carried import ReplayStopped, RunnerUnavailable
from pactolus_adapters.replay.runners.child import start_child
from pactolus_adapters.replay.runners.spark import SparkDriver, spark_driver
from pactolus_adapters.replay.runners.spark_driver import SparkJob
from pactolus_adapters.replay.spec import Partition
from tests.adapters.replay.runners.small_worker import Habits, SmallWorker, closed, small_worker
from tests.adapters.replay.runners.spark_homes import need_spark
from tests.contract.runner import MortalWorkersContract, Place, some_partitions

__all__: list[str] = []


@dataclass(frozen=True)
class OneDriver:
    """`SparkRunner` whose Spark is already there: starting it takes longer than all that is tested."""

    driver: SparkDriver

    def run(
        self, open_worker: OpenWorker, todo: Sequence[Partition], folder: Path, progress: Progress
    ) -> None:
        if todo:
            self.driver.run(SparkJob(open_worker, tuple(todo), folder), progress)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkDriver]:
    need_spark()
    with spark_driver("local[2]") as driver:
        yield driver


class TestSparkInThreads(MortalWorkersContract):
    kills = 4
    leaves_nothing = False  # the driver is the next test's, and keeps its processes

    @pytest.fixture
    def runner(self, started: SparkDriver) -> Runner:
        return OneDriver(started)

    def test_results_that_are_not_in_the_folder_are_missed(self, runner: Runner, place: Place) -> None:
        # As on a machine that has a folder of its own under the same path.
        with pytest.raises(
            ReplayStopped, match=r"the results of 3 are not in .* same path on every executor"
        ):
            runner.run(
                partial(_writes_elsewhere, place.marks), some_partitions(3), place.folder, place.told.append
            )
        assert place.told == []

    def test_progress_moves_while_a_task_runs(self, started: SparkDriver, place: Place) -> None:
        seen: list[tuple[int, int]] = []

        def told(done: PartDone) -> None:
            seen.append((done.number, len(closed(place.marks))))

        worker = partial(small_worker, Habits(place.marks, seconds=0.4))
        started.run(SparkJob(worker, tuple(some_partitions(6)), place.folder, tasks=1), told)
        assert seen[0] == (0, 0), "the first was told when the task was over"
        assert [number for number, _ in seen] == list(range(6))


@dataclass(frozen=True)
class _Elsewhere:
    worker: SmallWorker
    folder: Path

    def run(self, partition: Partition, folder: Path) -> PartDone:
        return self.worker.run(partition, self.folder)


@contextmanager
def _writes_elsewhere(folder: Path) -> Iterator[_Elsewhere]:
    with small_worker(Habits(folder)) as worker:
        yield _Elsewhere(worker, folder)


def _dies(pipe: object) -> None:
    """A driver that ends before it has said anything."""


def test_a_driver_that_dies_is_told_from_one_that_fails() -> None:
    child = start_child(_dies)
    with pytest.raises(ReplayStopped, match="the driver of Spark died"):
        SparkDriver(child).hear()
    child.end()


def test_without_the_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(RunnerUnavailable, match=r"pip install 'pactolus\[spark\]'"), spark_driver("local"):
        pass


def test_a_java_that_ends_at_once_is_told_with_its_last_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_spark()
    java = tmp_path / "bin/java"
    java.parent.mkdir()
    java.write_text(
        "#!/bin/sh\necho 'openjdk version \"17\"' >&2\n[ $1 = -version ] || { echo Error: no memory >&2; exit 1; }\n"
    )
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with (
        pytest.raises(RunnerUnavailable, match="Spark at `local` did not start: Error: no memory; "),
        spark_driver("local"),
    ):
        pass


def test_a_master_that_nobody_knows_is_told_in_one_line() -> None:
    need_spark()
    with pytest.raises(RunnerUnavailable) as caught, spark_driver("locale[2]"):
        pass
    assert "Spark at `locale[2]` did not start: " in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "locale[2]'" in str(caught.value)
