"""The promises of the reader on what the fuzzer starts from, on what it found, and on what grows.

Coverage-guided runs are `make fuzz`; here the same check, without the instrumentation.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.fhir.strict_json import parse
from pactolus_adapters.fhir.violations import Violations
from pactolus_engine.errors import Violation
from tests.fuzz.mutate import mutated
from tests.fuzz.oracle import Slow, check, echoes, refusals, seconds, seeds
from tests.support.examples import EXAMPLES

Json = dict[str, Any]
_RESOURCES = [
    entry["resource"] for path in EXAMPLES.glob("*.json") for entry in json.loads(path.read_bytes()).get("entry", ())
]  # fmt: skip


def _bytes(tree: Any) -> bytes:
    return json.dumps(tree, separators=(",", ":")).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("path", seeds(), ids=lambda path: path.name)
def test_what_was_fuzzed_keeps_the_promises(path: Path) -> None:
    check(path.read_bytes(), seconds_per_100_kb=0.5, floor=0.1)


@given(st.sampled_from(_RESOURCES), st.integers(0, 2**32))
def test_a_changed_resource_keeps_the_promises(resource: Json, seed: int) -> None:
    check(_bytes(mutated(resource, seed)), seconds_per_100_kb=0.5, floor=0.1)


def test_an_echo_is_seen() -> None:
    content = _bytes({"resourceType": "Observation", "status": "Canary1968"})
    assert list(echoes(content, Violation("status", "was Canary1968"))) == ["Canary1968"]
    assert list(echoes(content, Violation("Observation.status", "is no code"))) == []
    assert [one.field for one in refusals(content)]


def test_slowness_is_seen() -> None:
    with pytest.raises(Slow):
        check(_bytes(_RESOURCES), seconds_per_100_kb=0.0, floor=0.0)


_MRD = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"text": "x"},
    "subject": {"reference": "Patient/p"},
}


def _contained(count: int) -> Any:
    kept = [{"resourceType": "Medication", "id": f"{number}"} for number in range(count)]
    return {**_MRD, "contained": kept, "hasMember": [{"reference": f"#{number}"} for number in range(count)]}


def _specimens(count: int) -> Any:
    kept = [
        {"resourceType": "Specimen", "id": f"{n}", "subject": {"reference": "Patient/p"}}
        for n in range(count)
    ]
    return {**_MRD, "contained": kept, "hasMember": [{"reference": f"#{number}"} for number in range(count)]}


def _servers(count: int) -> Any:
    urls = [f"http://s{number}.example/Specimen/p" for number in range(count)]
    entries: list[Json] = [
        {"fullUrl": url, "resource": {"resourceType": "Specimen", "id": "p"}} for url in urls
    ]
    asking = [
        {**_MRD, "id": f"o{number}", "specimen": {"reference": "Specimen/p"}} for number in range(count)
    ]
    entries += [{"resource": one} for one in asking]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _wrong(count: int) -> Any:
    return {**_MRD, "component": [{} for _ in range(count * 10)]}


@pytest.mark.parametrize("made", [_contained, _specimens, _servers], ids=lambda made: made.__name__[1:])
def test_sixteen_times_as_much_takes_about_sixteen_times_as_long(made: Callable[[int], Any]) -> None:
    """Each of these once cost the square of its size: 256 times as long. Noise only ever adds time."""
    few, many = _bytes(made(300)), _bytes(made(4800))
    assert min(seconds(many) for _ in range(3)) < 40 * min(seconds(few) for _ in range(3))


def test_violations_that_nobody_keeps_cost_little() -> None:
    """A thousand are kept; the other 32 000 empty components cost no more than their JSON."""
    content = _bytes(_wrong(3300))
    assert min(seconds(content) for _ in range(3)) < 6 * min(_parsing(content) for _ in range(3))


def _parsing(content: bytes) -> float:
    began = time.process_time()
    parse(content, "resources_json[0]", Violations())
    return time.process_time() - began
