"""JSON that two readers could understand differently is refused, fast, with its place."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.fhir.exact_number import Number
from pactolus_adapters.fhir.strict_json import parse
from pactolus_adapters.fhir.violations import Violations
from pactolus_engine.errors import InputInvalid, Violation

DEEP = 100_000


def refused(content: bytes) -> list[Violation]:
    found = Violations()
    parse(content, "resources_json[0]", found)
    try:
        found.raise_if_any()
    except InputInvalid as refusal:
        return list(refusal.violations)
    return []


@pytest.mark.parametrize(
    ("content", "place", "says"),
    [
        (b"", "resources_json[0]", "not JSON"),
        (b"{", "resources_json[0]", "line 1, column 2"),
        (b'{"a": 1} x', "resources_json[0]", "not JSON"),
        (b"{'a': 1}", "resources_json[0]", "not JSON"),
        (b'{"a": 01}', "resources_json[0]", "not JSON"),
        (b'{"a": "tab\there"}', "resources_json[0]", "not JSON"),
        (b"\xef\xbb\xbf{}", "resources_json[0]", "byte order mark"),
        (b'{"a": "\xff"}', "resources_json[0]", "not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "resources_json[0]", "not UTF-8"),
        (b'{"value": NaN}', "resources_json[0].value", "NaN"),
        (b'{"value": [1, -Infinity]}', "resources_json[0].value[1]", "Infinity"),
        (b'{"value": ' + b"7" * 5000 + b"}", "resources_json[0].value", "40 characters"),
        (b'{"value": 0.' + b"0" * 38 + b"1}", "resources_json[0].value", "40 characters"),
        (b'{"value": 1e31}', "resources_json[0].value", "exponent"),
        (b'{"value": 1e-31}', "resources_json[0].value", "exponent"),
        (b'{"value": 1, "value": 2}', "resources_json[0].value", "more than once"),
        (b'{"value": "\\ud800"}', "resources_json[0].value", "surrogate"),
        (b'{"value": "\\u0000"}', "resources_json[0].value", "NUL"),
        (b'{"John Doe": "\\u0000"}', "resources_json[0].children()[0]", "NUL"),
        (b"[" * DEEP + b"]" * DEEP, "resources_json[0]", "64 levels"),
        (b'{"a":' * DEEP, "resources_json[0]", "64 levels"),
        (b"[" * 65 + b"]" * 65, "resources_json[0]", "64 levels"),
    ],
    ids=lambda part: repr(part[:24]) if isinstance(part, bytes) else "",
)
def test_each_bad_document_is_refused_at_its_place(content: bytes, place: str, says: str) -> None:
    (only,) = refused(content)
    assert only.field == place
    assert says in only.description


def test_all_duplicates_are_found_with_their_paths() -> None:
    content = b'{"resourceType": "Observation", "code": {"text": "a", "text": "b"}, "id": "x", "id": "y"}'
    assert [one.field for one in refused(content)] == [
        "resources_json[0].Observation.code.text",
        "resources_json[0].Observation.id",
    ]


def test_brackets_in_strings_are_no_depth() -> None:
    assert refused(b'{"a": "' + b"[" * 500 + b'\\"' + b"{" * 500 + b'"}') == []
    assert refused(b"[" * 64 + b"]" * 64) == []


def test_numbers_are_exact_and_remember_how_they_were_written() -> None:
    number = parse(b'{"a": 1.10E-5}', "", Violations())["a"]
    assert isinstance(number, Number)
    assert (number, number.text) == (Decimal("0.0000110"), "1.10E-5")


@pytest.mark.parametrize(
    "content",
    [
        b'"' + b'\\"' * 50_000,
        b"[]" * 50_000,
        b"[" + b"1," * 50_000 + b"1]",
        b"7" * 100_000,
        b'{"a":' * 20_000,
        b"]" * 50_000 + b"[" * 50_000,
    ],
    ids=["escaped quotes", "pairs", "array", "digits", "objects", "closers first"],
)
def test_hostile_documents_cost_little(content: bytes) -> None:
    """50 ms for 100 kB is the aim on a quiet machine; here the best of five with room to spare."""
    best = min(_seconds(content) for _ in range(5))
    assert best < 0.1


def _seconds(content: bytes) -> float:
    began = time.perf_counter()
    refused(content)
    return time.perf_counter() - began


@given(
    st.binary(max_size=400)
    | st.text(alphabet='{}[]",:0123456789eE+-.\\u truefalsn', max_size=200).map(str.encode)
)
def test_no_bytes_raise(content: bytes) -> None:
    refused(content)
