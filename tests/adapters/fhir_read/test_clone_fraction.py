"""The interval of the clone fraction for every way a laboratory may say it."""

from fractions import Fraction
from typing import Any

import pytest

from pactolus_engine.facts import Standing
from pactolus_engine.values import Interval
from tests.adapters.fhir_read.build import UCUM, component, concept, observation, quantity, reading


def shape(value: Any) -> str:
    """An interval as text: `[0, 1e-5)`."""
    assert isinstance(value, Interval)
    left, right = "[" if value.low_closed else "(", "]" if value.high_closed else ")"
    return f"{left}{_plain(value.low)}, {_plain(value.high)}{right}"


def _plain(number: Any) -> str:
    return f"{number.normalize():e}"


LOD_5 = component("lod", valueQuantity=quantity("10", "/10*6"))
LOD_6 = component("lod", valueQuantity=quantity("0.000001", "1"))
LOD_4 = component("lod", valueQuantity=quantity("0.01", "%"))
POINT_5 = "[1e-5, 1e-5]"


@pytest.mark.parametrize(
    ("number", "unit", "comparator", "expected"),
    [
        ("0.00001", "1", "", POINT_5),
        ("0.001", "%", "", POINT_5),
        ("10", "{cells}/10*6{cells}", "", POINT_5),
        ("10", "[ppm]", "", POINT_5),
        ("1e-5", "1", "", POINT_5),
        ("0.0034", "%", "", "[3.4e-5, 3.4e-5]"),
        ("9.99", "10*-6", "", "[9.99e-6, 9.99e-6]"),
        ("0.001", "%", "<", "[0e+0, 1e-5)"),
        ("0.01", "%", "<", "[0e+0, 1e-4)"),
        ("0.00001", "1", "<=", "[0e+0, 1e-5]"),
        ("0.00001", "1", ">", "(1e-5, 1e+0]"),
        ("5", "[ppm]", ">=", "[5e-6, 1e+0]"),
        ("0", "%", "", "[0e+0, 1e+0]"),
        ("0", "%", ">", "(0e+0, 1e+0]"),
        ("0", "%", ">=", "[0e+0, 1e+0]"),
    ],
)
def test_numbers_and_comparators(number: str, unit: str, comparator: str, expected: str) -> None:
    found = reading("mrd", observation(valueQuantity=quantity(number, unit, comparator)))
    assert (shape(found.value), found.standing) == (expected, Standing.FINAL)
    shown_unit = "" if unit == "1" else unit
    assert found.shown == " ".join(part for part in (comparator, number, shown_unit) if part)


@pytest.mark.parametrize(
    ("value", "components", "expected"),
    [
        ({"valueCodeableConcept": concept("not-found")}, [LOD_6], "[0e+0, 1e-6)"),
        ({"valueCodeableConcept": concept("not-found")}, [LOD_4], "[0e+0, 1e-4)"),
        ({"valueCodeableConcept": concept("not-found")}, [], "[0e+0, 1e+0]"),
        ({"valueCodeableConcept": concept("found")}, [LOD_6], "(0e+0, 1e+0]"),
        ({"valueQuantity": quantity("0", "%")}, [LOD_5], "[0e+0, 1e-5)"),
        ({"valueQuantity": quantity("0.00", "%", "<=")}, [LOD_5], "[0e+0, 1e-5)"),
        ({"valueQuantity": quantity("3", "[ppm]")}, [LOD_6], "[3e-6, 3e-6]"),
        ({"valueQuantity": quantity("3", "[ppm]")}, [LOD_4], "[0e+0, 1e-4)"),
        ({"valueQuantity": quantity("1", "[ppm]", "<")}, [LOD_5], "[0e+0, 1e-5)"),
        ({"valueQuantity": quantity("20", "[ppm]", ">")}, [LOD_4], "(2e-5, 1e+0]"),
    ],
)
def test_the_limit_of_detection_bounds_what_is_known(
    value: dict[str, Any], components: list[Any], expected: str
) -> None:
    found = reading("mrd", observation(**value, component=components or None))
    assert shape(found.value) == expected


@pytest.mark.parametrize(
    ("code", "cells", "expected"),
    [
        ("mrd-flow", "1000000", "[0e+0, 2e-5)"),
        ("mrd-flow", "2000000", "[0e+0, 1e-5)"),
        ("mrd-flow", "10000000", "[0e+0, 2e-6)"),
        ("mrd-flow", "10", "[0e+0, 1e+0)"),
        ("mrd-ngs", "2000000", "[0e+0, 1e+0]"),
    ],
)
def test_flow_derives_its_limit_from_the_cells_and_sequencing_does_not(
    code: str, cells: str, expected: str
) -> None:
    counted = component("cells", valueQuantity=quantity(cells, "{#}"))
    found = reading("mrd", observation(code, valueQuantity=quantity("0", "%"), component=[counted]))
    assert shape(found.value) == expected


def test_a_limit_that_has_no_end_is_rounded_up() -> None:
    counted = component("cells", valueInteger=3_000_000)
    found = reading("mrd", observation("mrd-flow", valueQuantity=quantity("0", "%"), component=[counted]))
    assert isinstance(found.value, Interval)
    assert found.value.high is not None
    assert Fraction(20, 3_000_000) <= Fraction(found.value.high) < Fraction(20, 2_999_999)


