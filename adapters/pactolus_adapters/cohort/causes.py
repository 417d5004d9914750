"""Why patients leave the trial, and how many: what was published, and, where nothing was, what we chose.

Published: 34 did not complete induction, of whom 7 progressed and 5 died; 757 completed it and 718 were randomised;
5 progressed and 2 died of something else during consolidation; 15 % of the tandem arm never had the second transplant.
**Ours**, because no source gives them: what became of the other 22, the causes of the 39, who of the 718 has no
result before maintenance and why, and in which arm the 5 and the 2 were.

The 39 hold 12 patients below 1e-5, so that 497 of the 791 enrolled are, which is the published 63 %.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

__all__ = ["DURING_INDUCTION", "ENDINGS", "OUTCOME_OF_ENDING", "UNRANDOMISED", "Cause", "Ending", "Share"]


class Cause(StrEnum):
    """Why a patient was not randomised."""

    PROGRESSED_EARLY = "progressed during induction"
    DIED_EARLY = "died during induction"
    TOXICITY = "stopped induction for toxicity before six cycles"
    OTHER_DRUG = "changed to another drug during induction"
    WITHDREW_EARLY = "withdrew consent during induction"
    LOST = "lost to follow-up during induction"
    NO_CLONE = "no clone to track by sequencing, and no flow cytometry"
    POOR_SAMPLE = "negative in a sample of poor quality"
    SHALLOW = "the assay was not deep enough for 1e-5"
    UNREADABLE = "the unit of the result cannot be read"
    WITHDREW = "withdrew consent after induction, before the sample"
    DECLINED = "declined transplant, at or above 1e-5"
    NO_GRAFT = "too few stem cells collected, at or above 1e-5"
    NOT_FIT = "no longer fit for transplant, below 1e-5"
    PROGRESSED = "progressed at the end of induction, at or above 1e-5"
    IMAGING = "disease outside the marrow on PET-CT, below 1e-5"
    LATE_SAMPLE = "sampled long after induction, below 1e-5"
    DISAGREE = "sequencing and flow cytometry disagree"
    STOPPED_EARLY = "a drug of the six cycles was stopped for toxicity, below 1e-5"


@dataclass(frozen=True, slots=True)
class Share:
    """So many patients of a cause, and what the pack `midas-consolidation` has to say of each of them.

    `mrd_status`: the conclusion, which stands beside any outcome; empty for none.
    """

    cause: Cause
    patients: int
    outcome: str
    mrd_status: str = ""


DURING_INDUCTION = (
    Share(Cause.PROGRESSED_EARLY, 7, "OUT_OF_SCOPE"),
    Share(Cause.DIED_EARLY, 5, "OUT_OF_SCOPE"),
    Share(Cause.TOXICITY, 10, "OUT_OF_SCOPE"),
    Share(Cause.OTHER_DRUG, 6, "OUT_OF_SCOPE"),
    Share(Cause.WITHDREW_EARLY, 4, "NEED_DATA"),
    Share(Cause.LOST, 2, "NEED_DATA"),
)
"""The 34 who did not complete induction."""

UNRANDOMISED = (
    Share(Cause.NO_CLONE, 7, "NEED_DATA"),
    Share(Cause.POOR_SAMPLE, 4, "NEED_DATA"),
    Share(Cause.SHALLOW, 2, "NEED_DATA"),
    Share(Cause.UNREADABLE, 1, "CONFLICT"),
    Share(Cause.WITHDREW, 4, "NEED_DATA"),
    Share(Cause.DECLINED, 4, "OUT_OF_SCOPE", "positive"),
    Share(Cause.NO_GRAFT, 2, "OUT_OF_SCOPE", "positive"),
    Share(Cause.NOT_FIT, 6, "OUT_OF_SCOPE", "negative"),
    Share(Cause.PROGRESSED, 1, "OUT_OF_SCOPE", "positive"),
    Share(Cause.IMAGING, 2, "CONFLICT", "negative"),
    Share(Cause.LATE_SAMPLE, 2, "OUT_OF_SCOPE", "negative"),
    Share(Cause.DISAGREE, 2, "CONFLICT"),
    Share(Cause.STOPPED_EARLY, 2, "OUT_OF_SCOPE", "negative"),
)
"""The 39 who completed induction and were not randomised.

Whoever declines transplant, or has no graft, is at or above 1e-5 here: below it, the pack still offers the option
without transplant, and the service would count one patient more in the stratum than the trial randomised.
"""


class Ending(StrEnum):
    """What is known before maintenance of a randomised patient."""

    REACHED = "MRD below 1e-6"
    NOT_REACHED = "MRD of 1e-6 or more"
    PROGRESSED = "progressed during consolidation"
    DIED = "died during consolidation"
    NO_SAMPLE = "no sample before maintenance"
    FLOW = "flow cytometry, which cannot tell 1e-6"
    SHALLOW = "sequencing not deep enough for 1e-6"
    LATE = "sampled after the start of maintenance"


ENDINGS: Mapping[str, tuple[tuple[Ending, int], ...]] = MappingProxyType(
    {
        "A": (
            (Ending.REACHED, 204), (Ending.NOT_REACHED, 30), (Ending.PROGRESSED, 2), (Ending.DIED, 1),
            (Ending.NO_SAMPLE, 3), (Ending.FLOW, 2), (Ending.LATE, 1),
        ),
        "B": (
            (Ending.REACHED, 208), (Ending.NOT_REACHED, 28), (Ending.NO_SAMPLE, 3), (Ending.FLOW, 2),
            (Ending.SHALLOW, 1),
        ),
        "C": (
            (Ending.REACHED, 44), (Ending.NOT_REACHED, 60), (Ending.NO_SAMPLE, 2), (Ending.FLOW, 1),
            (Ending.SHALLOW, 1), (Ending.LATE, 1),
        ),
        "D": (
            (Ending.REACHED, 40), (Ending.NOT_REACHED, 75), (Ending.PROGRESSED, 3), (Ending.DIED, 1),
            (Ending.NO_SAMPLE, 4), (Ending.FLOW, 1),
        ),
    }
)  # fmt: skip
"""By the letter of the arm: who ends how. Whoever has no finding counts as not having reached the endpoint."""

OUTCOME_OF_ENDING: Mapping[Ending, tuple[str, str]] = MappingProxyType(
    {
        Ending.REACHED: ("CONCLUDED", "reached"),
        Ending.NOT_REACHED: ("CONCLUDED", "not-reached"),
        Ending.PROGRESSED: ("OUT_OF_SCOPE", ""),
        Ending.DIED: ("NEED_DATA", ""),
        Ending.NO_SAMPLE: ("OUT_OF_SCOPE", ""),
        Ending.FLOW: ("NEED_DATA", ""),
        Ending.SHALLOW: ("NEED_DATA", ""),
        Ending.LATE: ("NEED_DATA", ""),
    }
)
"""What the pack `midas-endpoint` has to say of each ending: the outcome, and the conclusion `endpoint` or nothing.

Both samples of whoever was sampled late are from the wrong time, one too early and one too late: which of them counts is
open, and the pack asks. Without a later sample there is only the one that is too early.
"""
