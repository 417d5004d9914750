"""UCUM units of fractions become exact factors, or nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.fhir.exact_number import Number
from pactolus_adapters.fhir.quantities import measured
from pactolus_adapters.fhir.ucum import SYSTEM, factor, measure


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


@pytest.mark.parametrize(
    ("sent", "wanted", "expected"),
    [
        ("g/L", "g/dL", "0.1"),
        ("g/dl", "g/L", "10"),
        ("mg/dL", "g/dL", "0.001"),
        ("ug/mL", "mg/L", "1"),
        ("mg/dL", "mg/L", "10"),
        ("ng/mL", "mg/L", "0.001"),
        ("10*-3.g/L", "mg/L", "1"),
        ("U/mL", "U/L", "1000"),
        ("ukat/L", "U/L", "60"),
        ("m[IU]/mL", "[iU]/L", "1"),
        ("umol/L", "mmol/L", "0.001"),
        ("/uL", "10*9/L", "0.001"),
        ("mg{protein}/L", "mg/L", "1"),
        ("mL-1", "/L", "1000"),
    ],
)
def test_units_of_one_dimension_convert_exactly(sent: str, wanted: str, expected: str) -> None:
    quantity = {"value": Number("1"), "system": SYSTEM, "code": sent}
    assert measured(quantity, wanted).number == Decimal(expected)


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        ("mmol/L", "mg/L"), ("mg", "mg/L"), ("mg/L", "U/L"), ("U/L", "[IU]/L"), ("g/g", "1"), ("mol/mol", "%"),
        ("G/L", "g/L"), ("mG/L", "mg/L"), ("mg/l/", "mg/L"), ("U/L", "kat/L"), ("mg/L2", "mg/L"), ("Mg/L", "mg/L"),
    ],
)  # fmt: skip
def test_units_of_two_dimensions_and_unknown_ones_do_not(sent: str, wanted: str) -> None:
    quantity = {"value": Number("1"), "system": SYSTEM, "code": sent}
    assert measured(quantity, wanted).number is None


def test_a_unit_keeps_its_dimension() -> None:
    found = measure("mg/dL")
    assert found is not None
    assert (found.factor, found.dimension) == (Decimal("0.01"), (("L", -1), ("g", 1)))
