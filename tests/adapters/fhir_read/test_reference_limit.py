"""A value against a limit of its reference range: exact at the limit, surely on its side beside it."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.fhir.exact_number import Number
from pactolus_adapters.fhir.reference_limit import read_ratio
from pactolus_adapters.fhir.resource import Resource
from pactolus_adapters.fhir.words import Word
from pactolus_engine.facts import Standing
from pactolus_engine.pack.model import Absence, Fact, FactType, Place
from pactolus_engine.values import Interval, exactly

UCUM = "http://unitsofmeasure.org"
_MEANING = "http://terminology.hl7.org/CodeSystem/referencerange-meaning"
_FACT = Fact(
    "ldh",
    "LDH",
    FactType.QUANTITY,
    Absence.REQUIRED,
    Place("facts.yaml", 1, 1),
    "1",
    Decimal(0),
    Decimal(100),
)


def _quantity(number: str, code: str = "U/L", **more: str) -> dict[str, Any]:
    return {"value": Number(number), "system": UCUM, "code": code, **more}


def _word(value: dict[str, Any] | None, *ranges: dict[str, Any], limit: str = "high") -> Word:
    body: dict[str, Any] = {"referenceRange": list(ranges)} if ranges else {}
    if value is not None:
        body["valueQuantity"] = value
    return read_ratio(_FACT, Resource("Observation", body, "", "", "Observation/ldh"), limit)


def _ratio(value: str, limit: str, code: str = "U/L", limit_code: str = "U/L") -> Interval:
    word = _word(_quantity(value, code), {"high": _quantity(limit, limit_code)})
    assert isinstance(word.value, Interval)
    return word.value


_AMOUNTS = st.decimals("0.001", "9999", places=3).map(lambda number: Number(str(number)))


@given(_AMOUNTS, _AMOUNTS)
def test_the_interval_holds_the_quotient_and_lies_on_its_side_of_one(value: Number, limit: Number) -> None:
    quotient = Fraction(value) / Fraction(limit)
    if quotient > 100:
        return
    found = _ratio(value.text, limit.text)
    assert found.low is not None
    assert found.high is not None
    if found.is_point:
        assert Fraction(found.low) == quotient
    else:
        assert (found.low_closed, found.high_closed) == (False, False)
        assert Fraction(found.low) < quotient < Fraction(found.high)
        assert Fraction(found.high) - Fraction(found.low) <= quotient * Fraction(1, 10**38)
        assert found.low >= 1 if quotient > 1 else found.high <= 1


@pytest.mark.parametrize("limit", ["3", "0.7", "249.99999999999999999999", "1e-3", "7e20"])
def test_exactly_at_the_limit_is_one(limit: str) -> None:
    assert _ratio(limit, limit) == exactly(1)


def test_the_smallest_step_beside_the_limit_is_not_the_limit() -> None:
    above = _ratio("3.00000000000000000000000000000000000001", "3")
    below = _ratio("2.99999999999999999999999999999999999999", "3")
    assert above.low is not None
    assert below.high is not None
    assert above.low > 1 or (above.low == 1 and not above.low_closed)
    assert below.high < 1 or (below.high == 1 and not below.high_closed)


@pytest.mark.parametrize(
    ("code", "limit_code", "expected"),
    [
        ("U/L", "U/L", "2"),
        ("U/L", "U/mL", "0.002"),
        ("mU/mL", "U/L", "2"),
        ("ukat/L", "U/L", "120"),
        ("g/dL", "g/L", "20"),
        ("ug/mL", "mg/L", "2"),
    ],
)
def test_units_are_reconciled(code: str, limit_code: str, expected: str) -> None:
    word = _word(_quantity("1", code), {"high": _quantity("0.5", limit_code)})
    if Decimal(expected) > 100:
        assert word.standing is Standing.UNREADABLE
    else:
        assert word.value == exactly(Decimal(expected))


@pytest.mark.parametrize(
    ("comparator", "value", "expected"),
    [
        ("<", "1", Interval(Decimal(0), True, Decimal("0.5"), False)),
        ("<=", "1", Interval(Decimal(0), True, Decimal("0.5"), True)),
        (">", "3", Interval(Decimal("1.5"), False, Decimal(100), True)),
        (">=", "3", Interval(Decimal("1.5"), True, Decimal(100), True)),
    ],
)
def test_a_comparator_is_kept(comparator: str, value: str, expected: Interval) -> None:
    word = _word(_quantity(value, comparator=comparator), {"high": _quantity("2")})
    assert word.value == expected


def test_a_comparator_beside_a_quotient_without_end_is_rounded_outward() -> None:
    at_most = _word(_quantity("1", comparator="<="), {"high": _quantity("3")}).value
    at_least = _word(_quantity("1", comparator=">="), {"high": _quantity("3")}).value
    assert isinstance(at_most, Interval)
    assert isinstance(at_least, Interval)
    assert at_most.high is not None
    assert at_least.low is not None
    assert Fraction(at_least.low) < Fraction(1, 3) < Fraction(at_most.high)


_HIGH = {"high": _quantity("2")}


@pytest.mark.parametrize(
    ("ranges", "note"),
    [
        ([], "no reference range was sent with the result"),
        (
            [_HIGH, _HIGH],
            "several reference ranges were sent, and which of them is the patient's is not known",
        ),
        (
            [{**_HIGH, "appliesTo": [{"text": "women"}]}],
            "the reference range is of one population or age, and whether it is the patient's is not known",
        ),
        (
            [{**_HIGH, "age": {"low": _quantity("18", "a")}}],
            "the reference range is of one population or age, and whether it is the patient's is not known",
        ),
        ([{"low": _quantity("1")}], "the reference range has no upper limit"),
        ([{"text": "up to 2"}], "the reference range has no upper limit"),
        ([{**_HIGH, "type": {"text": "usual"}}], "what kind of reference range it is cannot be told"),
        (
            [{**_HIGH, "type": {"coding": [{"system": _MEANING, "code": "therapeutic"}]}}],
            "no reference range was sent with the result",
        ),
    ],
)
def test_without_a_range_that_can_be_chosen_it_is_unknown(ranges: list[dict[str, Any]], note: str) -> None:
    word = _word(_quantity("1"), *ranges)
    assert (word.value, word.standing, word.note) == (
        Interval(Decimal(0), True, Decimal(100), True),
        Standing.FINAL,
        note,
    )


def test_a_range_of_another_kind_stands_aside() -> None:
    other = {"high": _quantity("1"), "type": {"coding": [{"system": _MEANING, "code": "therapeutic"}]}}
    normal = {**_HIGH, "type": {"coding": [{"system": _MEANING, "code": "normal"}]}}
    assert _word(_quantity("1"), other, normal).value == exactly(Decimal("0.5"))


@pytest.mark.parametrize(
    ("value", "limit"),
    [
        (_quantity("1", "U/L"), _quantity("2", "mg/L")),
        (_quantity("1", "U/L"), {"value": Number("2")}),
        (_quantity("1", "U/L"), {**_quantity("2"), "system": "http://hospital.example"}),
        ({"value": Number("1")}, _quantity("2")),
        (_quantity("1"), _quantity("0")),
        (_quantity("1"), _quantity("-2")),
        (_quantity("1"), {"system": UCUM, "code": "U/L"}),
        (_quantity("1"), {**_quantity("2"), "_comparator": {"id": "hidden"}}),
        (_quantity("-1"), _quantity("2")),
        (_quantity("201"), _quantity("2")),
    ],
)
def test_what_cannot_be_read_for_sure_is_unreadable(value: dict[str, Any], limit: dict[str, Any]) -> None:
    word = _word(value, {"high": limit})
    assert (word.value, word.standing) == (None, Standing.UNREADABLE)
    assert word.note


def test_no_value_is_unusable_and_another_kind_unreadable() -> None:
    assert _word(None, _HIGH).standing is Standing.UNUSABLE
    assert _word({"system": UCUM, "code": "U/L"}, _HIGH).standing is Standing.UNUSABLE
    other = Resource(
        "Observation", {"valueString": "high", "referenceRange": [_HIGH]}, "", "", "Observation/l"
    )
    assert read_ratio(_FACT, other, "high").standing is Standing.UNREADABLE


def test_the_lower_limit_is_the_other_end() -> None:
    both = {"low": _quantity("4"), "high": _quantity("8")}
    assert _word(_quantity("2"), both, limit="low").value == exactly(Decimal("0.5"))
    assert _word(_quantity("2"), _HIGH, limit="low").note == "the reference range has no lower limit"
