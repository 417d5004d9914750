"""How far long work is: a bar or a line on standard error while that is a terminal, nothing otherwise."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress

__all__ = ["busy", "counted"]

T = TypeVar("T")


def counted(things: Iterable[T], size: int | None, what: str) -> Iterator[T]:
    """The things, one after the other, while the bar moves on. `size`: how many there are, if that is known."""
    if not sys.stderr.isatty():
        yield from things
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(things, total=size, description=what)


@contextmanager
def busy(what: str) -> Iterator[Callable[[str], None]]:
    """A line that says what is done, while it is; what it yields changes the line."""
    if not sys.stderr.isatty():
        yield lambda _now: None
        return
    with Console(stderr=True).status(what) as status:
        yield status.update
