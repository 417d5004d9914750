"""Numbers and dates of a pack are exactly their text, or refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactolus_engine.pack.exact_number import calendar_date, canonical_number, exact_number, partial_date

DIGITS = st.integers(-(10**20), 10**20)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1e-5", "0.00001"),
        ("1E-5", "0.00001"),
        ("-7", "-7"),
        ("+7", "7"),
        (".5", "0.5"),
        ("0.10", "0.10"),
        ("1e30", "1e30"),
        ("1e-30", "1e-30"),
        ("0" * 40, "0"),
        ("-0", "0"),
    ],
)
def test_numbers(text: str, number: str) -> None:
    assert exact_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["", "nan", ".nan", "NaN", "inf", "-.inf", "1_000", "0x10", "0o7", "1e31", "1e-31", "1e", "1.", "e5", "--1",
     "1 ", "1,5", "0" * 41, "1e99999999", "\u0661", "\uff11", "true"],
)  # fmt: skip
def test_what_is_no_number(text: str) -> None:
    assert exact_number(text) is None


@given(DIGITS, st.integers(-15, 15))
def test_the_canonical_text_is_the_number_itself(digits: int, exponent: int) -> None:
    number = Decimal(digits).scaleb(exponent)
    text = canonical_number(number)
    assert Decimal(text) == number
    assert "E" not in text
    assert canonical_number(Decimal(text)) == text


def test_dates() -> None:
    assert calendar_date("2024-02-29") is not None
    for text in (
        "2025-02-29",
        "2025-02",
        "20250201",
        "2025-2-1",
        "0000-01-01",
        "\u0662025-01-01",
        "2025-01-01T00",
    ):
        assert calendar_date(text) is None


@pytest.mark.parametrize(("text", "days"), [("2024", 366), ("2025", 365), ("2024-02", 29), ("2024-02-29", 1)])
def test_a_partial_date_is_all_its_days(text: str, days: int) -> None:
    value = partial_date(text)
    assert value is not None
    assert value.low is not None
    assert value.high is not None
    assert value.high - value.low + 1 == days


@pytest.mark.parametrize(
    "text", ["", "24", "2024-00", "2024-13", "2024-02-30", "0000", "2024-01-00", "2024-1"]
)
def test_what_is_no_partial_date(text: str) -> None:
    assert partial_date(text) is None
