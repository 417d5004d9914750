"""How far long work on the records is: a bar on standard error while that is a terminal, after a second."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import Progress

__all__ = ["slow_bar"]

_QUIET_SECONDS = 1.0
_STEP = 256


@contextmanager
def slow_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """What it yields is told how much is done, and of how much; what is quick shows no bar.

    Print nothing inside: while a bar is shown, its library sends what is printed to standard error.
    """
    if not sys.stderr.isatty():
        yield lambda _done, _size: None
        return
    begin = monotonic()
    progress = Progress(console=Console(stderr=True), transient=True)
    task = progress.add_task(what)

    def tell(done: int, size: int) -> None:
        if (done % _STEP and done != size) or monotonic() - begin < _QUIET_SECONDS:
            return
        progress.start()  # harmless when it has started already
        progress.update(task, completed=done, total=size)

    try:
        yield tell
    finally:
        progress.stop()
