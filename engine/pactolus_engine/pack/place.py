"""A place in a file of a pack."""

from dataclasses import dataclass

__all__ = ["Place"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a pack file, lines and columns counted from 1."""

    file: str
    line: int
    column: int
