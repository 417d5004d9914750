"""The key `derive` of a fact, without its condition, which may use facts that stand further down."""

from dataclasses import dataclass

from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import ALL_OF_LAST, COUNT, OVER_SAMPLES, Absence, Derivation, FactType
from pactolus_engine.pack.schema import Fields, read_mapping
from pactolus_engine.pack.shapes import COUNTED, DERIVATION, SEQUENCE

__all__ = ["MAXIMUM_LAST", "read_derivation"]

MAXIMUM_LAST = 20
"""Samples that `all-of-last` may look at."""


@dataclass(frozen=True, slots=True)
class _Gives:
    """What a derivation makes."""

    type: FactType
    unit: str
    words: str


_GIVES = {
    "years-between": _Gives(FactType.INTEGER, "a", "whole `a`"),
    "days-between": _Gives(FactType.INTEGER, "d", "whole `d`"),
    ALL_OF_LAST: _Gives(FactType.BOOLEAN, "", "true or false"),
    COUNT: _Gives(FactType.INTEGER, "1", "a whole number"),
}


def read_derivation(fact: Fields, fact_type: FactType, absence: Absence, issues: Issues) -> Derivation | None:
    """How a fact is derived; None when it is not, or when that cannot be read. `fact`: its keys."""
    node = fact.optional("derive")
    mapping = read_mapping(node, issues) if node else None
    if mapping is None:
        return None
    fact.refuse(["of", "read", "several", "only", "prefer"], "a derived fact is not read")
    if absence is Absence.ASSUMED:
        issues.add(fact.key_place("absence"), "a derived fact cannot be assumed", "let its inputs be assumed")
    fields = Fields(mapping, DERIVATION, issues)
    kinds = [kind for kind in _GIVES if fields.has(kind)]
    if len(kinds) != 1:
        issues.add(mapping.place, f"expected one of {', '.join(f'`{kind}`' for kind in _GIVES)}")
        return None
    _check_type(fact, fact_type, kinds[0], issues)
    if kinds[0] in OVER_SAMPLES:
        return _over_samples(fields, kinds[0], issues)
    return _between(fields, kinds[0], issues)


def _check_type(fact: Fields, fact_type: FactType, kind: str, issues: Issues) -> None:
    gives = _GIVES[kind]
    unit = fact.optional_text("unit")
    if fact_type is not gives.type or unit != gives.unit:
        advice = f"write `type: {gives.type}`"
        if gives.unit:
            shown = '"1"' if gives.unit == "1" else gives.unit
            advice += f" and `unit: {shown}`"
        issues.add(fact.place, f"`{kind}` gives {gives.words}", advice)
    if kind == COUNT:
        fact.refuse(["at-least", "at-most", "suspect-from"], "a count is 0 or more")


def _between(fields: Fields, kind: str, issues: Issues) -> Derivation | None:
    words = fields.words(kind)
    if len(words) != 2:
        issues.add(fields.key_place(kind), "expected two different facts, from and to")
        return None
    return Derivation(kind, (words[0].text, words[1].text))


def _over_samples(fields: Fields, kind: str, issues: Issues) -> Derivation | None:
    node = fields.optional(kind)
    mapping = read_mapping(node, issues) if node else None
    if mapping is None:
        return None
    shape = SEQUENCE if kind == ALL_OF_LAST else COUNTED
    parts = Fields(mapping, shape, issues, fields.key_place(kind))
    name = parts.id("fact")
    last = _last(parts, issues) if kind == ALL_OF_LAST else 0
    return Derivation(kind, (name,), last=last) if name else None


def _last(parts: Fields, issues: Issues) -> int:
    number = parts.number("count")
    if number is None:
        return 0
    if number % 1 or not 1 <= number <= MAXIMUM_LAST:
        issues.add(parts.key_place("count"), f"`count` is not a whole number from 1 to {MAXIMUM_LAST}")
        return 0
    return int(number)
