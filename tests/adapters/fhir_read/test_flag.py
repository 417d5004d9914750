"""The laboratory's flag beside the result: it narrows, it gives no class, a contradiction is for a person."""

from typing import Any

import pytest

from pactolus_engine.facts import Standing
from tests.adapters.fhir_read.build import component, concept, observation, quantity, reading
from tests.adapters.fhir_read.test_clone_fraction import shape

LOD = component("lod", valueQuantity=quantity("1", "/10*6"))
LLOQ = component("lloq", valueQuantity=quantity("5", "/10*6"))


def _flagged(*flags: str, **elements: Any) -> Any:
    return reading("mrd", observation(interpretation=[concept(flag) for flag in flags], **elements))


def _number(text: str, comparator: str = "") -> dict[str, Any]:
    return {"valueQuantity": quantity(text, "/10*6", comparator)}


@pytest.mark.parametrize(
    ("flag", "value", "components", "expected"),
    [
        ("found", _number("5", "<"), [], "(0e+0, 5e-6)"),
        ("found", _number("0.5"), [LOD], "(0e+0, 1e-6)"),
        ("found", _number("4"), [LOD], "[4e-6, 4e-6]"),
        ("found", _number("4", ">="), [], "[4e-6, 1e+0]"),
        ("not-found", _number("0.5"), [LOD], "[0e+0, 1e-6)"),
        ("not-found", _number("4"), [], "[4e-6, 4e-6]"),
        ("not-found", _number("4"), [LLOQ], "[4e-6, 4e-6]"),
        ("not-found", _number("4.9"), [LOD, LLOQ], "[4.9e-6, 4.9e-6]"),
        ("not-found", {"valueCodeableConcept": concept("not-found")}, [LOD], "[0e+0, 1e-6)"),
        ("found", {"valueCodeableConcept": concept("found")}, [LOD], "(0e+0, 1e+0]"),
        ("aspirate", _number("4"), [LOD], "[4e-6, 4e-6]"),
    ],
)
def test_a_flag_that_fits(flag: str, value: dict[str, Any], components: list[Any], expected: str) -> None:
    read = _flagged(flag, component=components or None, **value)
    assert (shape(read.value), read.standing) == (expected, Standing.FINAL)


@pytest.mark.parametrize(
    ("flags", "value", "components"),
    [
        (["found"], {"valueCodeableConcept": concept("not-found")}, [LOD]),
        (["found"], _number("0"), [LOD]),
        (["found"], _number("0", "<="), [LOD]),
        (["not-found"], {"valueCodeableConcept": concept("found")}, [LOD]),
        (["not-found"], _number("1"), [LOD]),
        (["not-found"], _number("5"), [LOD, LLOQ]),
        (["not-found"], _number("1", ">"), [LOD]),
        (["found", "not-found"], _number("4"), [LOD]),
    ],
)
def test_a_contradiction_is_unreadable(
    flags: list[str], value: dict[str, Any], components: list[Any]
) -> None:
    read = _flagged(*flags, component=components, **value)
    assert (read.value, read.standing) == (None, Standing.UNREADABLE)
    assert "flag" in read.note


def test_an_indeterminate_flag_is_no_result() -> None:
    read = _flagged("unclear", **_number("4"))
    assert (read.value, read.standing) == (None, Standing.UNUSABLE)


def test_a_flag_without_a_value_is_no_result() -> None:
    assert _flagged("not-found", component=[LOD]).standing is Standing.UNUSABLE
