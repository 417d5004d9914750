"""What a patient looks like whom a person reads: recent dates, and one number where two facts read the same."""

from collections.abc import Iterator

import z3

from pactolus_engine.pack.model import Absence, FactType
from pactolus_engine.proof.solve import Answered, Solver
from pactolus_engine.proof.space import Space

__all__ = ["plain_wishes", "with_wishes"]

_RECENT_DAYS = 1500
"""A plain patient's dates lie in so many days before the evaluation, where that is possible."""


def plain_wishes(space: Space) -> list[z3.BoolRef]:
    """What a plain patient of the space fulfils, each as far as the question lets him."""
    pack = space.compiled.pack
    day = min(pack.evidence_as_of, pack.review_by).toordinal()
    starts = {
        fact.derivation.inputs[0]
        for fact in pack.facts.values()
        if fact.derivation and fact.derivation.kind == "years-between"
    }
    recent = [space.day == day]
    for name in space.facts:
        number, fact = space.terms(name).number, space.terms(name).fact
        if number is not None and fact.type is FactType.DATE and space.is_sent(name) and name not in starts:
            recent += [number <= day, number >= day - _RECENT_DAYS]
    return [z3.And(recent), z3.And(list(_same_readings(space))), *_unsaid(space)]


def with_wishes(
    solver: Solver, terms: list[z3.BoolRef], wishes: list[z3.BoolRef], answered: Answered
) -> tuple[list[z3.BoolRef], Answered]:
    """The terms with those wishes that they allow, and somebody who fits them.

    All wishes are granted together, or those of each half one after the other. `answered`: what the
    solver says of the terms alone.
    """
    if not wishes or not answered:
        return terms, answered
    granted = solver.ask([*terms, *wishes])
    if granted:
        return [*terms, *wishes], granted
    if len(wishes) == 1:
        return terms, answered
    middle = len(wishes) // 2
    first, so_far = with_wishes(solver, terms, wishes[:middle], answered)
    return with_wishes(solver, first, wishes[middle:], so_far)


def _unsaid(space: Space) -> Iterator[z3.BoolRef]:
    """What need not be said is not said."""
    for name in space.facts:
        terms = space.terms(name)
        if space.is_sent(name) and terms.fact.absence is not Absence.REQUIRED:
            yield terms.is_missing


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
