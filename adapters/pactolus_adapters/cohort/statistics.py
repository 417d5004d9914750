"""Rates and relative risks with 95 % confidence intervals, by SciPy. Here, and only here, numbers are floats.

They are rates of patients, not assays. Intervals: Wilson's for a rate; for a relative risk the usual one on the
logarithm (Katz), without adjustment for anything.
"""

import math
from dataclasses import dataclass

__all__ = ["Interval", "Rate", "RelativeRisk", "rate", "relative_risk"]

_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % confidence interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rate:
    """`cases` of `patients`. `interval`: of the rate, from 0 to 1; None when there are no patients."""

    cases: int
    patients: int
    interval: Interval | None

    @property
    def percent(self) -> float | None:
        """In percent; None when there are no patients."""
        return 100 * self.cases / self.patients if self.patients else None

    def rounds_to(self, percent: int) -> bool:
        """Whether it is so many percent, rounded to a whole one, half up, in whole numbers throughout."""
        return bool(self.patients) and (200 * self.cases + self.patients) // (2 * self.patients) == percent


@dataclass(frozen=True, slots=True)
class RelativeRisk:
    """The rate of one group over that of another. `interval`: None where it cannot be given (no case in the first)."""

    ratio: float
    interval: Interval | None


def rate(cases: int, patients: int) -> Rate:
    """The rate with Wilson's interval. Raises `ValueError` when there are more cases than patients."""
    from scipy.stats import binomtest

    if not patients:
        return Rate(cases, patients, None)
    bounds = binomtest(cases, patients).proportion_ci(_LEVEL, method="wilson")
    return Rate(cases, patients, Interval(float(bounds.low), float(bounds.high)))


def relative_risk(first: Rate, second: Rate) -> RelativeRisk | None:
    """The rate of the first over that of the second; None when either has no patients or the second no case."""
    from scipy.stats.contingency import relative_risk as of_counts

    if not first.patients or not second.patients or not second.cases:
        return None
    found = of_counts(first.cases, first.patients, second.cases, second.patients)
    bounds = found.confidence_interval(_LEVEL)
    low, high = float(bounds.low), float(bounds.high)
    is_known = math.isfinite(low) and math.isfinite(high)
    return RelativeRisk(float(found.relative_risk), Interval(low, high) if is_known else None)
