"""The process that does one replay for a server: it starts the workers, makes the report, has the server record it.

It is apart from the server so that live requests keep their processor. Ending it ends all that it began: its workers
go when their parent goes, however it goes.
"""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from pactolus_adapters.clock import system_clock
from pactolus_adapters.replay.folder import ReplayState
from pactolus_adapters.replay.jobs.results import counted_classes
from pactolus_adapters.replay.parts import parts
from pactolus_adapters.replay.ports import OpenWorker, PartDone
from pactolus_adapters.replay.run import How, Order, finish, run_parts
from pactolus_adapters.replay.runners.carried import CarriedError
from pactolus_adapters.replay.runners.pool import PoolRunner
from pactolus_adapters.trail.events import Event
from pactolus_engine.ports import Receipt
from pactolus_engine.replay.result import DIFFERENCES

__all__ = ["Far", "Told", "do_replay"]

_NICENESS: Final = 10


@dataclass(frozen=True, slots=True)
class Far:
    """How far it is, with what an earlier run has done. `counts`: results by class; None until all is done."""

    records: int
    differences: int
    counts: Mapping[str, int] | None = None


Told = Far | Event | CarriedError
"""What the process says. After an `Event` it waits for a `Receipt` or a `CarriedError`; it waits for nothing else."""


def do_replay(
    pipe: "Connection[Any, Any]", order: Order, state: ReplayState, open_worker: OpenWorker, processes: int
) -> None:
    """Does what is left of a replay, and says its end, or the error that it was given up with."""
    # A stop of the whole service reaches every process of it; only the server is to act on it.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.nice(_NICENESS)
    try:
        teller = _Teller(pipe, order.folder)
        ran = run_parts(order, How("pool", PoolRunner(processes), system_clock), open_worker, teller.tell)
        summary = finish(order, state, ran, partial(_recorded, pipe)).summary
        pipe.send(Far(order.spec.end - order.spec.first, summary.differences, summary.classes))
    except Exception as error:  # noqa: BLE001 - the server judges it
        pipe.send(CarriedError.of(error))


class _Teller:
    """Adds up the parts, and those of an earlier run."""

    def __init__(self, pipe: "Connection[Any, Any]", folder: Path) -> None:
        done = parts(folder)
        classes = counted_classes(part.path for part in done)
        self._pipe = pipe
        self._records = sum(part.records for part in done)
        self._differences = sum(classes[one] for one in DIFFERENCES)
        self._say()

    def tell(self, part: PartDone) -> None:
        """`Progress`: one more is done."""
        self._records += part.records
        self._differences += part.differences
        self._say()

    def _say(self) -> None:
        self._pipe.send(Far(self._records, self._differences))


def _recorded(pipe: "Connection[Any, Any]", event: Event) -> Receipt:
    pipe.send(event)
    answer: Receipt | CarriedError = pipe.recv()
    if isinstance(answer, CarriedError):
        raise answer.error()
    return answer
