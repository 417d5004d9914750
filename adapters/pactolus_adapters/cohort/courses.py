"""What becomes of each patient: the trial's numbers dealt out exactly, then shuffled. Nothing is drawn.

The order of the patients follows from the seed, so that a patient's number does not tell the arm. A cohort of scale K
holds the trial K times over, with other patients each time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pactolus_adapters.cohort.causes import (
    DURING_INDUCTION,
    ENDINGS,
    OUTCOME_OF_ENDING,
    UNRANDOMISED,
    Cause,
    Ending,
    Share,
)
from pactolus_adapters.cohort.dealing import Dealer, shuffled
from pactolus_adapters.cohort.trial import ARMS, Arm

__all__ = ["Course", "Level", "Planned", "courses", "planned"]


class Level(StrEnum):
    """Where the MRD after induction lies."""

    DEEP = "below 1e-6"
    SEEN = "below 1e-5, and not shown to be below 1e-6"
    POSITIVE = "1e-5 or more"


_STILL_DEEP = 10
"""Of the 12 not randomised below 1e-5, so many are below 1e-6: 372 of 791 in all, the published 47 %."""

_SINGLE_TRANSPLANT = 19
"""Patients of the tandem arm without the second transplant: 15 % of 124, to the nearest patient."""


@dataclass(frozen=True, slots=True)
class Course:
    """What becomes of one patient, and what the packs have to say of it.

    `arm` and `ending` for the randomised, `cause` for the others. `level`: MRD after induction, where it tells a
    side of 1e-5. `rank`: place among patients alike, by which the forms of results are spread. `transplants`: done
    during consolidation. `outcome`, `mrd_status`: due from `midas-consolidation`; `mrd_status` empty for none.
    """

    rank: int
    outcome: str
    mrd_status: str
    level: Level | None
    has_completed: bool = True
    arm: Arm | None = None
    cause: Cause | None = None
    ending: Ending | None = None
    transplants: int = 0

    @property
    def endpoint(self) -> tuple[str, str]:
        """Outcome and conclusion due from `midas-endpoint`; empty for whoever is not in that snapshot."""
        return OUTCOME_OF_ENDING[self.ending] if self.ending else ("", "")


@dataclass(frozen=True, slots=True)
class Planned:
    """A patient to be written: the FHIR id, the dealer of all details, and the course."""

    patient: str
    dealer: Dealer
    course: Course


def planned(seed: int, scale: int) -> Iterator[Planned]:
    """Every patient of a cohort, by number."""
    every = courses()
    for copy in range(scale):
        for position, course in enumerate(shuffled(f"{seed}/{copy}", every), start=1):
            number = copy * len(every) + position
            yield Planned(f"synthetic-midas-{number:06d}", Dealer(f"{seed}/{number}"), course)


def courses() -> tuple[Course, ...]:
    """The 791 courses of the trial, arm by arm."""
    randomised = (course for arm in ARMS for course in _of_arm(arm))
    return (*randomised, *_of_causes(UNRANDOMISED, True), *_of_causes(DURING_INDUCTION, False))


def _of_arm(arm: Arm) -> Iterator[Course]:
    endings = [ending for ending, patients in ENDINGS[arm.letter] for _ in range(patients)]
    for rank, ending in enumerate(endings):
        level = Level.POSITIVE
        if arm.stratum == "negative":
            level = Level.DEEP if rank < arm.already_below else Level.SEEN
        yield Course(
            rank, "OFFER", arm.stratum, level, arm=arm, ending=ending, transplants=_transplants(arm, rank)
        )


def _transplants(arm: Arm, rank: int) -> int:
    if arm.letter == "D":
        return 1 if rank >= arm.patients - _SINGLE_TRANSPLANT else 2
    return 0 if arm.letter == "A" else 1


def _of_causes(shares: tuple[Share, ...], has_completed: bool) -> Iterator[Course]:
    deep = _STILL_DEEP
    for share in shares:
        for rank in range(share.patients):
            level = Level.POSITIVE if share.mrd_status == "positive" else None
            if share.mrd_status == "negative":
                level = Level.DEEP if deep > 0 else Level.SEEN
                deep -= 1
            yield Course(rank, share.outcome, share.mrd_status, level, has_completed, cause=share.cause)
