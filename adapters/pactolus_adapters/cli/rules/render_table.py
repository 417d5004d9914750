"""Decision tables for a terminal and as Markdown."""

from collections.abc import Iterable, Iterator
from io import StringIO

from rich import box
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from pactolus_adapters.cli.terminal import clean
from pactolus_engine.tables import Block, Group, Table

__all__ = ["render_markdown", "render_terminal"]

_RULE, _GIVES = "Rule", "Gives"
_RULE_WIDTH = 30


def render_terminal(table: Table, width: int) -> str:
    """The tables in so many columns, cells folded; plain text without colours."""
    out = StringIO()
    console = Console(file=out, width=width, color_system=None, highlight=False, emoji=False, markup=False)
    console.print(f"{clean(table.title)}, version {table.version}")
    for group in table.groups:
        console.print(f"\n{group.heading}")
        for block in group.blocks:
            console.print(_grid(group, block))
    for line in _off(table):
        console.print(line)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _grid(group: Group, block: Block) -> Grid:
    """Titles head the columns; ids stand below the titles of rules, to ask for one with `--rule`."""
    grid = Grid(box=box.ASCII, show_lines=True)
    grid.add_column(_RULE, min_width=_RULE_WIDTH, overflow="fold")
    for _, title in block.columns:
        grid.add_column(Text(clean(title)), overflow="fold")
    if group.tells_gives:
        grid.add_column(_GIVES, overflow="fold")
    for row in block.rows:
        gives = [row.gives] if group.tells_gives else []
        texts = (f"{clean(row.title)}\n[{row.rule}]", *row.cells, *gives)
        grid.add_row(*(Text(text) for text in texts))
    return grid


def render_markdown(table: Table) -> str:
    """The tables as Markdown; a cell cannot leave its place, whatever a title holds."""
    lines = [f"# {_cell(table.title)}, version {table.version}", *_reading()]
    for group in table.groups:
        lines += ["", f"## {group.heading}"]
        for block in group.blocks:
            lines += ["", *_markdown_block(group, block)]
    lines += _off(table)
    return "\n".join(lines) + "\n"


def _reading() -> Iterator[str]:
    yield ""
    yield "All cells of a row hold together. `-`: the rule does not look at this fact."


def _markdown_block(group: Group, block: Block) -> Iterator[str]:
    last = [_GIVES] if group.tells_gives else []
    heads = (_RULE, *(f"{title} ({fact})" for fact, title in block.columns), *last)
    yield _line(heads)
    yield _line("---" for _ in heads)
    for row in block.rows:
        gives = [row.gives] if group.tells_gives else []
        yield _line((f"{row.title} ({row.rule})", *row.cells, *gives))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    safe = clean(text).replace("\\", "\\\\")
    for sign in "|<>*_`[]":
        safe = safe.replace(sign, f"\\{sign}")
    return safe


def _off(table: Table) -> list[str]:
    """Rules that are off, once each."""
    if not table.off:
        return []
    lines = ["", "Off until a site sets a value:", ""]
    return lines + [
        f"- {clean(title)} ({rule}): waits for {', '.join(needs)}" for rule, title, needs in table.off
    ]
