"""No patient data outside the encrypted payload: not on disk, in no output, no error, no export without the flag.

Every element that FHIR R4 gives to the types that are read holds a value that occurs nowhere else, and so does every
text of a big example; then these are looked for, in any disguise, wherever they must not be. A real server
and the command line see all of it. Metrics and traces do not exist yet.
"""

import json
import re
import subprocess
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pyarrow.parquet as pq
import pytest

from pactolus.v1 import audit_service_pb2 as audit
from pactolus.v1.audit_service_pb2_grpc import AuditServiceStub
from pactolus.v1.decision_pb2 import OUTCOME_OFFER
from pactolus.v1.evaluation_service_pb2 import EvaluateRequest, EvaluateResponse, PackSelector
from pactolus.v1.evaluation_service_pb2_grpc import EvaluationServiceStub
from pactolus_adapters.fhir.violations import READ_TYPES
from tests.support.canaries import MARKS, Canaries, disguises, marks_in
from tests.support.every_field import Filled, every_field
from tests.support.examples import AT, EXAMPLES, ROOT, example, instant, request
from tests.support.process import COMMAND, Served, environment, serving
from tests.support.service import everything_told

_CORE = re.compile(rb"quokkaquokka[0-9]{5}zz|0\.017311900[0-9]{5}|17311900[0-9]{2}|1857-[0-9]{2}-[0-9]{2}")
"""A canary, or the part of it that needs no escape."""
_FORMS = ("ndjson", "fhir", "html", "tiles", "parquet")


def _seeded(canaries: Canaries) -> dict[str, Any]:
    """The positive example with a canary in every text that means nothing to the rules."""
    bundle = example("positive-flow.json")
    old = bundle["entry"][0]["resource"]["id"]
    reference, new = f"Patient/{old}", canaries.new("{}-id")
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


def _bundles(fields: list[Filled]) -> Iterator[EvaluateRequest]:
    """One request for each type, and one for each element that may turn the meaning of all."""
    alone = {"implicitRules", "modifierExtension"}
    for kind in sorted(READ_TYPES):
        texts = [one.text for one in fields if one.kind == kind and one.element not in alone]
        entries = ",".join(f'{{"resource":{text}}}' for text in texts)
        bundle = f'{{"resourceType":"Bundle","type":"collection","entry":[{entries}]}}'
        yield _with_patient(bundle, json.loads(texts[0])["id"])
    for one in fields:
        if one.element in alone:
            yield _with_patient(one.text, json.loads(one.text)["id"])


def _with_patient(text: str, name: str) -> EvaluateRequest:
    asked = {"patient": f"Patient/{name}", "evaluation_time": instant(), "request_id": f"request-{len(text)}"}
    if '"Bundle"' in text:
        return EvaluateRequest(bundle_json=text.encode(), **asked)
    return EvaluateRequest(resources_json=[text.encode()], **asked)


@dataclass
class Scene:
    """What is left of a server that has seen all of it and has ended: `looked_at` is what it and the command line
    wrote meanwhile, by name, `held` every file of the store while it was open."""

    folder: Path
    canaries: list[str]
    fields: list[Filled]
    answer: EvaluateResponse
    outcomes: list[bool]
    errors: list[grpc.RpcError]
    looked_at: dict[str, bytes]
    held: dict[str, bytes]
    plain: bytes
    sent: bytes


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder, canaries = tmp_path_factory.mktemp("canary"), Canaries()
    (folder / "tmp").mkdir()
    data, seeded, refused = folder / "data", _seeded(canaries), _bad(canaries)
    fields = list(every_field(canaries))
    looked_at: dict[str, bytes] = {}
    with serving(folder, data, GRPC_VERBOSITY="info", TMPDIR=str(folder / "tmp")) as served:
        with served.channel() as channel:
            asked = EvaluateRequest(bundle_json=json.dumps(seeded).encode(), evaluation_time=instant())
            answer, call = EvaluationServiceStub(channel).Evaluate.with_call(asked, timeout=30)
            looked_at["metadata"] = repr((call.initial_metadata(), call.trailing_metadata())).encode()
            requests = [*_bundles(fields), *refused]
            outcomes, errors = _sent(channel, requests)
            errors += _sent_garbage(channel, canaries)
            looked_at |= _exported_over_the_wire(channel)
        held = _files(data)
        _end(served)
    looked_at["output of the server"] = served.out.read_bytes() + served.err.read_bytes()
    looked_at |= _at_the_command_line(folder, json.dumps(seeded), [one.resources_json for one in refused])
    plain = (folder / "plain.ndjson").read_bytes()
    (folder / "plain.ndjson").unlink()
    sent = b"".join(part for each in (asked, *requests) for part in (*each.resources_json, each.bundle_json))
    return Scene(folder, canaries.made, fields, answer, outcomes, errors, looked_at, held, plain, sent)


