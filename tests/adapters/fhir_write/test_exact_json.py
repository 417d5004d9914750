"""FHIR JSON keeps decimals as they were given and refuses what FHIR does not allow."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.fhir.exact_json import Tree, encode, without_empties


@pytest.mark.parametrize(
    "text", ["0.00001000", "10", "1.0", "0", "-0.50", "1E-7", "123456789012345678901234567890.10"]
)
def test_a_decimal_keeps_its_text(text: str) -> None:
    assert encode({"value": Decimal(text)}) == f'{{"value":{text}}}'.encode()


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_no_decimal_loses_value_or_precision(number: Decimal) -> None:
    (read,) = json.loads(encode({"v": [number]}), parse_float=Decimal, parse_int=Decimal)["v"]
    assert read == number
    assert read.as_tuple() == number.as_tuple()


@given(st.text())
def test_any_text_becomes_utf8_that_xml_allows(text: str) -> None:
    kept = without_empties({"id": "x", "v": text})
    read = json.loads(encode(kept).decode("utf-8")).get("v", text)
    assert len(read) == len(text)
    assert not any(ord(letter) < 32 and letter not in "\t\n\r" for letter in read) or not text.strip()


@pytest.mark.parametrize(
    "bad", [1.5, None, "", "  ", [], {}, Decimal("NaN"), Decimal("Infinity"), b"x", object(), [None], {"": 1}]
)
def test_what_is_not_fhir_json_is_refused(bad: object) -> None:
    with pytest.raises(ValueError, match="FHIR JSON holds"):
        encode({"value": bad})  # type: ignore[dict-item]


def test_empties_go_and_false_and_zero_stay() -> None:
    tree: Tree = {"a": [], "b": {"c": [{"d": " "}]}, "e": False, "f": 0, "g": [None, "x"], "h": None}
    assert encode(without_empties(tree)) == b'{"e":false,"f":0,"g":["x"]}'


def test_a_lone_surrogate_is_made_visible() -> None:
    assert encode({"v": "a\ud800\x00b"}) == '{"v":"a\ufffd\ufffdb"}'.encode()
