"""Properties: bad input is only ever refused with violations, and nothing of it is echoed."""

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pactolus_engine.errors import InputInvalid
from tests.adapters.fhir_read.build import bundle, component, concept, facts, observation, resource, written

CANARY = "Canary1968"
SPECIMEN = {
    "resourceType": "Specimen",
    "id": "s1",
    "type": concept("aspirate"),
    "collection": {"collectedPeriod": {"start": "2026-02-09", "end": "2026-02-10"}},
}
WHOLE = bundle(
    ("urn:uuid:1", {"resourceType": "Patient", "id": "p1", "birthDate": "1968", "name": [{"given": ["Test"]}]}),
    ("urn:uuid:2", SPECIMEN),
    (
        "urn:uuid:3",
        observation(
            "mrd-flow",
            subject={"reference": "urn:uuid:1"},
            specimen={"reference": "Specimen/s1"},
            valueQuantity={"value": 0.01, "comparator": "<", "system": "http://unitsofmeasure.org", "code": "%"},
            component=[component("cells", valueInteger=2000000), component("dilute", valueBoolean=False)],
            meta={"versionId": "1", "lastUpdated": "2026-02-11T10:00:00Z"},
        ),
    ),
    ("urn:uuid:4", resource("Condition", code=concept("myeloma"), onsetDateTime="2025-07")),
    ("urn:uuid:5", resource("MedicationStatement", status="active", medicationReference={"reference": "#m"},
        contained=[{"resourceType": "Medication", "id": "m", "code": concept("isatuximab")}])),
)  # fmt: skip
VALUES: list[Any] = [
    None, True, 7, 0.5, 1e30, "", CANARY, f"{CANARY} x", [], {}, [CANARY], {"reference": CANARY}, {CANARY: CANARY},
    [None], [[]], "2026-02-30", "#m", f"{CANARY}|{CANARY}", {"resourceType": CANARY},
    {"resourceType": "Observation", "id": CANARY}, {"value": CANARY}, {"coding": [CANARY]}, {"extension": [{}]},
]  # fmt: skip


def spots(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every part of a JSON tree."""
    parts = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(spot for key, part in parts for spot in spots(part, (*path, key)))]


SPOTS = [spot for spot in spots(WHOLE) if spot]


def refused(content: bytes) -> None:
    """Reads it both ways; a refusal holds nothing of what was sent."""
    for arguments in ({"sent": content}, {"patient": "Patient/p1"}):
        resources = [] if "sent" in arguments else [content]
        try:
            facts(*resources, **arguments)
        except InputInvalid as refusal:
            for violation in refusal.violations:
                assert CANARY not in violation.description
                assert CANARY not in violation.field


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(SPOTS), st.sampled_from(VALUES)), min_size=1, max_size=4))
def test_mutated_resources_are_read_or_refused(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    tree = copy.deepcopy(WHOLE)
    for spot, value in changes:
        _change(tree, spot, value)
    refused(written(tree))


def _change(tree: Any, spot: tuple[Any, ...], value: Any) -> None:
    """Replaces one part; an earlier change may have taken it away."""
    try:
        for step in spot[:-1]:
            tree = tree[step]
        tree[spot[-1]] = copy.deepcopy(value)
    except (KeyError, IndexError, TypeError):
        return


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_mutated_bytes_are_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(json.dumps(WHOLE).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=6))
    refused(bytes(content))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_refused(content: bytes) -> None:
    refused(content)


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.just(CANARY),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["resourceType", "entry", "resource", "code", "id"]), inner, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_refused(tree: Any) -> None:
    refused(json.dumps(tree).encode())


def test_the_unchanged_bundle_is_read() -> None:
    names = {one.fact for one in facts(sent=written(WHOLE)).readings}
    assert {"mrd", "specimen", "sample-date", "assay", "diagnosis", "regimen", "birth-date"} <= names