def _sent(channel: grpc.Channel, requests: list[EvaluateRequest]) -> tuple[list[bool], list[grpc.RpcError]]:
    """Whether each was answered, and the errors of those that were not."""
    outcomes, errors = [], []
    for each in requests:
        try:
            EvaluationServiceStub(channel).Evaluate(each, timeout=30)
            outcomes.append(True)
        except grpc.RpcError as error:
            errors.append(error)
            outcomes.append(False)
    return outcomes, errors


def _sent_garbage(channel: grpc.Channel, canaries: Canaries) -> list[grpc.RpcError]:
    garbage = b"\xff\xff" + canaries.new().encode()
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/pactolus.v1.EvaluationService/Evaluate")(garbage, timeout=30)
    return [caught.value]


def _exported_over_the_wire(channel: grpc.Channel) -> dict[str, bytes]:
    found = {}
    for form in (audit.EXPORT_FORMAT_NDJSON, audit.EXPORT_FORMAT_FHIR):
        answers = AuditServiceStub(channel).ExportRecords(audit.ExportRecordsRequest(format=form), timeout=60)
        found[f"export {form} over the wire"] = b"".join(answer.lines for answer in answers)
    return found


def _end(served: Served) -> None:
    served.process.terminate()
    assert served.process.wait(30) == 0


def _files(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): _unpacked(path) for path in files}


def _unpacked(path: Path) -> bytes:
    """What is in a file; of Parquet, whose columns are compressed, also what is in these."""
    content = path.read_bytes()
    return (
        content + repr(pq.read_table(path).to_pylist()).encode() if content.startswith(b"PAR1") else content
    )


def _at_the_command_line(folder: Path, good: str, refused: list[Any]) -> dict[str, bytes]:
    """What the commands print, and what they write; the export with patient data is the only one that may tell."""
    seen = {}
    (folder / "good.json").write_text(good, encoding="utf-8")
    bad = [folder / f"bad-{number}.json" for number in range(len(refused))]
    for path, resources in zip(bad, refused, strict=True):
        path.write_bytes(b"".join(resources))
    given = (folder / "good.json", *bad[:8], "--at", AT, "--data", folder / "of-the-command", "--json")
    printed, seen["stderr of evaluate"] = _run(folder, "evaluate", *given, code=3)
    answered, *refusals = printed.splitlines()
    assert marks_in(answered) != []  # what somebody asked about may be answered
    seen["refusals of evaluate"] = b"".join(refusals)
    for path in (folder / "good.json", *bad):
        path.unlink()
    for form in _FORMS:
        out = ("--out", folder / f"exported-{form}", "--data", folder / "data")
        seen[f"output of export {form}"] = b"".join(
            _run(folder, "audit", "export", "--format", form, *out, code=0)
        )
    told = ("--with-patient-data", "--out", folder / "plain.ndjson", "--data", folder / "data")
    seen["output of a plain export"] = b"".join(
        _run(folder, "audit", "export", "--format", "ndjson", *told, code=0)
    )
    return seen


