"""What would settle a decision, worked out day by day and cell by cell from the definition of the word.

Every open date is tried on every day of a span, and every open cell is tried; nothing here knows of
regions, diagrams or worlds.
"""

from collections.abc import Iterable, Mapping
from itertools import combinations, product

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.completions import Skeleton
from pactolus_engine.facts import FactSet
from pactolus_engine.pack.model import Status
from pactolus_engine.states import FactState
from pactolus_engine.values import exactly
from pactolus_engine.weigh import weigh
from tests.support.oracle import every_completion, skeleton_of
from tests.support.small_packs import INSTANT

__all__ = ["Answers", "answers_on_every_day", "smallest_settling_sets"]

Answers = dict[tuple[tuple[int, ...], tuple[int | None, ...]], Skeleton]
"""(days of the open dates, cell of every dimension) → the answer."""


def answers_on_every_day(
    compiled: CompiledPack, facts: FactSet, dates: tuple[str, ...], span: Iterable[int]
) -> Answers:
    """The answer for every combination of days and, on those days, every combination of open cells."""
    pack, found = compiled.pack, Answers()
    for days in product(tuple(span), repeat=len(dates)):
        supposed = {date: _on(date, day) for date, day in zip(dates, days, strict=True)}
        states = weigh(pack, compiled.definitions, compiled.partitions, facts, INSTANT, supposed)
        completions = every_completion(compiled, states, 5_000)
        assert completions is not None
        for cells, truths in completions.items():
            found[days, cells] = skeleton_of(pack, truths)
    return found


def _on(date: str, day: int) -> FactState:
    return FactState(date, exactly(day), frozenset({Status.KNOWN}))


def smallest_settling_sets(
    compiled: CompiledPack, answers: Answers, dates: tuple[str, ...], facts: Mapping[str, int]
) -> tuple[tuple[str, ...], ...]:
    """The smallest sets of open facts of which every joint value leaves one answer.

    `facts`: open base facts with a dimension of their own → the place of that dimension.
    """
    names = sorted({*dates, *facts})
    found: list[frozenset[str]] = []
    for size in range(len(names) + 1):
        for chosen in combinations(names, size):
            if not any(known <= set(chosen) for known in found) and _settles(answers, chosen, dates, facts):
                found.append(frozenset(chosen))
    return tuple(sorted(tuple(sorted(one)) for one in found))


def _settles(
    answers: Answers, chosen: tuple[str, ...], dates: tuple[str, ...], facts: Mapping[str, int]
) -> bool:
    left: dict[tuple[int | None, ...], Skeleton] = {}
    for (days, cells), answer in answers.items():
        value = tuple(days[dates.index(name)] if name in dates else cells[facts[name]] for name in chosen)
        if left.setdefault(value, answer) != answer:
            return False
    return True
