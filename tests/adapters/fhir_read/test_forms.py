"""What the reader accepts, the models of `fhir.resources` accept too: leaving them out loses nothing."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pactolus_adapters.fhir.r4_models import check_r4
from pactolus_adapters.fhir.r4_shape import model_of
from pactolus_adapters.fhir.resource import text
from pactolus_adapters.fhir.strict_json import parse
from pactolus_adapters.fhir.violations import READ_TYPES, Violations
from tests.fuzz.mutate import mutated
from tests.support.examples import EXAMPLES

Json = dict[str, Any]
_RESOURCES = [
    entry["resource"] for path in sorted(EXAMPLES.glob("*.json")) for entry in json.loads(path.read_bytes()).get("entry", ())
]  # fmt: skip
_PRIMITIVES: Json = {
    "implicitRules": ["urn:x", "a b", " "],
    "language": ["de", " de", "a  b"],
    "id": ["a-1.B", "a_1", "a" * 65, "\u00e4"],
    "issued": ["2026-02-11T10:00:00Z", "2026-02-11", "2026-02-11T10:00:00.123+14:00", "2026-02-11T24:00:00Z"],
    "effectiveDateTime": [
        "2026",
        "2026-02",
        "2026-02-11T10:00:00Z",
        "2026-02-11T10:00Z",
        "0000",
        "9999-12-31",
    ],
    "effectiveInstant": ["2026-02-11T10:00:00Z", "2026-02-11T10:00:60Z", "2026-02-11"],
    "valueString": ["x", " x ", "a\nb", "\u00a0", "\u200b", "\x1f"],
    "valueInteger": [1, -1, 2**31 - 1, 2**31, -(2**31) - 1, 1.5],
    "valueTime": ["10:00:00", "10:00", "24:00:00", "23:59:60"],
    "valueDateTime": ["2024-02-29", "2026-02-29"],
    "extension": [
        [{"url": "u", "valueUuid": "urn:uuid:6d0f1c1e-2c5c-4a3b-9b55-0a4b6f2b7a10"}],
        [{"url": "u", "valueUuid": "x"}],
        [{"url": "u", "valueOid": "urn:oid:1.2.3"}],
        [{"url": "u", "valueOid": "1.2.3"}],
        [{"url": "u", "valueUrl": "https://a.example"}],
        [{"url": "u", "valueUrl": "a b"}],
        [{"url": "u", "valueBase64Binary": "eHk="}],
        [{"url": "u", "valueBase64Binary": "!"}],
        [{"url": "u", "valuePositiveInt": 0}],
        [{"url": "u", "valueUnsignedInt": -1}],
        [{"url": "u", "valueDecimal": 1e-30}],
    ],
    "valueBoolean": [True, "true", 1],
}


def _judged(body: Json) -> tuple[bool, Any]:
    """Whether the reader accepts a resource, and its tree as the reader sees it."""
    found = Violations()
    tree = parse(json.dumps(body).encode("utf-8", "surrogatepass"), "r", found)
    if not len(found) and text(tree, "resourceType") in READ_TYPES:
        check_r4(tree, "r", found)
        return not len(found), tree
    return False, None


def _is_accepted_by_both(body: Json) -> bool:
    accepted, tree = _judged(body)
    if accepted:
        model_of(tree["resourceType"]).model_validate(tree)
    return accepted


@settings(max_examples=400)
@given(st.sampled_from(_RESOURCES), st.integers(0, 2**32))
def test_a_changed_resource_that_is_accepted_is_accepted_by_the_models(resource: Json, seed: int) -> None:
    _is_accepted_by_both(mutated(resource, seed))


@pytest.mark.parametrize("element", _PRIMITIVES)
def test_a_primitive_that_is_accepted_is_accepted_by_the_models(element: str) -> None:
    base = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    verdicts = [_is_accepted_by_both({**base, element: value}) for value in _PRIMITIVES[element]]
    assert verdicts[0], "the first is a good one"
    assert not all(verdicts) or element in {"valueString"}, "one of the others is a bad one"


@settings(max_examples=300)
@given(st.sampled_from(["valueString", "language", "implicitRules", "id"]), st.text(max_size=8))
def test_any_text_that_is_accepted_is_accepted_by_the_models(element: str, written: str) -> None:
    base = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    _is_accepted_by_both({**base, element: written})


def test_every_example_is_accepted_by_both() -> None:
    assert _RESOURCES
    assert all(_is_accepted_by_both(resource) for resource in _RESOURCES)
