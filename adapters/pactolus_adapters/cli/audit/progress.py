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
    begin = monotonic()
    if not sys.stderr.isatty():
        yield lambda _done, _size: None
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, visible=False)

        def tell(done: int, size: int) -> None:
            if done % _STEP and done != size:
                return
            is_slow = monotonic() - begin > _QUIET_SECONDS
            progress.update(task, completed=done, total=size, visible=is_slow)

        yield tell
