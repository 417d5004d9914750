"""Collects everything that is wrong with a pack, so that the author hears of it all at once."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from pactolus_engine.errors import Issue, PackInvalid
from pactolus_engine.pack.model import Place

__all__ = ["Issues", "nearest", "quoted"]

_SHOWABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]{0,63}")
_LISTED = 12
"""A list of known names longer than this helps nobody."""


class Issues:
    """The mistakes found so far, in one pack."""

    def __init__(self) -> None:
        self._found: list[Issue] = []

    def add(self, place: Place, message: str, advice: str = "") -> None:
        """Notes one mistake at its place."""
        self._found.append(Issue(place.file, place.line, place.column, message, advice))

    @property
    def count(self) -> int:
        """How many mistakes there are, to see later whether a part added one."""
        return len(self._found)

    @property
    def is_crowded(self) -> bool:
        """So many mistakes that looking for spelling advice would cost more than it helps."""
        return len(self._found) > 200

    def raise_if_any(self, pack: str) -> None:
        """Raises `PackInvalid` with every mistake, or returns when there is none."""
        if self._found:
            raise PackInvalid(pack, self._found)


def quoted(word: str) -> str:
    """A name in backticks; a name with unusual characters is not repeated."""
    return f"`{word}`" if _SHOWABLE.fullmatch(word) else "with unusual characters"


def nearest(word: str, known: Iterable[str], issues: Issues) -> str:
    """Advice on a name that is not known: the nearest one, or the list when it is short.

    A name with unusual characters is never advised: it looks like the one that was meant, and is another.
    """
    names = [] if issues.is_crowded else sorted(filter(_SHOWABLE.fullmatch, known))
    if not names:
        return ""
    close = get_close_matches(word[:64], names, n=1)
    if close:
        return f"did you mean `{close[0]}`?"
    return f"known: {', '.join(f'`{name}`' for name in names)}" if len(names) <= _LISTED else ""
