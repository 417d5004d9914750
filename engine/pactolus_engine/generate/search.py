"""Looks for a patient who shows an aim: a base patient with as few facts as possible stated otherwise.

A change is weighed once for each base patient; several together are first judged from what each of them moves,
and what is found is weighed again as a whole. The search counts steps, so that it ends alike on every machine.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.generate.aims import Aim
from pactolus_engine.generate.changes import changes_of
from pactolus_engine.generate.patient import Change, Patient
from pactolus_engine.independence import Effects
from pactolus_engine.states import FactState, States

__all__ = ["MAXIMUM_CHANGES", "MAXIMUM_STEPS", "BoundMet", "Search"]

MAXIMUM_CHANGES = 3
"""Facts of a base patient that may be stated otherwise together."""

MAXIMUM_STEPS = 12_000
"""Patients looked at for one aim."""


class BoundMet(Exception):
    """The aim may have a patient, and the search for one was longer than is allowed."""


@dataclass(frozen=True, slots=True)
class _Moved:
    """One change of one patient, and the states that it moves."""

    change: Change
    states: Mapping[str, FactState]


@dataclass(slots=True)
class _Base:
    """A patient to start from, with what was found of changes so far."""

    patient: Patient
    states: States
    moves: dict[str, tuple[_Moved, ...]] = field(default_factory=dict)

    def moved(self, fact: str) -> tuple[_Moved, ...]:
        """Every change of a fact that a case may state, weighed once."""
        if fact not in self.moves:
            changes = changes_of(fact, self.patient, self.states)
            weighed = ((change, self.patient.with_change(change).states()) for change in changes)
            self.moves[fact] = tuple(
                _Moved(change, {name: state for name, state in states.items() if state != self.states[name]})
                for change, states in weighed
                if states is not None
            )
        return self.moves[fact]


class Search:
    """A search from these patients, the first one preferred. `steps`: patients looked at for one aim."""

    def __init__(self, patients: Sequence[Patient], steps: int = MAXIMUM_STEPS) -> None:
        self._bases = [
            _Base(patient, states) for patient in patients if (states := patient.states()) is not None
        ]
        self._steps = steps
        self._effects: dict[int, Effects] = {}

    def effects(self, compiled: CompiledPack) -> Effects:
        """What conditions can decide in a pack, prepared once."""
        return self._effects.setdefault(id(compiled), Effects(compiled))

    def find(self, aim: Aim) -> Patient | None:
        """The patient with the fewest changes; None when there is none within `MAXIMUM_CHANGES`.

        Raises `BoundMet`.
        """
        bases = [base for base in self._bases if aim.rule in base.patient.compiled.pack.rules]
        left = self._steps
        for count in range(MAXIMUM_CHANGES + 1):
            for base in bases:
                facts = aim.facts(self.effects(base.patient.compiled))
                for moves in _together(base, facts, count):
                    if not left:
                        raise BoundMet
                    left -= 1
                    found = self._shown(base, moves, aim)
                    if found is not None:
                        return found
        return None

    def _shown(self, base: _Base, moves: tuple[_Moved, ...], aim: Aim) -> Patient | None:
        effects = self.effects(base.patient.compiled)
        states = dict(base.states)
        for move in moves:
            states |= move.states
        if not aim.is_met(states, effects):
            return None
        patient = base.patient
        for move in moves:
            patient = patient.with_change(move.change)
        whole = patient.states() if len(moves) > 1 else states
        return patient if whole is not None and aim.is_met(whole, effects) else None


def _together(base: _Base, facts: tuple[str, ...], count: int) -> Iterator[tuple[_Moved, ...]]:
    """Every way to change so many of the facts, one change each."""
    for chosen in combinations(facts, count):
        yield from _product(base, chosen)


def _product(base: _Base, facts: tuple[str, ...]) -> Iterator[tuple[_Moved, ...]]:
    if not facts:
        yield ()
        return
    for first in base.moved(facts[0]):
        for rest in _product(base, facts[1:]):
            yield (first, *rest)
