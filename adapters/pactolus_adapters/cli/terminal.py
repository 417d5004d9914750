"""Text for a terminal: made harmless, folded, indented. What was sent can never act as a command."""

from collections.abc import Iterable, Iterator
from textwrap import wrap

__all__ = ["WIDTH", "clean", "folded", "section", "several", "shown_digest", "table"]

WIDTH = 96
"""Columns of a line, its indent included."""

_INDENT = "   "
_SHOWN_DIGITS = 16


def shown_digest(digest: str) -> str:
    """As much of a SHA-256 in hex as tells one from another."""
    return f"sha256 {digest[:_SHOWN_DIGITS]}..."


def clean(text: str) -> str:
    """The text on one line; control characters and those that turn the writing direction are shown as U+FFFD."""
    return "".join(
        one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in " ".join(text.split())
    )


def folded(text: str, mark: str = "") -> list[str]:
    """Cleaned lines of at most `WIDTH` columns; those after the first stand under the text, not the mark."""
    lines = wrap(
        clean(text),
        WIDTH,
        initial_indent=_INDENT + mark,
        subsequent_indent=_INDENT + " " * len(mark),
        break_on_hyphens=False,
    )
    return lines or [(_INDENT + mark).rstrip()]


def section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """An empty line, the title, the lines; nothing at all when there are no lines."""
    found = list(lines)
    if found:
        yield ""
        yield from folded(title)
        yield from found


def several(count: int, noun: str) -> str:
    """`1 pack`, `2 packs`, `2 info`."""
    return f"{count} {noun if count == 1 or noun == 'info' else noun + 's'}"


def table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """The rows under their titles, each column as wide as its widest text; nothing at all without rows."""
    lines = list(rows)
    if not lines:
        return
    lines.insert(0, titles)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        yield "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
