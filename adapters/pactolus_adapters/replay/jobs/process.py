"""The server's end of the process that does one replay."""

from collections.abc import Callable, Iterator
from typing import Final

from pactolus_adapters.replay.folder import ReplayState
from pactolus_adapters.replay.jobs.work import Far, Told, do_replay
from pactolus_adapters.replay.ports import OpenWorker
from pactolus_adapters.replay.run import Order, Record
from pactolus_adapters.replay.runners.carried import CarriedError, ReplayStopped
from pactolus_adapters.replay.runners.child import start_child
from pactolus_adapters.trail.events import Event

__all__ = ["ReplayProcess"]

_LEAVE_SECONDS: Final = 10.0


class ReplayProcess:
    """Runs from construction until `end`."""

    def __init__(self, order: Order, state: ReplayState, open_worker: OpenWorker, processes: int) -> None:
        self._child = start_child(do_replay, order, state, open_worker, processes, is_parent=True)

    def told(self, record: Record) -> Iterator[Far]:
        """How far it is, each time it says so; the last one is the end. What it wants recorded is recorded meanwhile.

        Raises what it was given up with, and `ReplayStopped` when the process is gone.
        """
        while True:
            match self._heard():
                case Event() as event:
                    self._child.pipe.send(_recorded(record, event))
                case CarriedError() as carried:
                    raise carried.error()
                case far:
                    yield far
                    if far.counts is not None:
                        self._child.leave(_LEAVE_SECONDS)
                        return

    def kill(self) -> None:
        """Ends it at once, from any thread; whoever listens to it hears that it is gone."""
        self._child.process.kill()

    def end(self) -> None:
        """Ends it, if it has not ended, and lets it go."""
        self._child.end()

    def _heard(self) -> Told:
        try:
            told: Told = self._child.pipe.recv()
        except (EOFError, OSError) as error:
            raise ReplayStopped(
                "the process that did the replay was killed: when memory is short (the system's log tells), use fewer "
                "workers; asked for again, it goes on from here"
            ) from error
        return told


def _recorded(record: Callable[[Event], object], event: Event) -> object:
    try:
        return record(event)
    except Exception as error:  # noqa: BLE001 - the process gives up with it
        return CarriedError.of(error)
