"""The results of a replay that is done, found without loading all of them: the file they begin in, then on from there."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pactolus_adapters.replay.batches import result_rows
from pactolus_adapters.replay.parts import RESULTS_FOLDER, PartUnreadable
from pactolus_adapters.replay.spec import ReplaySpec, partitions
from pactolus_engine.replay.result import ReplayClass, ReplayResult

__all__ = ["counted_classes", "results_after"]

_BATCH: Final = 1024


def results_after(
    folder: Path, spec: ReplaySpec, classes: Iterable[ReplayClass], after: int
) -> Iterator[ReplayResult]:
    """The results of these classes with an index above `after`, ascending. Raises `PartUnreadable`."""
    names = pa.array([one.value for one in classes], pa.string())
    files = sorted((folder / RESULTS_FOLDER).glob("part-*.parquet"))
    wanted = list(partitions(spec))
    if len(files) != len(wanted):
        raise PartUnreadable("files of results are missing: start the replay anew")
    for partition, file in zip(wanted, files, strict=True):
        if partition.end > after + 1:
            yield from _matching(file, names, after)


def counted_classes(files: Iterable[Path]) -> Counter[str]:
    """How many results of each class are in these files. Raises `PartUnreadable`."""
    counts = Counter[str]()
    for file in files:
        for batch in _batches(file, ["class"]):
            counts.update(batch["class"].to_pylist())
    return counts


def _matching(file: Path, names: pa.Array, after: int) -> Iterator[ReplayResult]:
    for batch in _batches(file):
        is_wanted = pc.and_(pc.is_in(batch["class"], value_set=names), pc.greater(batch["index"], after))
        yield from result_rows(batch.filter(is_wanted))


def _batches(file: Path, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    try:
        with pq.ParquetFile(file) as opened:
            yield from opened.iter_batches(_BATCH, columns=columns)
    except (pa.ArrowException, OSError, KeyError) as error:
        raise PartUnreadable(f"`{file.name}` is no whole file of results: start the replay anew") from error
