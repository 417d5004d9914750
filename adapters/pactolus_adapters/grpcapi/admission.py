"""Who may come in: a limit on what runs at once, a count of it, and a door that can be shut.

Evaluations of single requests take a slot or are refused at once, so that a flood is answered
quickly and the health service keeps its thread. A batch holds a slot of its own kind for as long as
its stream is open, and each of its messages counts as running only while it is evaluated.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Condition

from pactolus_adapters.grpcapi.errors import Draining, Overloaded

__all__ = ["Admission", "slot"]


class Admission:
    """Limits and counts evaluations; safe to use from any thread."""

    def __init__(self, evaluations: int, batches: int) -> None:
        """`evaluations` single requests and `batches` streams are let in at once."""
        self._evaluations = BoundedSemaphore(evaluations)
        self._batches = BoundedSemaphore(batches)
        self._changed = Condition()
        self._running = 0
        self._closed = False

    @contextmanager
    def evaluation(self) -> Iterator[None]:
        """A single request runs inside. Raises `Draining` or `Overloaded`, without waiting."""
        with self.batch_item(), slot(self._evaluations):
            yield

    @contextmanager
    def batch(self) -> Iterator[None]:
        """A stream is open inside. Raises `Draining` or `Overloaded`, without waiting."""
        with self._changed:
            if self._closed:
                raise Draining
        with slot(self._batches):
            yield

    @contextmanager
    def batch_item(self) -> Iterator[None]:
        """One message of a stream is evaluated inside. Raises `Draining`."""
        with self._changed:
            if self._closed:
                raise Draining
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def close(self) -> None:
        """Lets nothing more in; what runs goes on. Idempotent."""
        with self._changed:
            self._closed = True

    def wait_idle(self, seconds: float) -> bool:
        """Waits until nothing runs, at most so long; tells whether nothing does."""
        with self._changed:
            return self._changed.wait_for(lambda: self._running == 0, seconds)


@contextmanager
def slot(slots: BoundedSemaphore) -> Iterator[None]:
    """Holds one of the slots inside. Raises `Overloaded` when none is free, without waiting."""
    if not slots.acquire(blocking=False):
        raise Overloaded
    try:
        yield
    finally:
        slots.release()
