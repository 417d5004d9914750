"""What the process of a shadow tells the server, and that which both must know to speak."""

from dataclasses import dataclass

__all__ = ["Far"]


@dataclass(frozen=True, slots=True)
class Far:
    """How far a shadow is: on disk are the results of all records before `end`. `root`: over them, in hex."""

    end: int
    root: str
    results: int
    differences: int
