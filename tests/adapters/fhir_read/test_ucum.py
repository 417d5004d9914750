"""UCUM units of fractions become exact factors, or nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.fhir.ucum import factor


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("1", "1"),
        ("%", "0.01"),
        ("[ppth]", "0.001"),
        ("[ppm]", "0.000001"),
        ("[ppb]", "1e-9"),
        ("10*-6", "0.000001"),
        ("10^-6", "0.000001"),
        ("/10*6", "0.000001"),
        ("/10*6{cells}", "0.000001"),
        ("{cells}/10*6{cells}", "0.000001"),
        ("{clones}/10*6{cells}", "0.000001"),
        ("10*-5", "0.00001"),
        ("/10*5", "0.00001"),
        ("/100000", "0.00001"),
        ("%{cells}", "0.01"),
        ("1/(10*3.10*3)", "0.000001"),
        ("{cells}/10*3/10*3", "0.000001"),
    ],
)
def test_known_units_have_their_exact_factor(unit: str, expected: str) -> None:
    assert factor(unit) == Decimal(expected)


@pytest.mark.parametrize(
    "unit",
    [
        "", "{cells per million}", "{ppm}", "{per10^6}", "{cells}", "{#}", "{cells}/{cells}", "ppm", "percent",
        "/uL", "ng/mL", "{copies}/mL", "mg", "mol/mol", "10*-6 ", " %", "10*-99", "/3", "1//10", "10*6/", "(10*6",
        "10*6)", "1.", "%%", "0", "1e-6", "10**6", "{a{b}}", "1" * 200,
    ],
)  # fmt: skip
def test_anything_else_has_none(unit: str) -> None:
    assert factor(unit) is None


@given(st.text(alphabet="10*^-6/.%(){}[ppmbth]cels", max_size=30))
def test_no_text_raises_and_factors_are_positive(unit: str) -> None:
    found = factor(unit)
    assert found is None or found > 0
