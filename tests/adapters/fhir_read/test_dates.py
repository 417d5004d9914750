"""FHIR dates as the days they may mean."""

import pytest

from pactolus_adapters.fhir.dates import days_of, is_date, is_date_time, period_of
from pactolus_engine.values import Interval, date_interval


def test_the_calendar_date_counts_as_written() -> None:
    assert days_of("2026-02-09T23:59:00-08:00") == date_interval(2026, 2, 9)
    assert days_of("2024-02") == date_interval(2024, 2)
    assert days_of("1968") == date_interval(1968)


@pytest.mark.parametrize(
    "text", ["", "1968-00", "1968-01-00", "0000", "2025-02-29", "2025-13", "2025-6-3", "20250603", "2025-06-03 ", "٢٠٢٥"]
)  # fmt: skip
def test_days_that_the_calendar_does_not_have(text: str) -> None:
    assert days_of(text) is None
    assert not is_date(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-06-03T10:00:00Z", True),
        ("2025-06-03T23:59:60.123+14:00", True),
        ("2025-06", True),
        ("2025-06-03T10:00:00", False),
        ("2025-06-03T10:00Z", False),
        ("2025-06-03T24:00:00Z", False),
        ("2025-06T10:00:00Z", False),
        ("2025-06-03T10:00:00+15:00", False),
    ],
)
def test_times_need_seconds_and_an_offset(text: str, expected: bool) -> None:
    assert is_date_time(text) is expected


def test_a_period_that_is_open_has_no_limit_on_that_side() -> None:
    start = date_interval(2025, 6, 3)
    assert period_of({"start": "2025-06-03"}) == Interval(start.low, True, None, True)
    assert period_of({}) is None
