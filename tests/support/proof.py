"""A patient put into the solver: the values that his facts may have, and how they stand."""

from collections.abc import Iterator

import z3

from pactolus_engine.pack.model import EVALUATION_DATE
from pactolus_engine.proof.space import Space
from pactolus_engine.proof.variables import FactTerms, exact
from pactolus_engine.states import FactState, States
from pactolus_engine.values import Codes, Interval, Members

__all__ = ["as_weighed"]


def as_weighed(space: Space, states: States, today: int) -> Iterator[z3.BoolRef]:
    """The patient is one that these states leave possible."""
    yield space.day == today
    for name in space.facts:
        if name != EVALUATION_DATE:
            yield from _in_state(space, space.terms(name), states[name])


def _in_state(space: Space, terms: FactTerms, state: FactState) -> Iterator[z3.BoolRef]:
    yield terms.absent if state.value is None else z3.Not(terms.absent)
    yield z3.Or([terms.stands[status] for status in sorted(state.statuses)])
    match state.value:
        case Interval(low, low_closed, high, high_closed):
            if low is not None:
                yield terms.number >= exact(low) if low_closed else terms.number > exact(low)
            if high is not None:
                yield terms.number <= exact(high) if high_closed else terms.number < exact(high)
        case Codes(possible):
            yield z3.Or([terms.members[code] for code in sorted(possible)])
        case Members(surely, possibly):
            # What nobody recorded may be there all the same, unless a set that the rules name is there whole.
            is_whole = possibly <= surely and surely in space.named_sets(terms.fact.id)
            for name, is_in in terms.members.items():
                if name in surely:
                    yield is_in
                elif is_whole:
                    yield z3.Not(is_in)
