"""The solver within a bound that is counted in its own steps, so that the same question ends the same way."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

import z3

__all__ = ["STEPS", "Answered", "Solver", "Verdict"]

STEPS = 5_000_000
"""Steps of the solver that one question may take, at an effort of 1."""


class Verdict(StrEnum):
    """What came of a question."""

    SOMEBODY = "somebody"
    """There is such a patient; the model names one."""
    NOBODY = "nobody"
    """There is none."""
    NOT_DECIDED = "not-decided"
    """The bound was met first."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A verdict; `model` is set where there is somebody."""

    verdict: Verdict
    model: z3.ModelRef | None = None

    def __bool__(self) -> bool:
        """There is such a patient."""
        return self.verdict is Verdict.SOMEBODY


@dataclass(slots=True)
class Solver:
    """Answers "is there a patient for whom all of this is true?".

    `always`: what is true of every patient. `effort`: a multiple of `STEPS` that each question may
    take. Each question starts afresh from `always`, so its answer does not depend on those before it.
    """

    always: tuple[z3.BoolRef, ...]
    effort: int = 1
    questions: int = field(init=False, default=0)
    _together: z3.BoolRef = field(init=False)

    def __post_init__(self) -> None:
        self._together = z3.And(list(self.always))

    def ask(self, terms: Iterable[z3.BoolRef]) -> Answered:
        """Whether one patient fits all terms."""
        self.questions += 1
        solver = z3.Solver()
        solver.set("rlimit", STEPS * self.effort)
        solver.add(self._together, *terms)
        found = solver.check()
        if found == z3.sat:
            return Answered(Verdict.SOMEBODY, solver.model())
        return Answered(Verdict.NOBODY if found == z3.unsat else Verdict.NOT_DECIDED)
