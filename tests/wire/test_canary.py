"""No patient data outside the encrypted payload: not on disk, not in output, not in an error.

Every text of a big example, and the places FHIR has for free text beside it, holds a value that
occurs nowhere else; afterwards these are looked for wherever they must not be.
"""

import json
import re
import zlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest

from pactolus.v1.decision_pb2 import OUTCOME_OFFER
from pactolus.v1.evaluation_service_pb2 import EvaluateRequest, EvaluateResponse, PackSelector
from pactolus.v1.evaluation_service_pb2_grpc import EvaluationServiceStub
from tests.support.examples import EXAMPLES, ROOT, example, instant, request
from tests.support.process import Served, serving
from tests.support.service import everything_told

_ZLIB_BEGINS = re.compile(rb"(?=x[\x01\x5e\x9c\xda])")


class Canaries:
    """Makes values that occur nowhere else, and remembers them."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def new(self, shape: str = "quokka{}zz") -> str:
        """A new one, in a shape that FHIR allows at its place."""
        made = shape.format(f"7{len(self.made):03}19")
        self.made.append(made)
        return made


def _seeded(canaries: Canaries) -> dict[str, Any]:
    """The positive example with a canary in every text that means nothing to the rules."""
    bundle = example("positive-flow.json")
    old = bundle["entry"][0]["resource"]["id"]
    reference, new = f"Patient/{old}", canaries.new("quokka-{}-id")
    text = json.dumps(bundle).replace(json.dumps(reference), json.dumps(f"Patient/{new}"))
    seeded: dict[str, Any] = json.loads(text)
    seeded["entry"][0]["resource"]["id"] = new
    seeded["entry"][0]["fullUrl"] = f"https://hospital.example/fhir/Patient/{new}"
    for entry in seeded["entry"][1:]:
        entry["fullUrl"] = _without_id(entry["fullUrl"]) + entry["resource"]["id"]
    _seed(seeded, canaries)
    for entry in seeded["entry"]:
        _add_free_text(entry["resource"], canaries)
    return seeded


def _without_id(url: str) -> str:
    return url[: url.rindex("/") + 1]


def _seed(tree: Any, canaries: Canaries) -> None:
    """Replaces every display, text and unit below here."""
    for value in tree.values() if isinstance(tree, dict) else tree:
        if isinstance(value, dict | list):
            _seed(value, canaries)
    if isinstance(tree, dict):
        for name in {"display", "unit"} & tree.keys():
            tree[name] = canaries.new()
        if isinstance(tree.get("text"), str):
            tree["text"] = canaries.new()


def _add_free_text(resource: dict[str, Any], canaries: Canaries) -> None:
    """The elements in which people write names, numbers and stories."""
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">{canaries.new()}</div>'
    resource["text"] = {"status": "generated", "div": div}
    resource["identifier"] = [{"system": "https://hospital.example/ids", "value": canaries.new("MRN-{}")}]
    resource["meta"] = {"versionId": canaries.new("v{}"), "source": canaries.new("urn:x:{}")}
    if resource["resourceType"] == "Patient":
        resource["name"] = [{"family": canaries.new(), "given": [canaries.new()], "text": canaries.new()}]
        resource["telecom"] = [{"system": "phone", "value": canaries.new("+33 {}")}]
        resource["address"] = [
            {"line": [canaries.new()], "city": canaries.new(), "postalCode": canaries.new("P{}")}
        ]
        resource["contact"] = [{"name": {"text": canaries.new()}}]
    else:
        resource["note"] = [{"text": canaries.new(), "authorString": canaries.new()}]


def _bad(canaries: Canaries) -> list[EvaluateRequest]:
    """Requests that are refused, each with canaries where the fault is and elsewhere."""
    lone = example("lone-observation.json")
    faults: list[dict[str, Any]] = [
        {"status": canaries.new()},
        {"id": canaries.new() + " x"},
        {"note": [{"text": canaries.new(), "time": canaries.new()}]},
        {"valueQuantity": {"value": canaries.new(), "unit": canaries.new(), "comparator": canaries.new()}},
        {"subject": {"reference": {"nested": canaries.new()}}},
        {"effectiveDateTime": canaries.new("2026-99-{}")},
        {canaries.new("no such {}"): canaries.new()},
    ]
    content = [json.dumps(lone | {"id": canaries.new()} | fault).encode() for fault in faults]
    content += [b"{" + canaries.new().encode(), b'"' + canaries.new().encode() + b'\xff"']
    refused = [request(each) for each in content]
    good = json.dumps(lone | {"id": canaries.new()}).encode()
    refused.append(request(good, patient=canaries.new("Observation/{} ")))
    refused.append(request(good, pack=PackSelector(id=canaries.new())))
    refused.append(request(good, fhir_version=canaries.new()))
    return refused


@dataclass
class Scene:
    """A server that has seen all of it, still running."""

    served: Served
    data: Path
    canaries: list[str]
    answer: EvaluateResponse
    errors: list[grpc.RpcError]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder, canaries, errors = tmp_path_factory.mktemp("canary"), Canaries(), []
    data = folder / "data"
    bundle, refused = _seeded(canaries), _bad(canaries)
    with serving(folder, data, GRPC_VERBOSITY="info") as served, served.channel() as channel:
        evaluation = EvaluationServiceStub(channel)
        asked = EvaluateRequest(bundle_json=json.dumps(bundle).encode(), evaluation_time=instant())
        answer = evaluation.Evaluate(asked, timeout=30)
        for each in refused:
            with pytest.raises(grpc.RpcError) as caught:
                evaluation.Evaluate(each, timeout=30)
            errors.append(caught.value)
        garbage = b"\xff\xff" + canaries.new().encode()
        with pytest.raises(grpc.RpcError) as caught:
            channel.unary_unary("/pactolus.v1.EvaluationService/Evaluate")(garbage, timeout=30)
        errors.append(caught.value)
        yield Scene(served, data, canaries.made, answer, errors)


def _disguises(canary: str) -> list[bytes]:
    plain = canary.encode()
    shifted = [b64encode(b"x" * shift + plain)[4:-4] for shift in range(3)]
    return [
        plain,
        canary.encode("utf-16-le"),
        plain.hex().encode(),
        *(part for part in shifted if len(part) > 7),
    ]


def _found(canaries: list[str], content: bytes) -> list[str]:
    whole = b"\0".join([content, *_inflated(content)])
    return [canary for canary in canaries if any(part in whole for part in _disguises(canary))]


def _inflated(content: bytes) -> Iterator[bytes]:
    """What was compressed in there, as far as it can be followed: a blob may go on in another page."""
    for begin in _ZLIB_BEGINS.finditer(content):
        stream, plain = zlib.decompressobj(), b""
        with suppress(zlib.error):
            for at in range(begin.start(), min(begin.start() + 65_536, len(content)), 64):
                plain += stream.decompress(content[at : at + 64])
        yield plain


def test_the_canaries_were_read_and_no_two_are_alike(scene: Scene) -> None:
    """The seeded patient is a good one, so that the canaries went all the way through."""
    assert scene.answer.decision.outcome == OUTCOME_OFFER
    assert len(set(scene.canaries)) == len(scene.canaries) > 120
    assert scene.canaries[0] in scene.answer.decision.patient
    sources = (path.read_bytes() for path in [*EXAMPLES.glob("*.json"), *(ROOT / "rules").rglob("*.yaml")])
    assert [found for content in sources for found in _found(scene.canaries, content)] == []


def test_the_search_sees_a_canary_in_any_disguise(scene: Scene) -> None:
    for disguise in _disguises(scene.canaries[3]):
        hidden = b"..." + disguise + b"..."
        for content in (hidden, b"..." + zlib.compress(hidden * 99, 1), zlib.compress(hidden) + b"..."):
            assert _found(scene.canaries, content) == [scene.canaries[3]]


def test_no_file_of_the_store_holds_one_while_it_is_open(scene: Scene) -> None:
    files = {path.name: path.read_bytes() for path in scene.data.iterdir()}
    assert {"audit.key", "audit.lock"} <= files.keys()
    assert {name.rpartition("-")[2] for name in files} >= {"wal", "shm"}
    for name, content in files.items():
        assert _found(scene.canaries, name.encode() + content) == [], name


def test_no_error_tells_one(scene: Scene) -> None:
    assert len(scene.errors) > 10
    assert {error.code() for error in scene.errors} == {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.NOT_FOUND,
    }
    for error in scene.errors:
        assert _found(scene.canaries, everything_told(error).encode()) == []


def test_nothing_that_the_server_printed_holds_one(scene: Scene) -> None:
    printed = scene.served.out.read_bytes() + scene.served.err.read_bytes()
    assert b"serves on" in printed
    assert _found(scene.canaries, printed) == []


def test_no_file_of_the_store_holds_one_after_it_is_closed(scene: Scene) -> None:
    """The last look: the server is stopped, which moves everything into the database file."""
    scene.served.process.terminate()
    assert scene.served.process.wait(30) == 0
    for path in scene.data.iterdir():
        assert _found(scene.canaries, path.read_bytes()) == [], path.name
    printed = scene.served.out.read_bytes() + scene.served.err.read_bytes()
    assert _found(scene.canaries, printed) == []
