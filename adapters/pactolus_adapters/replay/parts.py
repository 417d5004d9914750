"""The results of a replay on disk: one Parquet file for each partition, there whole or not at all.

A file is written under another name and renamed when it is durable, so that after a crash the partitions to do
again are those whose file is not there. The same partition has the same rows, whoever wrote it.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from pactolus_adapters.replay.batches import result_rows, result_schema
from pactolus_adapters.replay.spec import Partition
from pactolus_engine.errors import PactolusError
from pactolus_engine.replay.result import ReplayResult

__all__ = [
    "Part",
    "PartUnreadable",
    "part_path",
    "parts",
    "read_part",
    "read_results",
    "remove_unfinished",
    "write_part",
]

RESULTS_FOLDER: Final = "results"
_COUNTS: Final = b"pactolus"
_BATCH: Final = 1024
_UNFINISHED: Final = ".unfinished"


class PartUnreadable(PactolusError):
    """A file of results is not what a replay writes."""


@dataclass(frozen=True, slots=True)
class Part:
    """The results of one partition. `passed_over`: how many records of which event, or `other-pack`, were no part
    of the replay."""

    path: Path
    partition: Partition
    results: int
    passed_over: Mapping[str, int]

    @property
    def records(self) -> int:
        """How many records were read for them."""
        return self.partition.records


def write_part(
    folder: Path, partition: Partition, batches: Iterable[pa.RecordBatch], passed_over: Counter[str]
) -> int:
    """Writes the results of a partition, in order; returns their number. `passed_over` is read at the end, when all
    batches have been taken."""
    target = part_path(folder, partition.number)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Not the process id: on a folder that several machines share, two of them may have the same.
    unfinished = target.with_name(f".{target.name}.{uuid4().hex}{_UNFINISHED}")
    try:
        count = 0
        with pq.ParquetWriter(unfinished, result_schema(), compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
                count += batch.num_rows
            writer.add_key_value_metadata({_COUNTS: _counts(partition, count, passed_over)})
        _make_durable(unfinished)
        unfinished.rename(target)
        _make_durable(target.parent)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def part_path(folder: Path, number: int) -> Path:
    """Where the results of a partition are, once they are all there."""
    return folder / RESULTS_FOLDER / f"part-{number:08}.parquet"


def parts(folder: Path) -> list[Part]:
    """The partitions that are done, in order. Raises `PartUnreadable`."""
    return [read_part(path) for path in sorted((folder / RESULTS_FOLDER).glob("part-*.parquet"))]


def read_part(path: Path) -> Part:
    """What a file of results says of itself. Raises `PartUnreadable`."""
    try:
        with pq.ParquetFile(path) as file:
            counts = json.loads(file.metadata.metadata[_COUNTS])
            part = Part(path, Partition(*counts["partition"]), counts["results"], counts["passed_over"])
            rows = file.metadata.num_rows
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise _unreadable(path) from error
    read = part.results + sum(part.passed_over.values())
    if rows != part.results or read != part.records:
        raise _unreadable(path)
    return part


def read_results(part: Part) -> Iterator[ReplayResult]:
    """The results of a partition, in order, a batch at a time. Raises `PartUnreadable`."""
    try:
        with pq.ParquetFile(part.path) as file:
            for batch in file.iter_batches(_BATCH):
                yield from result_rows(batch)
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise _unreadable(part.path) from error


def remove_unfinished(folder: Path) -> None:
    """Removes what writers left that were killed; for when every partition is there."""
    for path in (folder / RESULTS_FOLDER).glob(f".*{_UNFINISHED}"):
        path.unlink(missing_ok=True)


def _counts(partition: Partition, count: int, passed_over: Mapping[str, int]) -> bytes:
    place = [partition.number, partition.first, partition.end]
    return json.dumps(
        {"partition": place, "results": count, "passed_over": dict(sorted(passed_over.items()))}
    ).encode()


def _make_durable(path: Path) -> None:
    """The content of a file, or the names in a folder, survive a power cut from here on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unreadable(path: Path) -> PartUnreadable:
    return PartUnreadable(
        f"`{path.name}` is no whole file of results: remove it and start the replay again, which does this part anew"
    )