@pytest.mark.parametrize(
    "value",
    [
        {"valueQuantity": quantity("12", "{cells per million}")},
        {"valueQuantity": quantity("12", "{ppm}")},
        {"valueQuantity": quantity("12", "{cells}")},
        {"valueQuantity": quantity("12", "/uL")},
        {"valueQuantity": {**quantity("0.001", "%"), "system": "http://example.org/units"}},
        {"valueQuantity": {"value": "@0.001@", "unit": "%"}},
        {"valueQuantity": {"value": "@0.001@", "code": "%"}},
        {"valueQuantity": quantity("10", "1")},
        {"valueQuantity": quantity("-1", "%")},
        {"valueQuantity": quantity("0.05", "1")},
        {"valueQuantity": quantity("5", "%", "<")},
        {"valueQuantity": quantity("0", "%", "<")},
        {"valueString": "< 0.001 %"},
        {"valueInteger": 0},
        {"valueCodeableConcept": {"text": "not detected"}},
        {"valueCodeableConcept": {"coding": concept("found")["coding"] + concept("not-found")["coding"]}},
        {
            "valueQuantity": quantity("0", "%"),
            "component": [component("lod", valueQuantity=quantity("10", "{per million}"))],
        },
        {"valueQuantity": quantity("0", "%"), "component": [LOD_4, LOD_5]},
    ],
)  # fmt: skip
def test_what_cannot_be_read_for_sure_is_unreadable(value: dict[str, Any]) -> None:
    found = reading("mrd", observation(**value))
    assert (found.value, found.standing) == (None, Standing.UNREADABLE)
    assert found.note


@pytest.mark.parametrize(
    "value",
    [
        {"dataAbsentReason": {"text": "no clone"}},
        {},
        {"valueQuantity": {"system": UCUM, "code": "%"}},
        {"valueCodeableConcept": concept("unclear")},
    ],
)
def test_no_result_is_unusable(value: dict[str, Any]) -> None:
    found = reading("mrd", observation(**value))
    assert (found.value, found.standing) == (None, Standing.UNUSABLE)


def test_a_number_below_the_limit_of_quantification_says_so() -> None:
    lloq = component("lloq", valueQuantity=quantity("5", "[ppm]"))
    found = reading("mrd", observation(valueQuantity=quantity("3", "[ppm]"), component=[LOD_6, lloq]))
    assert "quantification" in found.note
    assert shape(found.value) == "[3e-6, 3e-6]"


@pytest.mark.parametrize(
    ("code", "cells", "expected"),
    [
        ("mrd-flow", "100000", "[0e+0, 2e-4)"),
        ("mrd-flow", "10000000", "[0e+0, 1e-5{"),
        ("mrd-ngs", "100000", "[0e+0, 1e-5{"),
    ],
)
@pytest.mark.parametrize("comparator", ["<", "<="])
def test_an_upper_bound_is_no_better_than_the_limit_that_the_cells_allow(
    code: str, cells: str, expected: str, comparator: str
) -> None:
    counted = component("cells", valueQuantity=quantity(cells, "{#}"))
    value = quantity("0.001", "%", comparator)
    found = reading("mrd", observation(code, valueQuantity=value, component=[counted]))
    assert shape(found.value) == expected.replace("{", ")" if comparator == "<" else "]")


@pytest.mark.parametrize(
    ("lod", "cells", "standing"),
    [
        ("6e-7", "10", Standing.UNREADABLE),
        ("6e-7", "1000000", Standing.UNREADABLE),
        ("1e-6", "1000000", Standing.FINAL),
        ("6e-7", "5000000", Standing.FINAL),
        ("6e-7", "0", Standing.UNREADABLE),
    ],
)
@pytest.mark.parametrize("code", ["mrd-flow", "mrd-ngs"])
def test_a_stated_limit_needs_the_cells_to_see_one_among(
    code: str, lod: str, cells: str, standing: Standing
) -> None:
    parts = [
        component("lod", valueQuantity=quantity(lod, "1")),
        component("cells", valueQuantity=quantity(cells, "{#}")),
    ]
    found = reading("mrd", observation(code, valueQuantity=quantity("0", "%"), component=parts))
    assert found.standing is standing


_UNKNOWN_PART = {
    "extension": [
        {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}
    ]
}


@pytest.mark.parametrize("element", ["value", "comparator", "unit", "system", "code"])
def test_a_part_of_a_quantity_that_is_there_and_unknown_is_not_left_out(element: str) -> None:
    full = {**quantity("0.001", "%"), "comparator": "<", "unit": "%"}
    value = {key: part for key, part in full.items() if key != element} | {f"_{element}": _UNKNOWN_PART}
    found = reading("mrd", observation(valueQuantity=value, component=[LOD_6]))
    assert (found.value, found.standing) == (None, Standing.UNREADABLE)
    cells = component("cells", valueQuantity={"value": 20_000_000, "_comparator": _UNKNOWN_PART, "code": "1"})
    limited = observation("mrd-flow", valueQuantity=quantity("0", "%"), component=[cells])
    assert reading("mrd", limited).standing is Standing.UNREADABLE


def test_an_extension_beside_a_part_that_is_given_changes_nothing() -> None:
    value = {**quantity("10", "[ppm]", "<"), "_comparator": _UNKNOWN_PART}
    assert shape(reading("mrd", observation(valueQuantity=value)).value) == "[0e+0, 1e-5)"
