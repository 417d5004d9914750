"""What a site adds to a pack that it did not write: values of parameters, and codes of its own."""

from dataclasses import dataclass
from decimal import Decimal

__all__ = ["Overlay", "SiteCode", "SiteValue"]


@dataclass(frozen=True, slots=True)
class SiteValue:
    """The value that a site chose for a parameter, in the unit of the parameter, and why."""

    value: Decimal
    rationale: str


@dataclass(frozen=True, slots=True, order=True)
class SiteCode:
    """A code that a site adds to a code set of the pack."""

    code_set: str
    system: str
    code: str
    display: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """The overlay in force for a pack. `digest` is what an approval of it covers.

    `parameters`: parameter id → what the site chose. `codes` are sorted.
    """

    title: str
    parameters: dict[str, SiteValue]
    codes: tuple[SiteCode, ...]
    digest: str = ""
