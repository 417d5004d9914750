"""What the parts of a replay ask of each other. A port's comment is its contract."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from pactolus_adapters.replay.spec import Partition

__all__ = ["Kernel", "OpenWorker", "PartDone", "Progress", "Runner", "Source", "Worker"]

Kernel = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
"""Batches of records in, batches of results out, in the same order; one result for each request among them."""

Progress = Callable[["PartDone"], None]


class Source(Protocol):
    """Records by index, the same each time; opened anew in every worker."""

    def read(self, partition: Partition) -> Iterator[pa.RecordBatch]:
        """The records of a partition in ascending order, exactly one row for each index. Raises
        `AuditUnavailable` when nothing can be read at all; what is wrong with one record is said in its row."""


@dataclass(frozen=True, slots=True)
class PartDone:
    """A partition whose results are on disk. `results`: rows written; `passed_over`: records that are no requests, or
    of another pack; the two together are the records read. `differences`: results with another answer."""

    number: int
    records: int
    results: int
    passed_over: int
    differences: int


class Worker(Protocol):
    """Does partitions one after the other, in one process."""

    def run(self, partition: Partition, folder: Path) -> PartDone:
        """Reads, evaluates and writes one partition; when it returns, its file is durable. Doing it twice gives the
        same file."""


OpenWorker = Callable[[], AbstractContextManager[Worker]]
"""Opens a worker in whichever process it is called; it can be pickled."""


class Runner(Protocol):
    """Runs partitions somewhere."""

    def run(
        self, open_worker: OpenWorker, todo: Sequence[Partition], folder: Path, progress: Progress
    ) -> None:
        """Does every partition of `todo`, in any order, and tells each that is done. A worker that dies is replaced,
        what it had is done again; raises the error of a partition that fails with one, and `ReplayStopped` when
        workers keep dying."""
