"""The server's end of a shadow: a process that is started, listened to, started again a few times, and ended.

A thread waits for its words; no request ever does. What goes wrong with it is one line for the operator.
"""

import signal
from collections.abc import Callable, Sequence
from threading import Event, Lock, Thread
from typing import Final

from pactolus_adapters.replay.runners.carried import CarriedError
from pactolus_adapters.replay.runners.child import Child
from pactolus_adapters.replay.shadow.told import Far
from pactolus_engine.errors import PactolusError

__all__ = ["PAUSES", "ShadowWatch"]

PAUSES: Final = (1.0, 5.0, 30.0, 120.0, 600.0)
"""Seconds before it is started again, the first time to the last. A database that is away for minutes is waited for."""

_LEAVE_SECONDS: Final = 2.0


class ShadowWatch:
    """A shadow from `start` to `stop`."""

    def __init__(
        self,
        start: Callable[[], Child],
        tell: Callable[[str], None],
        silence: float,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        """`start` starts the process. `silence`: after so many seconds without a word it counts as hung."""
        self._start_child = start
        self._tell = tell
        self._silence = silence
        self._pauses = tuple(pauses)
        self._stopping = Event()
        self._lock = Lock()
        self._child: Child | None = None
        self._far: Far | None = None
        self._thread = Thread(target=self._watch, name="shadow", daemon=True)

    @property
    def far(self) -> Far | None:
        """How far it was when it last said so; None while it never did."""
        return self._far

    def start(self) -> None:
        """Starts the process, and again when it ends; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the process where it stands, also one that hangs. What it has written stays. Idempotent."""
        with self._lock:
            self._stopping.set()
            if self._child is not None:
                self._child.process.kill()
        if self._thread.is_alive():
            self._thread.join(_LEAVE_SECONDS)

    def _watch(self) -> None:
        for pause in (*self._pauses, None):
            try:
                why = self._one_life()
            except OSError as error:
                why = f"its process cannot be started: {error.strerror}"
            if self._stopping.is_set() or not why:
                return
            if pause is None:
                self._tell(f"shadow: {why}; it is not started again before the server is, and goes on then")
                return
            self._tell(f"shadow: {why}; it is started again in {pause:g} s, answers are not touched")
            if self._stopping.wait(pause):
                return

    def _one_life(self) -> str:
        """Starts the process and listens until it is gone; why it is, empty when it was told to end."""
        with self._lock:
            if self._stopping.is_set():
                return ""
            child = self._child = self._start_child()
        self._tell(f"shadow: it runs as process {child.process.pid}")
        why = self._listen(child)
        with self._lock:
            self._child = None
            child.leave(_LEAVE_SECONDS if not why else 0)
            code = child.process.exitcode
            child.end()
        if code == -signal.SIGTERM:
            self._tell(
                "shadow: its process was told to end (SIGTERM); it goes on when the server is started again"
            )
            return ""
        return why or "its process is gone"

    def _listen(self, child: Child) -> str:
        """Why it cannot go on, empty when it is gone without a word."""
        try:
            while child.pipe.poll(self._silence):
                match child.pipe.recv():
                    case Far() as far:
                        self._far = far
                    case CarriedError() as carried:
                        return _words(carried.error())
        except (EOFError, OSError):
            return ""
        return f"it gave no sign of life for {self._silence:g} s"


def _words(error: Exception) -> str:
    """An error for the operator; the text of one that nobody foresaw may hold what a resource held."""
    if isinstance(error, PactolusError):
        return str(error)
    if isinstance(error, OSError):
        return f"it met an error of the system: {error.strerror or 'no reason is known'}"
    return "it met a defect of Pactolus"
