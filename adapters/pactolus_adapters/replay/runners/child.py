"""A process of our own: started afresh, spoken to through one pipe, and gone when its parent is.

There is no queue and no lock between several processes: one that is killed half-way through a word can block
nobody. Its end of the pipe closes with it, and that is how its parent hears of it.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.resource_tracker import ensure_running
from threading import Thread
from typing import Any

__all__ = ["Child", "start_child"]


@dataclass(frozen=True, slots=True)
class Child:
    """A running process and our end of its pipe."""

    process: BaseProcess
    pipe: "Connection[Any, Any]"

    def leave(self, seconds: float) -> None:
        """Waits until it has ended by itself."""
        self.process.join(seconds)

    def end(self) -> None:
        """Ends it now, if it has not ended."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def start_child(work: Callable[..., None], *arguments: object, is_parent: bool = False) -> Child:
    """Starts a fresh interpreter that calls `work(pipe, *arguments)`; all of it can be pickled. `is_parent`: it starts
    children of its own, which a daemon may not, and SIGTERM is held back from it until it lets it through."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_live, args=(work, there, arguments), daemon=not is_parent)
    ensure_running()  # starting the tracker, which the first process else does, would undo the next line
    with _held({signal.SIGINT, signal.SIGTERM} if is_parent else {signal.SIGINT}):
        process.start()
    there.close()
    return Child(process, here)


@contextmanager
def _held(signals: set[signal.Signals]) -> Iterator[None]:
    """A child inherits this: Ctrl-C goes to every process of a terminal, a stop to every process of a service, and the
    parent is the one to act on it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _live(work: Callable[..., None], pipe: "Connection[Any, Any]", arguments: tuple[object, ...]) -> None:
    Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError, ConnectionError):  # nobody is left to speak to
        work(pipe, *arguments)


def _end_with_parent() -> None:
    """Also when the parent was killed, and in the middle of a partition, which is then done again."""
    parent = parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)
