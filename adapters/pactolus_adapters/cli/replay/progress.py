"""How far a replay is: a bar with rate and time left on standard error, while that is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

if TYPE_CHECKING:
    from pactolus_adapters.replay.ports import PartDone

__all__ = ["replay_bar"]


class _Rate(ProgressColumn):
    """Records in a second, of late."""

    def render(self, task: Task) -> Text:
        speed = task.speed or task.finished_speed
        return Text(f"{speed:,.0f} records/s" if speed else "")


@contextmanager
def replay_bar(done: int, total: int) -> Iterator["Callable[[PartDone], None]"]:
    """What it yields is told of every partition that is done.

    `done`: records of partitions that an earlier run did. Print nothing inside.
    """
    if not sys.stderr.isatty():
        yield lambda _part: None
        return
    columns = (
        TextColumn("replaying"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
        _Rate(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[differences]:,} differ"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total, completed=done, differences=0)
        found = 0

        def tell(part: "PartDone") -> None:
            nonlocal found
            found += part.differences
            progress.update(task, advance=part.records, differences=found)

        yield tell
