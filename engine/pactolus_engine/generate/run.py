"""The patients that a pack's cases lack: next to each threshold, and for each condition that decides alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.coverage import Kind, Tally
from pactolus_engine.generate.aims import Aim, DecidesAlone, NextTo
from pactolus_engine.generate.patient import Patient
from pactolus_engine.generate.search import MAXIMUM_CHANGES, BoundMet, Search
from pactolus_engine.independence import Effects, Half
from pactolus_engine.states import States

__all__ = ["Generated", "NotShown", "Shown", "generate"]

_SAMPLES = "it takes several samples of one fact; write it by hand"
_NOT_FOUND = f"no case in short form comes to it with at most {MAXIMUM_CHANGES} facts stated otherwise"


@dataclass(frozen=True, slots=True)
class Generated:
    """A patient who shows an aim.

    `title` and `slug`: what is shown, in words and as part of a file name. `reached`: the rules that act and
    that it bears on; the expectation speaks of them.
    """

    patient: Patient
    title: str
    rule: str
    slug: str
    reached: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotShown:
    """An aim without a patient, in words. `is_bound`: the search met its bound, there may be one."""

    rule: str
    title: str
    why: str
    is_bound: bool = False


@dataclass(slots=True)
class Shown:
    """What patients have shown so far: for coverage, and for conditions that decide alone."""

    tally: Tally
    halves: set[Half] = field(default_factory=set)

    def add(self, case: str, compiled: CompiledPack, states: States, search: Search) -> None:
        """Counts a patient."""
        self.tally.add(case, compiled, states)
        self.halves.update(list(search.effects(compiled).shown(states, self.halves)))


def generate(search: Search, shown: Shown) -> Iterator[Generated | NotShown]:
    """A patient for each aim that nobody shows yet; each patient found is counted before the next search."""
    for aim, compiled in _aims(shown.tally):
        if not _is_shown(aim, shown):
            yield from _looked_for(aim, compiled, search, shown)


def _looked_for(
    aim: Aim, compiled: CompiledPack, search: Search, shown: Shown
) -> Iterator[Generated | NotShown]:
    effects = search.effects(compiled)
    title = aim.title(effects)
    why = _why_impossible(aim, effects)
    if why:
        yield NotShown(aim.rule, title, why)
        return
    try:
        patient = search.find(aim)
    except BoundMet:
        yield NotShown(aim.rule, title, "the search met its bound", is_bound=True)
        return
    states = patient.states() if patient else None
    if patient is None or states is None:
        yield NotShown(aim.rule, title, _NOT_FOUND)
        return
    effects = search.effects(patient.compiled)
    shown.add("generated", patient.compiled, states, search)
    yield Generated(
        patient, aim.title(effects), aim.rule, aim.slug(effects), effects.reached(aim.rule, states)
    )


def _why_impossible(aim: Aim, effects: Effects) -> str:
    """Why there is nothing to look for; empty when there may be."""
    if not isinstance(aim, DecidesAlone) or effects.can_show(aim.half, has_samples=False):
        return ""
    return _SAMPLES if effects.can_show(aim.half) else aim.why_not(effects)


def _is_shown(aim: Aim, shown: Shown) -> bool:
    if isinstance(aim, DecidesAlone):
        return aim.half in shown.halves
    assert isinstance(aim, NextTo)
    return (Kind.THRESHOLD, aim.rule, aim.position, aim.side) in shown.tally.seen


def _aims(tally: Tally) -> Iterator[tuple[Aim, CompiledPack]]:
    """Thresholds first: their patients show much of the rest."""
    own = _variant_of(tally.variants)
    for item in tally.coverage().items:
        if item.kind is Kind.THRESHOLD:
            for goal in item.goals:
                if goal.counts:
                    yield NextTo(item.rule, item.position, goal.sight), own[item.rule]
    prepared = [Effects(compiled) for compiled in tally.variants]
    for rule, compiled in sorted(own.items()):
        effects = prepared[tally.variants.index(compiled)]
        if rule in effects.rules():
            yield from ((DecidesAlone(half), compiled) for half in effects.halves(rule))


def _variant_of(variants: Sequence[CompiledPack]) -> dict[str, CompiledPack]:
    """Each rule with the first variant in which it is on."""
    own: dict[str, CompiledPack] = {}
    for compiled in variants:
        for rule in compiled.pack.rules:
            own.setdefault(rule, compiled)
    return own
