"""A replay in several processes of this machine: each does one partition after the other."""

from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Final

from pactolus_adapters.replay.ports import OpenWorker, PartDone, Progress
from pactolus_adapters.replay.runners.carried import CarriedError, ReplayStopped
from pactolus_adapters.replay.runners.child import Child, start_child
from pactolus_adapters.replay.spec import Partition

__all__ = ["MOST_DEATHS", "PoolRunner"]

MOST_DEATHS: Final = 5
"""So often may workers die over one partition before the replay stops."""
_LEAVE_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class PoolRunner:
    """`Runner` over processes that are started afresh. `processes`: how many at most, 1 or more."""

    processes: int

    def run(
        self, open_worker: OpenWorker, todo: Sequence[Partition], folder: Path, progress: Progress
    ) -> None:
        """As `Runner.run`. Whatever ends it, an error or an interrupt, no process is left."""
        crew = _Crew(open_worker, todo, folder)
        try:
            for _ in range(min(self.processes, len(todo))):
                crew.hire()
            while crew.busy:
                for pipe in wait(list(crew.busy)):
                    assert isinstance(pipe, Connection)
                    crew.hear(pipe, progress)
            crew.leave()
        finally:
            crew.end()


class _Crew:
    """The processes, what each of them does, and what is still to do, in ascending order."""

    def __init__(self, open_worker: OpenWorker, todo: Sequence[Partition], folder: Path) -> None:
        self.busy: dict[Connection[Any, Any], tuple[Child, Partition]] = {}
        self._children: list[Child] = []
        self._waiting = deque(sorted(todo, key=lambda partition: partition.number))
        self._deaths: Counter[Partition] = Counter()
        self._open_worker = open_worker
        self._folder = folder

    def hire(self) -> None:
        """Starts a process and gives it something to do."""
        child = start_child(_work, self._open_worker, self._folder)
        self._children.append(child)
        self._give(child)

    def hear(self, pipe: "Connection[Any, Any]", progress: Progress) -> None:
        """Takes what a process says, or that it is dead, and gives it, or another in its place, the next."""
        child, partition = self.busy.pop(pipe)
        try:
            said: PartDone | CarriedError = pipe.recv()
        except (EOFError, OSError):
            self._replace(child, partition)
            return
        if isinstance(said, CarriedError):
            raise said.error()
        progress(said)
        self._give(child)

    def leave(self) -> None:
        """Waits until all, told that there is nothing more, have closed their worker."""
        for child in self._children:
            child.leave(_LEAVE_SECONDS)

    def end(self) -> None:
        """Ends those that are still there."""
        for child in self._children:
            child.end()

    def _give(self, child: Child) -> None:
        following = self._waiting.popleft() if self._waiting else None
        if following is not None:
            self.busy[child.pipe] = child, following
        with suppress(OSError):  # it is dead: whoever listens to it next will hear so
            child.pipe.send(following)

    def _replace(self, dead: Child, partition: Partition) -> None:
        self._children.remove(dead)
        dead.end()
        self._deaths[partition] += 1
        if self._deaths[partition] >= MOST_DEATHS:
            raise ReplayStopped(
                f"{MOST_DEATHS} workers died over records {partition.first} to {partition.end - 1}: when memory is "
                "short (the system's log tells), use fewer workers; the same replay, started again, goes on from here"
            )
        self._waiting.appendleft(partition)
        self.hire()


def _work(pipe: "Connection[Any, Any]", open_worker: OpenWorker, folder: Path) -> None:
    """A process of the pool: partitions in, `PartDone` or the error out, until it gets None."""
    try:
        with open_worker() as worker:
            while (partition := pipe.recv()) is not None:
                pipe.send(worker.run(partition, folder))
    except Exception as error:  # noqa: BLE001 - the parent raises it again
        pipe.send(CarriedError.of(error))
