"""A waiver of a pack: a finding that its author knows of and leaves as it is, with the reason."""

from dataclasses import dataclass

from pactolus_engine.pack.place import Place

__all__ = ["WAIVABLE", "Waiver"]

WAIVABLE = (
    "pack",
    "rule",
    "definition",
    "fact",
    "parameter",
    "code-set",
    "option",
    "evidence",
    "case",
)
"""The kinds of thing that a waiver may be addressed to, as its key says them."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """Lets the findings of one check (`check`, its code) about one thing (`kind` and `id`) stand."""

    check: str
    kind: str
    id: str
    reason: str
    place: Place
