"""A strict, positioned reading of one YAML 1.2 file into plain nodes.

Scalars stay the text they are written as, so that `1e-5` never passes through a float. Refused:
anchors, aliases, tags, directives, duplicate keys, merge keys, keys that are not text, more than
one document, nesting beyond 32. Parser: ruamel.yaml, pure Python, events only (nothing is built).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from pactolus_engine.pack.issues import Issues, quoted
from pactolus_engine.pack.model import Place
from pactolus_engine.pack.source_text import MAX_NODES_OF_FILE, source_text

__all__ = ["Entry", "Mapping", "Node", "Scalar", "Sequence", "compose"]

MAX_DEPTH: Final = 32


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text as written; `plain` when it stood without quotes and not as a block."""

    text: str
    plain: bool
    place: Place

    @property
    def is_nothing(self) -> bool:
        """No value at all: empty, `~` or `null`."""
        return self.plain and self.text in {"", "~", "null", "Null", "NULL"}


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple["Node", ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of a map, with the place of its key."""

    key_place: Place
    value: "Node"


@dataclass(frozen=True, slots=True)
class Mapping:
    """A map from text to node, in the order of the file."""

    entries: dict[str, Entry]
    place: Place


Node = Scalar | Sequence | Mapping

_PARSER_SLIPS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What the parser itself trips over on hostile input."""


class _Unreadable(Exception):
    """The rest of the file cannot be read; the issue is noted already."""


def compose(file: str, content: bytes, issues: Issues) -> Node | None:
    """The one document of the file; None when it cannot be read, which is noted.

    A file with a lesser mistake (a duplicate key, a tag) still gives a node, so that what is wrong
    elsewhere in it is found too.
    """
    text = source_text(file, content, issues)
    if text is None:
        return None
    return _Composer(file, text, issues).document()


class _Composer:
    """Turns parser events into nodes."""

    def __init__(self, file: str, text: str, issues: Issues) -> None:
        self._file = file
        self._issues = issues
        self._events: Iterator[Event] = _parser().parse(text)
        self._nodes = 0
        self._last = Place(file, 1, 1)

    def document(self) -> Node | None:
        try:
            return self._document()
        except _Unreadable:
            return None
        except YAMLError as error:
            self._issues.add(self._where(error), _problem(error))
        except _PARSER_SLIPS:
            # The parser's own slips on hostile input (a bad escape, an index) are mistakes of the file too.
            self._issues.add(self._last, "not valid YAML")
        return None

    def _document(self) -> Node | None:
        node: Node | None = None
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                if node is not None:
                    self._refuse(event, "a second document begins here", "one file, one document")
                node = self._node(next(self._events), 1)
        if node is None:
            self._issues.add(Place(self._file, 1, 1), "the file is empty")
        return node

    def _node(self, event: Event, depth: int) -> Node:
        self._count(event, depth)
        self._refuse_marks(event)
        if isinstance(event, ScalarEvent):
            return Scalar(event.value, not event.style, self._place(event))
        if isinstance(event, SequenceStartEvent):
            return Sequence(tuple(self._items(depth)), self._place(event))
        if isinstance(event, MappingStartEvent):
            return Mapping(self._entries(depth), self._place(event))
        self._refuse(event, "aliases are not allowed", "write the value out")
        raise _Unreadable

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _entries(self, depth: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            if self._is_key(key, entries):
                assert isinstance(key, Scalar)
                entries[key.text] = Entry(key.place, value)
        return entries

    def _is_key(self, key: Node, entries: dict[str, Entry]) -> bool:
        if not isinstance(key, Scalar) or key.is_nothing:
            self._issues.add(key.place, "a key must be a text")
        elif key.plain and key.text == "<<":
            self._issues.add(key.place, "merge keys are not allowed", "write the values out")
        elif key.text in entries:
            first = entries[key.text].key_place.line
            self._issues.add(key.place, f"duplicate key {quoted(key.text)}", f"first given in line {first}")
        else:
            return True
        return False

    def _refuse_marks(self, event: Event) -> None:
        if isinstance(event, AliasEvent) or not isinstance(event, NodeEvent):
            return
        if event.anchor:
            self._issues.add(self._place(event), "anchors are not allowed", "delete the `&` and its name")
        tag = getattr(event, "ctag", None)
        if tag:
            self._issues.add(self._place(event), "tags are not allowed", "delete the `!` and its name")

    def _count(self, event: Event, depth: int) -> None:
        self._nodes += 1
        if depth > MAX_DEPTH:
            self._refuse(event, f"nested deeper than {MAX_DEPTH}", "give parts of the condition names")
        if self._nodes > MAX_NODES_OF_FILE:
            self._refuse(
                event, f"the file holds more than {MAX_NODES_OF_FILE} keys and values", "split the file"
            )

    def _refuse(self, event: Event, message: str, advice: str) -> None:
        self._issues.add(self._place(event), message, advice)
        raise _Unreadable

    def _place(self, event: Event) -> Place:
        mark = event.start_mark
        if mark is not None:
            self._last = Place(self._file, mark.line + 1, mark.column + 1)
        return self._last

    def _where(self, error: YAMLError) -> Place:
        mark = None
        if isinstance(error, MarkedYAMLError):
            mark = error.problem_mark or error.context_mark
        return Place(self._file, mark.line + 1, mark.column + 1) if mark else self._last


def _parser() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    return yaml


_PROBLEMS = {
    "mapping values are not allowed": "not valid YAML: a `:` cannot stand here",
    "could not find expected ':'": "not valid YAML: a key without `:`",
    "expected <block end>": "not valid YAML: the line does not fit the indentation above it",
    "found unexpected end of stream": "not valid YAML: a quote is not closed",
    "expected ',' or": "not valid YAML: a `,` is missing, or a bracket is not closed",
    "found unknown escape character": "not valid YAML: no such `\\` escape",
}


def _problem(error: YAMLError) -> str:
    """Our words for the parser's: its own may repeat what stands in the file."""
    problem = str(getattr(error, "problem", None) or "")
    for beginning, words in _PROBLEMS.items():
        if problem.startswith(beginning):
            return words
    return "not valid YAML"
