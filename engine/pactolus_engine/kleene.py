"""Three-valued truth after Kleene: unknown is a value and never turns into false by itself."""

from collections.abc import Iterable
from enum import StrEnum

__all__ = ["Truth", "conjunction", "disjunction", "negation", "of_all_cases"]


class Truth(StrEnum):
    """True, false or unknown; `letter` is what the rule engine sees."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    @property
    def letter(self) -> str:
        """`t`, `f` or `u`."""
        return self.value[0]


def negation(part: Truth) -> Truth:
    """Not; unknown stays unknown."""
    if part is Truth.UNKNOWN:
        return part
    return Truth.FALSE if part is Truth.TRUE else Truth.TRUE


def conjunction(parts: Iterable[Truth]) -> Truth:
    """All: false if one is false, else unknown if one is unknown, else true."""
    seen = set(parts)
    if Truth.FALSE in seen:
        return Truth.FALSE
    return Truth.UNKNOWN if Truth.UNKNOWN in seen else Truth.TRUE


def disjunction(parts: Iterable[Truth]) -> Truth:
    """Any: true if one is true, else unknown if one is unknown, else false."""
    seen = set(parts)
    if Truth.TRUE in seen:
        return Truth.TRUE
    return Truth.UNKNOWN if Truth.UNKNOWN in seen else Truth.FALSE


def of_all_cases(holds_in_some: bool, fails_in_some: bool) -> Truth:
    """True if a test holds in every possible case, false if in none, else unknown."""
    if holds_in_some and fails_in_some:
        return Truth.UNKNOWN
    return Truth.TRUE if holds_in_some else Truth.FALSE
