"""How far long work is: a bar on standard error while that is a terminal, nothing otherwise."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress

__all__ = ["counted"]

T = TypeVar("T")


def counted(things: Iterable[T], size: int | None, what: str) -> Iterator[T]:
    """The things, one after the other, while the bar moves on. `size`: how many there are, if that is known."""
    if not sys.stderr.isatty():
        yield from things
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(things, total=size, description=what)
