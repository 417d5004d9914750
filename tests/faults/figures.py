"""The figures of a fault script, for whoever runs it with `-s`."""

import sys
from collections.abc import Sequence
from statistics import median

__all__ = ["seconds", "tell"]


def tell(what: str, **figures: object) -> None:
    """One line: what was done, and what was counted."""
    words = ", ".join(f"{name.replace('_', ' ')} {figure}" for name, figure in figures.items())
    sys.stdout.write(f"\n  {what}: {words}\n")


def seconds(taken: Sequence[float]) -> str:
    """Median and longest of some durations."""
    return f"{median(taken):.2f} s (longest {max(taken):.2f} s)" if taken else "none"
