"""A review date that is near."""

from collections.abc import Iterator
from datetime import timedelta

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.review_date_passed import review_ends, review_place
from pactolus_engine.checks.subject import Subject

__all__ = ["review_date_near"]

_NEAR = timedelta(days=60)


def review_date_near(subject: Subject) -> Iterator[Remark]:
    """Within 60 days of the review date, while there is time to review."""
    left = review_ends(subject) - subject.at
    if timedelta(0) < left <= _NEAR:
        days = "day" if left.days == 1 else "days"
        message = f"the review date is {left.days} {days} away; after it every answer of the pack is HOLD"
        yield Remark("pack", subject.pack.id, review_place(subject), message, "look at the evidence again")
