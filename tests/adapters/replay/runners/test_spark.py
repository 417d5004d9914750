"""A replay on Apache Spark in threads of one Java machine: what every runner promises, and every start that fails."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from pactolus_adapters.replay.ports import OpenWorker, Progress, Runner
from pactolus_adapters.replay.runners.spark import SparkDriver, spark_driver
from pactolus_adapters.replay.runners.spark_driver import SparkJob
from pactolus_adapters.replay.spec import Partition
from tests.adapters.replay.runners.spark_homes import need_spark
from tests.contract.runner import MortalWorkersContract

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
