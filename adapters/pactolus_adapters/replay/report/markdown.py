"""The summary as Markdown: what is on the page, without its plots."""

from collections.abc import Iterator, Sequence
from typing import Final

from pactolus_adapters.replay.report.summary import Summary
from pactolus_adapters.replay.report.tables import MOST_ROWS, Table, about, how_it_ran, tables
from pactolus_adapters.replay.report.words import (
    DISCLAIMER,
    NOT_UNDER_ROOT,
    UNDER_ROOT,
    could_not_be_compared,
    title,
    verdict,
)

__all__ = ["markdown"]

_MARKS: Final = frozenset("\\`*_{}[]<>#|~&!")


def markdown(summary: Summary) -> str:
    """The summary for a reader, with tables as GitHub writes them; text of the records stays text."""
    return "\n".join(_lines(summary)) + "\n"


def _lines(summary: Summary) -> Iterator[str]:
    yield from (f"# {title(summary)}", "", f"**{_text(verdict(summary))}**", "")
    yield from (_text(could_not_be_compared(summary)), "", DISCLAIMER, "")
    yield from _named(about(summary))
    yield from ("", UNDER_ROOT)
    for table in tables(summary):
        yield from ("", f"## {table.title}", "", *_table(table))
    yield from ("", "## Not under the root", "", NOT_UNDER_ROOT, "")
    yield from _named(how_it_ran(summary))


def _named(facts: Sequence[tuple[str, str]]) -> Iterator[str]:
    for name, text in facts:
        yield f"- {_text(name)}: {_text(text)}"


def _table(table: Table) -> Iterator[str]:
    if not table.rows:
        yield f"{table.empty[0].upper()}{table.empty[1:]}."
        return
    yield _row(table.head)
    yield _row(
        ["---:" if place in table.numbers else "---" for place in range(len(table.head))], is_text=False
    )
    for row in table.rows[:MOST_ROWS]:
        yield _row(row)
    if len(table.rows) > MOST_ROWS:
        yield from ("", f"{len(table.rows) - MOST_ROWS} more rows are in `summary.json`.")


def _row(cells: Sequence[str], *, is_text: bool = True) -> str:
    return f"| {' | '.join(map(_text, cells) if is_text else cells)} |"


def _text(text: str) -> str:
    """On one line, with what would be markup taken as it is."""
    harmless = "".join(
        one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in " ".join(text.split())
    )
    return "".join(f"\\{one}" if one in _MARKS else one for one in harmless)
