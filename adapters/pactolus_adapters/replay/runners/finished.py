"""Partitions that somebody else finishes, seen by their files: what is on disk is done, whoever says what."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from pactolus_adapters.replay.parts import part_path, read_part
from pactolus_adapters.replay.ports import PartDone, Progress
from pactolus_adapters.replay.spec import Partition
from pactolus_engine.replay.result import DIFFERENCES

__all__ = ["FinishedParts"]


class FinishedParts:
    """Tells each partition of `todo` once, as soon as it is seen."""

    def __init__(self, todo: Sequence[Partition], folder: Path, progress: Progress) -> None:
        self._awaited = {part_path(folder, one.number).name: one for one in todo}
        self._folder = part_path(folder, 0).parent
        self._progress = progress

    def look(self) -> None:
        """Tells what was finished since the last look, in order. Raises `PartUnreadable`."""
        if self._folder.is_dir():
            there = {path.name for path in self._folder.iterdir()}
            for name in sorted(there & self._awaited.keys()):
                del self._awaited[name]
                self._progress(_done(self._folder / name))

    @property
    def missing(self) -> int:
        """How many were not seen yet."""
        return len(self._awaited)


def _done(path: Path) -> PartDone:
    part = read_part(path)
    passed_over = sum(part.passed_over.values())
    return PartDone(
        part.partition.number, part.results + passed_over, part.results, passed_over, _differences(path)
    )


def _differences(path: Path) -> int:
    """How many results have another answer, by the one column that says so."""
    counts = pc.value_counts(pq.read_table(path, columns=["class"])["class"]).to_pylist()
    return sum(one["counts"] for one in counts if one["values"] in DIFFERENCES)
