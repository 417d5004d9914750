"""A part of a pack by name, as far as it could be read.

What was declared is kept apart from what was read well: a reference to something that is broken
elsewhere is no second mistake, and a file that could not be read takes every reference.
"""

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as NameMap
from typing import Generic, TypeVar

from pactolus_engine.pack.issues import Issues, nearest, quoted
from pactolus_engine.pack.model import Place
from pactolus_engine.pack.schema import is_id, read_mapping
from pactolus_engine.pack.yaml_source import Mapping, Node, Scalar

__all__ = ["Section", "read_section"]

T = TypeVar("T")


class Section(Generic[T]):
    """Named things of one kind (`what`, as in "undefined fact")."""

    def __init__(self, what: str, declared: frozenset[str] = frozenset(), *, readable: bool = True) -> None:
        self.what = what
        self.items: dict[str, T] = {}
        self.declared = declared
        self.readable = readable

    @classmethod
    def of(cls, what: str, items: NameMap[str, T], also: Iterable[str] = ()) -> "Section[T]":
        """The section of a pack that was read before; `also`: names of which only the name is known."""
        section = cls(what, frozenset({*items, *also}))
        section.items.update(items)
        return section

    def find(self, name: str, place: Place, issues: Issues) -> T | None:
        """The thing of that name; None when there is none (noted) or when it could not be read."""
        if self.readable and name not in self.declared:
            advice = nearest(name, self.declared, issues)
            issues.add(place, f"undefined {self.what} {quoted(name)}", advice)
        return self.items.get(name)

    def names(self, words: tuple[Scalar, ...], issues: Issues) -> tuple[str, ...]:
        """The texts of a list of references, each checked."""
        for word in words:
            self.find(word.text, word.place, issues)
        return tuple(word.text for word in words)


def read_section(
    what: str,
    node: Node | None,
    issues: Issues,
    read: Callable[[str, Mapping, Place], T | None],
) -> Section[T]:
    """Reads a file that maps ids to things; `node` is None when the file could not be read.

    `read` gets the id, the map below it and the place of the id.
    """
    if node is None:
        return Section(what, readable=False)
    mapping = read_mapping(node, issues)
    if mapping is None:
        return Section(what, readable=False)
    section: Section[T] = Section(what, frozenset(mapping.entries))
    for name, body, place in _bodies(mapping, issues):
        before = issues.count
        thing = read(name, body, place)
        if thing is not None and issues.count == before:
            section.items[name] = thing
    return section


def _bodies(mapping: Mapping, issues: Issues) -> Iterator[tuple[str, Mapping, Place]]:
    for name, entry in mapping.entries.items():
        if not is_id(name):
            advice = "an id is lower-case ASCII words joined by hyphens, as `mrd-status`"
            issues.add(entry.key_place, "not an id", advice)
        body = read_mapping(entry.value, issues)
        if body is not None:
            yield name, body, entry.key_place
