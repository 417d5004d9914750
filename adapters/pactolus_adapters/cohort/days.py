"""The days of one patient, from diagnosis to the start of maintenance. All invented.

Enrolment is spread over 18 months, as in the trial; six cycles of 28 days and some delay make the induction. The
rest keeps to the order of events and to the window of the pack (7 days before to 42 days after the end of induction).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pactolus_adapters.cohort.dealing import Dealer

__all__ = ["POST_INDUCTION_AT", "PRE_MAINTENANCE_AT", "Days", "days_of"]

POST_INDUCTION_AT = datetime(2024, 6, 1, 12, tzinfo=UTC)
"""When the first snapshot is to be evaluated: every patient's decision after induction was due by then."""

PRE_MAINTENANCE_AT = datetime(2025, 6, 1, 12, tzinfo=UTC)
"""When the second snapshot is to be evaluated: every patient was before maintenance, or in it, by then."""

_FIRST_DIAGNOSIS = date(2022, 1, 10)
_ENROLMENT_DAYS = 540
_CYCLE = 28


@dataclass(frozen=True, slots=True)
class Days:
    """Calendar days. `sample`, `response`, `imaging` belong to the end of induction; those of the endpoint follow."""

    diagnosis: date
    induction_start: date
    induction_end: date
    sample: date
    response: date
    imaging: date
    consolidation_start: date
    consolidation_end: date
    later_sample: date
    maintenance: date

    def in_induction(self, tenths: int) -> date:
        """A day of the induction, `tenths` tenths of the way through."""
        return self.induction_start + (self.induction_end - self.induction_start) * tenths // 10


def days_of(dealer: Dealer, cycles: int = 6) -> Days:
    """The days of a patient whose induction had so many cycles."""
    diagnosis = _FIRST_DIAGNOSIS + timedelta(days=dealer.below("diagnosis", _ENROLMENT_DAYS))
    start = diagnosis + _days(dealer, "induction start", 32, 50)
    end = start + timedelta(days=cycles * _CYCLE) + _days(dealer, "delay", 0, 21)
    sample = end + _days(dealer, "sample", -3, 24)
    consolidation = max(sample, end) + _days(dealer, "consolidation start", 14, 35)
    consolidation_end = consolidation + _days(dealer, "consolidation", 170, 215)
    later = consolidation_end + _days(dealer, "later sample", 5, 30)
    return Days(
        diagnosis=diagnosis,
        induction_start=start,
        induction_end=end,
        sample=sample,
        response=end + _days(dealer, "response", -5, 14),
        imaging=end + _days(dealer, "imaging", -4, 28),
        consolidation_start=consolidation,
        consolidation_end=consolidation_end,
        later_sample=later,
        maintenance=later + _days(dealer, "maintenance", 2, 28),
    )


def _days(dealer: Dealer, word: str, least: int, most: int) -> timedelta:
    return timedelta(days=dealer.between(word, least, most))
