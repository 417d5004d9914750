"""A bar on standard error for work that takes more than a second, while that is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import Progress

__all__ = ["slow_bar"]

_QUIET_SECONDS = 1.0


@contextmanager
def slow_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Gives what is to be told how much is done, and of how much; shows nothing in the first second."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    progress = Progress(console=Console(stderr=True), transient=True)
    task = progress.add_task(what, total=None)
    started = monotonic()

    def tell(done: int, total: int) -> None:
        if monotonic() - started > _QUIET_SECONDS:
            progress.start()  # harmless when it has started already
            progress.update(task, completed=done, total=total)

    try:
        yield tell
    finally:
        progress.stop()
