"""What a patient looks like whom a person reads: recent dates, and one number where two facts read the same."""

from collections.abc import Iterator

import z3

from pactolus_engine.pack.model import FactType
from pactolus_engine.proof.space import Space

__all__ = ["plain_wishes"]

_RECENT_DAYS = 1500
"""A plain patient's dates lie in so many days before the evaluation, where that is possible."""


def plain_wishes(space: Space) -> list[z3.BoolRef]:
    """What a plain patient of the space fulfils; there may be none for a question."""
    pack = space.compiled.pack
    day = min(pack.evidence_as_of, pack.review_by).toordinal()
    starts = {
        fact.derivation.inputs[0]
        for fact in pack.facts.values()
        if fact.derivation and fact.derivation.kind == "years-between"
    }
    wishes = [space.day == day]
    for name in space.facts:
        terms = space.terms(name)
        number = terms.number
        if number is None or not space.is_sent(name) or name in starts:
            continue
        if terms.fact.type is FactType.DATE:
            wishes += [number <= day, number >= day - _RECENT_DAYS]
    return wishes + list(_same_readings(space))


def _same_readings(space: Space) -> Iterator[z3.BoolRef]:
    """Facts that are read from the same element of the same resource have the same value."""
    first: dict[object, str] = {}
    for name in space.facts:
        fact = space.terms(name).fact
        if not space.is_sent(name) or fact.binding is None or not fact.type.is_ordered:
            continue
        binding = fact.binding
        parts = tuple(sorted(binding.components.items())), tuple(sorted(binding.values.items()))
        other = first.setdefault((fact.of or fact.id, binding.element, parts), name)
        if other != name:
            one, same = space.terms(name), space.terms(other)
            yield one.number == same.number
            yield z3.Or(one.is_missing, z3.And([one.stands[s] == same.stands[s] for s in one.stands]))
