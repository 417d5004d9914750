"""Knowing more: a value that leaves less room than another one, and nothing that it did not."""

from dataclasses import replace
from decimal import Decimal
from random import Random

from pactolus_engine.facts import FactSet, Reading
from pactolus_engine.states import is_settled
from pactolus_engine.values import Codes, Interval, Members, Value, exactly

__all__ = ["narrowed"]


def narrowed(random: Random, patient: FactSet) -> FactSet | None:
    """The same patient with one value known better; None when every value is known already."""
    open_ = [place for place, one in enumerate(patient.readings) if not is_settled(one.value)]
    if not open_:
        return None
    chosen = random.choice(open_)
    readings = [
        _known_better(random, r) if place == chosen else r for place, r in enumerate(patient.readings)
    ]
    return replace(patient, readings=tuple(readings))


def _known_better(random: Random, reading: Reading) -> Reading:
    assert reading.value is not None
    return replace(reading, value=_part_of(random, reading.value))


def _part_of(random: Random, value: Value) -> Value:
    match value:
        case Codes(possible):
            return Codes(frozenset({random.choice(sorted(possible))}))
        case Members(surely, possibly):
            taken = frozenset(random.sample(sorted(possibly), random.randint(0, len(possibly))))
            left = frozenset(c for c in possibly - taken if random.random() < 0.3)
            return Members(surely | taken, left)
        case Interval(low, low_closed, high, high_closed):
            assert low is not None and high is not None
            middle = low + (
                Decimal(int((high - low) / 2)) if low % 1 == 0 and low_closed else (high - low) / 2
            )
            parts = [Interval(low, low_closed, middle, True)] if middle > low else []
            parts += (
                [Interval(middle, middle > low or low_closed, high, high_closed)] if middle < high else []
            )
            return random.choice([*parts, exactly(middle)] if middle > low else parts)
