"""A worker of a replay that is real in all but the decisions: it reads numbers and writes files of results."""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pactolus_adapters.replay.batches import result_batch
from pactolus_adapters.replay.parts import write_part
from pactolus_adapters.replay.ports import PartDone
from pactolus_adapters.replay.spec import Partition
from pactolus_engine.replay.result import ReplayClass, ReplayResult

__all__ = ["Habits", "SmallWorker", "closed", "opened", "small_worker"]


@dataclass(frozen=True, slots=True)
class Habits:
    """What the workers of a test do. `marks`: an existing folder, where each leaves its process id.

    `seconds`: how long a partition takes, and a minute from the one numbered `slow_from`; `fails`: raises what `failure` makes at this partition; `dies`: its process
    is killed at this one, every time.
    """

    marks: Path
    seconds: float = 0.0
    slow_from: int = sys.maxsize
    fails: int = -1
    failure: Callable[[], Exception] = RuntimeError
    dies: int = -1


@dataclass(frozen=True, slots=True)
class SmallWorker:
    """`Worker` over the numbers themselves: every tenth differs, every seventh is no request."""

    habits: Habits

    def run(self, partition: Partition, folder: Path) -> PartDone:
        """As `Worker.run`."""
        time.sleep(60 if partition.number >= self.habits.slow_from else self.habits.seconds)
        if partition.number == self.habits.fails:
            raise self.habits.failure()
        if partition.number == self.habits.dies:
            os.kill(os.getpid(), signal.SIGKILL)
        indexes = range(partition.first, partition.end)
        results = [_result(index) for index in indexes if index % 7]
        passed_over = Counter({"look": len(indexes) - len(results)})
        write_part(folder, partition, iter([result_batch(results)]), passed_over)
        differences = sum(result.is_difference for result in results)
        return PartDone(partition.number, len(indexes), len(results), passed_over.total(), differences)


@contextmanager
def small_worker(habits: Habits) -> Iterator[SmallWorker]:
    """Opens one, and leaves a mark of the process, and another when it is closed."""
    (habits.marks / f"opened-{os.getpid()}").touch()
    yield SmallWorker(habits)
    (habits.marks / f"closed-{os.getpid()}").touch()


def opened(marks: Path) -> list[int]:
    """The processes that opened a worker."""
    return [int(mark.name.removeprefix("opened-")) for mark in marks.glob("opened-*")]


def closed(marks: Path) -> list[int]:
    """Those that closed it again."""
    return [int(mark.name.removeprefix("closed-")) for mark in marks.glob("closed-*")]


def _result(index: int) -> ReplayResult:
    differs = ReplayClass.CHANGED_OUTCOME if index % 10 == 0 else ReplayClass.IDENTICAL
    return ReplayResult(index, differs, leaf_hash=f"{index:064x}", pack="small@1.0.0")
