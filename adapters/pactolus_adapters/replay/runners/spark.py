"""A replay on Apache Spark: references to partitions go out, the executors read, evaluate and write by themselves.

No record and no result passes through Spark: what its machines keep on disk, log or send holds no patient data. All
that it must have is what every worker needs: the source, the packs, and the folder of the replay, under the same paths
on every executor and here. Progress is seen in that folder.

The driver, and the Java machine below it, are a process of their own: nothing of Spark stays in this one.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from pactolus_adapters.replay.ports import OpenWorker, Progress
from pactolus_adapters.replay.runners.carried import CarriedError, ReplayStopped, RunnerUnavailable
from pactolus_adapters.replay.runners.child import Child, start_child
from pactolus_adapters.replay.runners.finished import FinishedParts
from pactolus_adapters.replay.runners.java import require_java
from pactolus_adapters.replay.runners.spark_driver import SparkJob, drive
from pactolus_adapters.replay.spec import Partition

__all__ = ["SparkDriver", "SparkRunner", "spark_driver"]

_LOOK_SECONDS: Final = 0.5
_LEAVE_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class SparkRunner:
    """`Runner` over a Spark master, such as `local[4]`, `spark://HOST:7077`, `yarn` or `k8s://https://HOST`.

    `tasks`: into how many tasks at least to split the work; 0: as many as Spark says that it can run at once.
    """

    master: str
    tasks: int = 0

    def run(
        self, open_worker: OpenWorker, todo: Sequence[Partition], folder: Path, progress: Progress
    ) -> None:
        """As `Runner.run`. Raises `RunnerUnavailable` when Spark cannot be started."""
        job = SparkJob(open_worker, tuple(todo), folder, self.tasks)
        if todo:
            with spark_driver(self.master) as driver:
                driver.run(job, progress)


@contextmanager
def spark_driver(master: str) -> Iterator["SparkDriver"]:
    """Starts Spark, and ends it. Raises `RunnerUnavailable`, which says what to install or to look at."""
    if find_spec("pyspark") is None:
        raise RunnerUnavailable(
            "Apache Spark is not installed: `pip install 'pactolus[spark]'`, or choose the runner `pool`"
        )
    require_java()
    child = start_child(drive, master)
    try:
        driver = SparkDriver(child)
        driver.hear()
        yield driver
        child.pipe.send(None)
        child.leave(_LEAVE_SECONDS)
    finally:
        child.end()


@dataclass(frozen=True, slots=True)
class SparkDriver:
    """A driver that has started, for one job after the other."""

    child: Child

    def run(self, job: SparkJob, progress: Progress) -> None:
        """Does the partitions of a job, one at least, and tells each as its file appears."""
        finished = FinishedParts(job.todo, job.folder, progress)
        with suppress(OSError):  # it is dead, which is heard below
            self.child.pipe.send(job)
        while not self.child.pipe.poll(_LOOK_SECONDS):
            finished.look()
        self.hear()
        finished.look()
        if finished.missing:
            raise ReplayStopped(
                f"Spark has done all partitions, but the results of {finished.missing} are not in `{job.folder}`: "
                "it is expected to be one folder under the same path on every executor and here"
            )

    def hear(self) -> None:
        """Waits for the driver; raises the error that it tells."""
        try:
            said: CarriedError | None = self.child.pipe.recv()
        except (EOFError, OSError) as error:
            raise ReplayStopped(
                "the driver of Spark died: the system's log may tell why; the same replay, started again, goes on "
                "from here"
            ) from error
        if said is not None:
            raise said.error()
