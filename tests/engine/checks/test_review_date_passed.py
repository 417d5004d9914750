"""A review date that has passed, to the second."""

from datetime import UTC, datetime, timedelta

from tests.engine.checks.findings import said

END = datetime(2027, 2, 1, tzinfo=UTC)


def test_from_midnight_after_the_day_on() -> None:
    assert said("review-date-passed", at=END) == [
        "pack minimal: the review date has passed: every answer of the pack is HOLD"
    ]


def test_not_a_second_earlier() -> None:
    assert said("review-date-passed", at=END - timedelta(seconds=1)) == []
