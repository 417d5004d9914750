"""The words in which the form of a pack's files is described, once, for the loader and for editors.

A *shape* is a map with named keys; a *kind* is what a value may be. The loader refuses keys that a shape has not,
misses those that it requires and knows the words that a `Word` allows; `json_schema.py` makes JSON Schema of the same
tables. What depends on other keys or other files is for the readers alone.
"""

from dataclasses import dataclass
from typing import Final

__all__ = [
    "ANY_ID",
    "Date",
    "Either",
    "Id",
    "Key",
    "Kind",
    "ListOf",
    "MapOf",
    "Named",
    "Number",
    "Shape",
    "Text",
    "Word",
]


@dataclass(frozen=True, slots=True)
class Text:
    """A text, quoted or not, that is not blank. `grammar`: a regular expression it must match whole."""

    grammar: str = ""


@dataclass(frozen=True, slots=True)
class Id:
    """An id: lower-case ASCII words joined by hyphens."""


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number, without quotes."""


@dataclass(frozen=True, slots=True)
class Date:
    """A day of the calendar, `YYYY-MM-DD`."""


@dataclass(frozen=True, slots=True)
class Word:
    """One of a fixed list of words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of different values. `least` and `most` members; `most` 0: no limit."""

    item: "Kind"
    least: int = 1
    most: int = 0


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map from ids (or from words of `names`) to values of one kind; `keys`: names with another kind."""

    value: "Kind"
    names: Text | Id | Word
    keys: tuple["Key", ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """A value of one of several kinds."""

    kinds: tuple["Kind", ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A kind that is described under its name, so that it can stand inside itself."""

    name: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a shape: what it says, in a line for the author, and whether it must always be there."""

    name: str
    kind: "Kind"
    says: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A map with exactly these keys. `one_of`: keys of which exactly one is there."""

    says: str
    keys: tuple[Key, ...]
    one_of: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Its keys, in the order in which a reader meets them."""
        return tuple(key.name for key in self.keys)

    @property
    def required(self) -> tuple[str, ...]:
        """The keys that must always be there."""
        return tuple(key.name for key in self.keys if key.required)

    def kind(self, name: str) -> "Kind":
        """What the value of a key may be."""
        return next(key.kind for key in self.keys if key.name == name)


Kind = Text | Id | Number | Date | Word | ListOf | MapOf | Either | Named | Shape

ANY_ID: Final = Id()
