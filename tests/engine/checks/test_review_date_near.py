"""A review date that is near."""

from datetime import UTC, datetime, timedelta

from tests.engine.checks.findings import said

END = datetime(2027, 2, 1, tzinfo=UTC)


def test_within_sixty_days() -> None:
    assert said("review-date-near", at=END - timedelta(days=60, seconds=1)) == []
    assert said("review-date-near", at=END - timedelta(days=60)) == [
        "pack minimal: the review date is 60 days away; after it every answer of the pack is HOLD"
    ]


def test_what_has_passed_is_near_no_more() -> None:
    assert said("review-date-near", at=END) == []