def _run(folder: Path, *arguments: object, code: int) -> tuple[bytes, bytes]:
    variables = environment(TMPDIR=str(folder / "tmp"), PACTOLUS_RULES=str(ROOT / "rules"))
    done = subprocess.run([COMMAND, *map(str, arguments)], env=variables, capture_output=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


def test_the_canaries_were_read_and_no_source_holds_one(scene: Scene) -> None:
    """The seeded patient is a good one, so that the canaries went all the way through."""
    assert scene.answer.decision.outcome == OUTCOME_OFFER
    assert scene.canaries[0] in scene.answer.decision.patient
    assert len(scene.canaries) > 2500
    sources = (path.read_bytes() for path in [*EXAMPLES.glob("*.json"), *(ROOT / "rules").rglob("*.yaml")])
    assert [found for content in sources for found in marks_in(content)] == []


def test_every_element_of_every_type_was_taken(scene: Scene) -> None:
    assert {one.kind for one in scene.fields} == set(READ_TYPES)
    assert len(scene.fields) > 300
    assert [f"{one.kind}.{one.element}" for one in scene.fields if not one.is_good] == []
    assert scene.outcomes[: len(READ_TYPES)] == [True] * len(READ_TYPES)


def test_they_are_in_the_payloads(scene: Scene) -> None:
    """What cannot be found elsewhere is really there: the export with patient data tells it."""
    sent = set(_CORE.findall(scene.sent))
    told = set(_CORE.findall(scene.plain))
    assert len(sent) > 2500
    in_base64 = sent - told
    assert len(in_base64) < 10
    assert [
        one for one in in_base64 if not any(each in scene.plain for each in disguises(one.decode()))
    ] == []


@pytest.mark.parametrize("mark", MARKS)
def test_the_search_sees_a_canary_in_any_disguise(mark: str) -> None:
    assert len(disguises(mark)) >= 8
    for disguise in disguises(mark):
        hidden = b"..." + disguise + b"..."
        for content in (hidden, b"..." + zlib.compress(hidden * 99, 1), zlib.compress(hidden) + b"..."):
            assert marks_in(content) == [mark]


def test_no_file_of_the_store_held_one_while_it_was_open(scene: Scene) -> None:
    assert {"audit.key", "audit.lock"} <= scene.held.keys()
    assert {name.rpartition("-")[2] for name in scene.held} >= {"wal", "shm"}
    assert _with_marks(scene.held) == {}


def test_no_file_holds_one_after_all_has_ended(scene: Scene) -> None:
    """The database, its directory, temporary files, and every export without the flag."""
    files = _files(scene.folder)
    assert {
        "data/audit.sqlite3",
        "exported-html",
        "exported-tiles/checkpoint",
        "exported-parquet",
    } <= files.keys()
    assert {"exported-tiles/tile/0/000.p", "of-the-command/audit.sqlite3"} & files.keys()
    assert _with_marks(files) == {}


def test_nothing_that_was_printed_or_sent_back_holds_one(scene: Scene) -> None:
    assert b"serves on" in scene.looked_at["output of the server"]
    assert b"INVALID_ARGUMENT" in scene.looked_at["refusals of evaluate"]
    assert len(scene.looked_at) == 12
    assert _with_marks(scene.looked_at) == {}


def test_no_error_tells_one(scene: Scene) -> None:
    assert len(scene.errors) > 10
    codes = {error.code() for error in scene.errors}
    assert codes == {grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND}
    assert (
        _with_marks({str(n): everything_told(error).encode() for n, error in enumerate(scene.errors)}) == {}
    )


def _with_marks(contents: dict[str, bytes]) -> dict[str, list[str]]:
    found = {name: marks_in(name.encode() + b"\0" + content) for name, content in contents.items()}
    return {name: marks for name, marks in found.items() if marks}
