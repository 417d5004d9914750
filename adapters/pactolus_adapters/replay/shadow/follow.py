"""The work of a shadow: whatever is new in the log is evaluated under the candidate, and kept. It has no end.

It runs in a process of its own and reads the log as any reader does; nobody waits for it.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn

import pyarrow as pa

from pactolus_adapters.replay.alone import taken_lock
from pactolus_adapters.replay.parts import Part, part_path, read_part
from pactolus_adapters.replay.ports import Worker
from pactolus_adapters.replay.report.root import hashed_into, ordered_results
from pactolus_adapters.replay.shadow.pace import Pace
from pactolus_adapters.replay.shadow.tail import NEW_FOLDER, clear_unfinished, grow, parts_so_far
from pactolus_adapters.replay.shadow.told import Far
from pactolus_adapters.replay.spec import Partition, ReplaySpec
from pactolus_adapters.trail.readable import ReadableTrail
from pactolus_adapters.trail.recompute import RecomputedTree
from pactolus_engine.errors import PactolusError
from pactolus_engine.replay.result import ReplayResult

__all__ = ["Follower", "ShadowOfOtherHistory", "alone_in"]

_AT_ONCE: Final = 256
_GATHER_SECONDS: Final = 2.0
"""So long the first of a few new records waits for more."""

_LOOK_SECONDS: Final = 0.5


class ShadowOfOtherHistory(PactolusError):
    """The log is not the one that the shadow has followed so far."""


@dataclass(slots=True)
class _SoFar:
    """The results on disk, in flat memory. `last_leaf`: index and leaf hash of the last result."""

    end: int
    last: Part | None = None
    tree: RecomputedTree = field(default_factory=RecomputedTree)
    results: int = 0
    differences: int = 0
    last_leaf: tuple[int, str] | None = None

    def count(self, result: ReplayResult) -> None:
        self.results += 1
        self.differences += result.is_difference
        if result.leaf_hash:
            self.last_leaf = (result.index, result.leaf_hash)

    def far(self) -> Far:
        return Far(self.end, self.tree.root().hex(), self.results, self.differences)


@dataclass(frozen=True, slots=True)
class Follower:
    """Follows a log. `spec`: what is followed, from its `first` on. `tell`: hears how far it is after each step."""

    folder: Path
    spec: ReplaySpec
    log: ReadableTrail
    worker: Worker
    pace: Pace
    tell: Callable[[Far], None]

    def run(self) -> NoReturn:
        """Goes on where the results end, for ever; the folder is this process's alone.

        Raises `PartUnreadable` or `ShadowOfOtherHistory` when there is nothing to go on from, `AuditUnavailable`.
        """
        pa.set_cpu_count(1)
        clear_unfinished(self.folder)
        so_far = self._found()
        self._check_history(so_far)
        self.tell(so_far.far())
        while True:
            end = self._when_due(so_far.end)
            self._do(so_far, end)
            self.tell(so_far.far())

    def _found(self) -> _SoFar:
        """What an earlier process has done, read once for its root."""
        found = parts_so_far(self.spec, self.folder)
        so_far = _SoFar(found[-1].partition.end if found else self.spec.first, found[-1] if found else None)
        for result in hashed_into(so_far.tree, ordered_results(found)):
            so_far.count(result)
            if so_far.results % _AT_ONCE == 0:
                self.pace.rest()
        return so_far

    def _check_history(self, so_far: _SoFar) -> None:
        """A log that was restored from an older backup has gone another way since."""
        size = self.log.size()
        is_other = size < so_far.end
        if so_far.last_leaf and not is_other:
            index, leaf_hash = so_far.last_leaf
            entry = next(self.log.entries(index, index + 1), None)
            is_other = entry is None or entry.leaf_hash.hex() != leaf_hash
        if is_other:
            raise ShadowOfOtherHistory(
                f"the log is not the one that `{self.folder}` has followed to record {so_far.end}: if it was restored from "
                "a backup, move that folder elsewhere and start the server again, which begins a new one"
            )

    def _when_due(self, done: int) -> int:
        """Waits for new records; returns the end of those to be done at once."""
        waited_until: float | None = None
        while True:
            size = self.log.size()
            if size >= done + _AT_ONCE:
                break
            if size > done:
                waited_until = waited_until or time.monotonic() + _GATHER_SECONDS
                if time.monotonic() >= waited_until:
                    break
            self.pace.wait(_LOOK_SECONDS)
        self.pace.begin()
        return min(size, done + _AT_ONCE)

    def _do(self, so_far: _SoFar, end: int) -> None:
        beside = self.folder / NEW_FOLDER
        self.worker.run(Partition(0, so_far.end, end), beside)
        new = read_part(part_path(beside, 0))
        for result in hashed_into(so_far.tree, ordered_results([new])):
            so_far.count(result)
        so_far.last = grow(self.folder, so_far.last, new)
        so_far.end = end
        self.pace.rest()


@contextmanager
def alone_in(folder: Path, wait: Callable[[], None]) -> Iterator[None]:
    """The folder is this process's while the block runs; calls `wait` until it is, since one that was told to end may
    not have ended yet."""
    while (lock := taken_lock(folder)) is None:
        wait()
    try:
        yield
    finally:
        os.close(lock)
