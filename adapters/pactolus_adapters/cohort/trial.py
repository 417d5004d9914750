"""The figures of the MIDAS trial (IFM 2020-02, NCT04934475) that the cohort is made to match.

Sources. Arms, strata and time points: EU Clinical Trials Register, EudraCT 2020-005216-21. Enrolment, completion,
progressions and deaths during induction, and MRD below 1e-5 after it: Perrot A et al. Blood 2025;146(1):52-61, as
reported by a medical news service. Sizes of the strata, rates and relative risks before maintenance: Perrot A et al.
N Engl J Med 2025, doi 10.1056/NEJMoa2505133, as reported by two trade publications; the sizes of the four arms by a
popular article alone. Neither paper was read.

The rates are published as whole percentages. The numbers of patients behind them were not found; those here are
ours, and each rounds to its percentage: 204 of 243 is 83.95 %, 208 of 242 is 85.95 %, 44 of 109 is 40.37 %,
40 of 124 is 32.26 %; a test sees to it.
"""

from dataclasses import dataclass

__all__ = [
    "ARMS",
    "COMPARISONS",
    "COMPLETED",
    "ENROLLED",
    "Arm",
    "Comparison",
    "arm_named",
]

ENROLLED = 791
"""Patients enrolled; published."""

COMPLETED = 757
"""Patients who completed six cycles of induction; published."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm. `name`: as `ResearchSubject.assignedArm` has it. `stratum`: the `mrd-status` that leads to it.

    `reached` patients of `patients` have MRD below 1e-6 before maintenance (ours, to round to the published
    `percent`). `already_below` had it after induction (of the arms of one stratum a popular article says 76 and 73 %;
    low trust, ours to round to it; 0 where nothing was said).
    """

    letter: str
    name: str
    stratum: str
    patients: int
    reached: int
    percent: int
    already_below: int = 0


ARMS = (
    Arm("A", "A: Isa-KRd x 6", "negative", 243, 204, 84, already_below=185),
    Arm("B", "B: ASCT + Isa-KRd x 2 (MRD below 1e-5)", "negative", 242, 208, 86, already_below=177),
    Arm("C", "C: ASCT + Isa-KRd x 2 (MRD 1e-5 or more)", "positive", 109, 44, 40),
    Arm("D", "D: tandem ASCT", "positive", 124, 40, 32),
)
"""The arms, two in each stratum."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A published comparison: `first` against `second` (letters), the adjusted relative risk, its 95 % CI and P."""

    first: str
    second: str
    relative_risk: str
    low: str
    high: str
    p_value: str


COMPARISONS = (
    Comparison("B", "A", "1.02", "0.95", "1.10", "0.64"),
    Comparison("D", "C", "0.82", "0.58", "1.15", "0.31"),
)
"""The two comparisons of the trial, each inside its stratum. Neither showed superiority; neither shows equivalence."""


def arm_named(name: str) -> Arm | None:
    """The arm of that name; None for a patient who was not randomised."""
    return next((arm for arm in ARMS if arm.name == name), None)
