"""A review date that has passed."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.subject import Subject
from pactolus_engine.pack.model import Place

__all__ = ["review_date_passed", "review_ends", "review_place"]


def review_ends(subject: Subject) -> datetime:
    """The instant from which the pack answers HOLD: 24:00 UTC of the review date."""
    return datetime.combine(subject.pack.review_by, time(0), UTC) + timedelta(days=1)


def review_place(subject: Subject) -> Place:
    """Where the review date stands."""
    return subject.whole.place_in("pack.yaml", "review-by")


def review_date_passed(subject: Subject) -> Iterator[Remark]:
    """From 24:00 UTC of the review date every answer of the pack is HOLD."""
    if subject.at >= review_ends(subject):
        message = "the review date has passed: every answer of the pack is HOLD"
        advice = "look at the evidence again, then set `review-by` and `evidence-as-of`"
        yield Remark("pack", subject.pack.id, review_place(subject), message, advice)
