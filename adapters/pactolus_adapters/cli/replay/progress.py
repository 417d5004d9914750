"""How far a replay is: a bar with rate and time left on standard error, while that is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

__all__ = ["replay_bar"]


class _Rate(ProgressColumn):
    """Records in a second, of late."""

    def render(self, task: Task) -> Text:
        speed = task.speed or task.finished_speed
        return Text(f"{speed:,.0f} records/s" if speed else "")


@contextmanager
def replay_bar(done: int, total: int) -> Iterator[Callable[[int, int], None]]:
    """What it yields is told how many more records are done, and how many of them came out otherwise.

    `done`: records of partitions that an earlier run did. Print nothing inside.
    """
    if not sys.stderr.isatty():
        yield lambda _records, _differences: None
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

        def tell(records: int, differences: int) -> None:
            nonlocal found
            found += differences
            progress.update(task, advance=records, differences=found)

        yield tell
