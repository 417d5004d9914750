"""What a node of a pack must look like: kinds, keys, ids, numbers, dates, one word of several.

Every reader returns None (or nothing) for what it could not read and has noted an issue then, so
that reading goes on and the author hears of all mistakes together.
"""

import re
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal

from pactolus_engine.pack.exact_number import calendar_date, exact_number
from pactolus_engine.pack.issues import Issues, nearest, quoted
from pactolus_engine.pack.model import Place
from pactolus_engine.pack.shape import Shape, Word
from pactolus_engine.pack.yaml_source import Mapping, Node, Scalar, Sequence

__all__ = [
    "Fields",
    "is_id",
    "kind",
    "read_date",
    "read_id",
    "read_mapping",
    "read_number",
    "read_text",
    "read_words",
    "read_word",
]

_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_MAX_ID = 64
_NUMBER_LIMITS = "at most 40 characters, exponent at most 30, no NaN, infinity or underscore"


def is_id(text: str) -> bool:
    """Lower-case ASCII words joined by hyphens, at most 64 characters."""
    return len(text) <= _MAX_ID and _ID.fullmatch(text) is not None


def kind(node: Node) -> str:
    """What a node is, in an author's words."""
    if isinstance(node, Mapping):
        return "a map"
    if isinstance(node, Sequence):
        return "a list"
    return "nothing" if node.is_nothing else "a text"


def read_text(node: Node, issues: Issues) -> str | None:
    """A text, without the white space around it."""
    if not isinstance(node, Scalar) or node.is_nothing:
        issues.add(node.place, f"expected a text, found {kind(node)}")
        return None
    text = node.text.strip()
    if not text:
        issues.add(node.place, "expected a text, found a blank one")
        return None
    return text


def read_id(node: Node, issues: Issues) -> str | None:
    """An id: `[a-z][a-z0-9]*(-[a-z0-9]+)*`."""
    text = read_text(node, issues)
    if text is None:
        return None
    if not is_id(text):
        issues.add(
            node.place, "not an id", "an id is lower-case ASCII words joined by hyphens, as `mrd-status`"
        )
        return None
    return text


def read_number(node: Node, issues: Issues) -> Decimal | None:
    """An exact number, written without quotes."""
    text = read_text(node, issues)
    if text is None:
        return None
    number = exact_number(text) if isinstance(node, Scalar) and node.plain else None
    if number is None:
        issues.add(node.place, "expected a number, found another text", _NUMBER_LIMITS)
    return number


def read_date(node: Node, issues: Issues) -> date | None:
    """A day of the calendar, `YYYY-MM-DD`."""
    text = read_text(node, issues)
    if text is None:
        return None
    day = calendar_date(text)
    if day is None:
        issues.add(node.place, "expected a date `YYYY-MM-DD`, found another text")
    return day


def read_word(node: Node, known: Collection[str], what: str, issues: Issues) -> str | None:
    """One of a fixed list of words."""
    text = read_text(node, issues)
    if text is None:
        return None
    if text not in known:
        issues.add(node.place, f"{what} is not one of the words allowed here", nearest(text, known, issues))
        return None
    return text


def read_mapping(node: Node, issues: Issues) -> Mapping | None:
    """A map."""
    if isinstance(node, Mapping):
        return node
    issues.add(node.place, f"expected a map, found {kind(node)}")
    return None


def read_words(node: Node, issues: Issues) -> tuple[Scalar, ...]:
    """A list of different texts with at least one member; a place goes with each."""
    if not isinstance(node, Sequence):
        issues.add(node.place, f"expected a list, found {kind(node)}")
        return ()
    if not node.items:
        issues.add(node.place, "expected a list with at least one member, found an empty one")
    words: list[Scalar] = []
    seen: set[str] = set()
    for item in node.items:
        text = read_text(item, issues)
        if text is None:
            continue
        if text in seen:
            issues.add(item.place, f"{quoted(text)} is listed twice")
            continue
        seen.add(text)
        words.append(Scalar(text, True, item.place))
    return tuple(words)


class Fields:
    """The keys of one map: refuses what is not known, misses what must be there, and hands out the rest by kind."""

    def __init__(
        self, node: Mapping, known: Shape | Iterable[str], issues: Issues, place: Place | None = None
    ) -> None:
        """`known`: the shape of the map, or the names of its keys where it has none of its own."""
        self._node = node
        self._issues = issues
        self._shape = known if isinstance(known, Shape) else None
        self.place = place or node.place
        names = known.names if isinstance(known, Shape) else tuple(known)
        for name, entry in node.entries.items():
            if name not in names:
                issues.add(entry.key_place, f"unknown key {quoted(name)}", nearest(name, names, issues))
        for name in self._required:
            if name not in node.entries:
                issues.add(self.place, f"missing key `{name}`")

    @property
    def _required(self) -> tuple[str, ...]:
        return self._shape.required if self._shape else ()

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._node.entries

    def key_place(self, key: str) -> Place:
        """Where the key stands; the map's own place when it does not."""
        entry = self._node.entries.get(key)
        return entry.key_place if entry else self.place

    def optional(self, key: str) -> Node | None:
        """The value of a key that may be left out."""
        entry = self._node.entries.get(key)
        return entry.value if entry else None

    def required(self, key: str) -> Node | None:
        """The value of a key that must be there; notes an issue when it is not."""
        if not self.has(key) and key not in self._required:
            self._issues.add(self.place, f"missing key `{key}`")
        return self.optional(key)

    def refuse(self, keys: Iterable[str], why: str) -> None:
        """Notes an issue for each of the keys that is there."""
        for key in keys:
            if self.has(key):
                self._issues.add(self.key_place(key), f"`{key}` is not allowed here", why)

    def text(self, key: str) -> str:
        """A text that must be there."""
        node = self.required(key)
        return (read_text(node, self._issues) or "") if node else ""

    def optional_text(self, key: str) -> str:
        """A text that may be left out."""
        node = self.optional(key)
        return (read_text(node, self._issues) or "") if node else ""

    def id(self, key: str) -> str:
        """An id that must be there."""
        node = self.required(key)
        return (read_id(node, self._issues) or "") if node else ""

    def number(self, key: str) -> Decimal | None:
        """A number that must be there."""
        node = self.required(key)
        return read_number(node, self._issues) if node else None

    def optional_number(self, key: str) -> Decimal | None:
        """A number that may be left out."""
        node = self.optional(key)
        return read_number(node, self._issues) if node else None

    def date(self, key: str) -> date | None:
        """A day that must be there."""
        node = self.required(key)
        return read_date(node, self._issues) if node else None

    def word(self, key: str) -> str:
        """One of the words that the shape allows, that must be there."""
        kind = self._shape.kind(key) if self._shape else None
        assert isinstance(kind, Word), "only a shape says which words are allowed"
        node, known = self.required(key), kind.words
        return (read_word(node, known, f"`{key}`", self._issues) or "") if node else ""

    def words(self, key: str) -> tuple[Scalar, ...]:
        """A list of different texts; empty when the key is left out."""
        node = self.optional(key)
        return read_words(node, self._issues) if node else ()
