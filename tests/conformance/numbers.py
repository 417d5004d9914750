"""Our own check of what no validator can see: that a decimal left as it came.

A decimal that passed through a binary float is still legal FHIR. So every decimal of an answer must be
written, character by character, as the input or the pack wrote a number.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

__all__ = ["stated", "unstated"]


def stated(*told: object) -> frozenset[str]:
    """The text of every decimal in these values, whatever they are nested in."""
    return frozenset(getattr(number, "text", str(number)) for part in told for number in _decimals(part))


def _decimals(node: object) -> Iterator[Decimal]:
    if isinstance(node, Decimal):
        yield node
    elif is_dataclass(node) and not isinstance(node, type):
        for field in fields(node):
            yield from _decimals(getattr(node, field.name))
    elif isinstance(node, dict):
        for part in node.values():
            yield from _decimals(part)
    elif isinstance(node, tuple | list | set | frozenset):
        for part in node:
            yield from _decimals(part)


def unstated(bundle: bytes, allowed: Iterable[str]) -> list[str]:
    """The decimals of a JSON text that nobody stated, as they are written in it."""
    found: list[str] = []
    json.loads(bundle, parse_float=found.append, parse_constant=_no_number)
    return sorted(set(found) - set(allowed))


def _no_number(name: str) -> Any:
    raise ValueError(f"JSON has no number `{name}`")
