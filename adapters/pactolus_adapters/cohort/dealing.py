"""Numbers that look drawn and are not: each follows from a key and a word, by hashing.

One detail's number does not depend on how many were asked for before it, so a new detail of the cohort leaves
the others as they were. Same key, same number, on any machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

__all__ = ["Dealer", "shuffled"]

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Dealer:
    """Deals the details of one patient. `key` names seed and patient; the word names the detail."""

    key: str

    def below(self, word: str, count: int) -> int:
        """A whole number from 0 to `count` - 1."""
        return _number(f"{self.key}/{word}") % count

    def between(self, word: str, least: int, most: int) -> int:
        """A whole number from `least` to `most`, both included."""
        return least + self.below(word, most - least + 1)

    def one_in(self, word: str, count: int) -> bool:
        """True for about one patient in `count`."""
        return self.below(word, count) == 0

    def one_of(self, word: str, choices: Sequence[_Item]) -> _Item:
        """One of the choices; one that stands there twice comes up twice as often."""
        return choices[self.below(word, len(choices))]


def shuffled(key: str, items: Sequence[_Item]) -> list[_Item]:
    """The items in an order that follows from the key alone."""
    order = sorted(range(len(items)), key=lambda position: (_number(f"{key}/{position}"), position))
    return [items[position] for position in order]


def _number(text: str) -> int:
    return int.from_bytes(sha256(text.encode("utf-8")).digest()[:8], "big")
