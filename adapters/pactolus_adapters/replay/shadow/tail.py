"""The results of a shadow on disk: parts as those of a replay, of which the last one grows until it is full.

It grows by being written anew, whole or not at all, so that each record is in exactly one part whenever the process
is killed, and a quiet server does not leave a file for every request.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from pactolus_adapters.replay.parts import Part, part_path, parts, read_part, remove_unfinished, write_part
from pactolus_adapters.replay.report.root import whole_parts
from pactolus_adapters.replay.spec import Partition, ReplaySpec

__all__ = ["NEW_FOLDER", "clear_unfinished", "grow", "parts_so_far", "with_end"]

NEW_FOLDER: Final = ".new"
"""Where the results of new records are put before they are added to the rest."""

_FULL: Final = 4096
_BATCH: Final = 1024


def with_end(spec: ReplaySpec, found: list[Part]) -> ReplaySpec:
    """The spec as far as it is done."""
    return replace(spec, end=found[-1].partition.end if found else spec.first)


def parts_so_far(spec: ReplaySpec, folder: Path) -> list[Part]:
    """The parts in order, from the first record on without a gap. Raises `PartUnreadable`."""
    return whole_parts(with_end(spec, parts(folder)), folder)


def grow(folder: Path, last: Part | None, new: Part) -> Part:
    """Adds the results of new records, which follow on the last part; durable when it returns the part they are in."""
    number = last.partition.number if last else -1
    joined = [new]
    if last is not None and last.records + new.records <= _FULL:
        joined = [last, new]
    else:
        number += 1
    whole = Partition(number, joined[0].partition.first, new.partition.end)
    passed_over = sum((Counter(one.passed_over) for one in joined), Counter[str]())
    write_part(folder, whole, _batches(joined), passed_over)
    new.path.unlink()
    return read_part(part_path(folder, number))


def clear_unfinished(folder: Path) -> None:
    """Removes what a process that was killed has left; for whoever is alone in the folder."""
    shutil.rmtree(folder / NEW_FOLDER, ignore_errors=True)
    remove_unfinished(folder)


def _batches(joined: list[Part]) -> Iterator[pa.RecordBatch]:
    """Rows as they are, without a look at them."""
    for part in joined:
        with pq.ParquetFile(part.path) as file:
            yield from file.iter_batches(_BATCH)
