"""The same input gives the same decision and Bundle, byte for byte; only the receipt is another."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pactolus.v1.evaluation_service_pb2 import EvaluateRequest
from tests.support.examples import AT, EXAMPLES, ROOT, example, instant, promises, request
from tests.support.service import Service, service

FILES = [promise.file for promise in promises("midas-consolidation")]

SURROUNDINGS = [
    {"PYTHONHASHSEED": "0", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8"},
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with service(tmp_path_factory.mktemp("data")) as started:
        yield started


def _parts(line: str) -> tuple[str, str]:
    """The text of an answer before its receipt, and the receipt."""
    decided, mark, receipt = line.rpartition(', "receipt": ')
    assert mark
    assert decided.startswith('{"decision": {')
    return decided, receipt


def _evaluated(folder: Path, surroundings: dict[str, str]) -> list[str]:
    """The lines that a process of its own prints for every example."""
    mine = {
        name: text for name, text in os.environ.items() if not name.startswith(("PACTOLUS_", "LC_", "LANG"))
    }
    command = [
        str(Path(sys.executable).with_name("pactolus")),
        "evaluate",
        *(str(EXAMPLES / f) for f in FILES),
    ]
    command += ["--at", AT, "--json", "--data", str(folder / "data"), "--rules", str(ROOT / "rules")]
    folder.mkdir()
    done = subprocess.run(
        command, cwd=folder, env=mine | surroundings, capture_output=True, check=True, timeout=120
    )
    return done.stdout.decode("utf-8").splitlines()


def test_processes_in_other_surroundings_decide_alike(tmp_path: Path) -> None:
    one, other = (
        _evaluated(tmp_path / str(number), surroundings) for number, surroundings in enumerate(SURROUNDINGS)
    )
    assert len(one) == len(FILES)
    for here, there in zip(one, other, strict=True):
        assert _parts(here)[0] == _parts(there)[0]
        assert _parts(here)[1] != _parts(there)[1]


def test_the_command_and_the_server_decide_alike(served: Service, tmp_path: Path) -> None:
    lines = _evaluated(tmp_path / "command", SURROUNDINGS[0])
    for file, line in zip(FILES, lines, strict=True):
        answer = served.evaluate(request(file))
        assert json.loads(line)["decision"]["decisionId"] == answer.decision.decision_id


@pytest.mark.parametrize("file", FILES)
def test_the_same_request_twice_is_decided_alike(served: Service, file: str) -> None:
    one, other = served.evaluate(request(file)), served.evaluate(request(file))
    assert one.decision.SerializeToString() == other.decision.SerializeToString()
    assert one.bundle_json == other.bundle_json
    assert one.receipt.index != other.receipt.index


def _orders(parts: list[object]) -> list[list[object]]:
    return [parts[::-1], parts[1:] + parts[:1], parts[1::2] + parts[::2]]


@pytest.mark.parametrize("file", [file for file in FILES if "entry" in example(file)])
def test_the_order_of_resources_means_nothing(served: Service, file: str) -> None:
    bundle = example(file)
    as_sent = served.evaluate(request(json.dumps(bundle).encode()))
    for entries in _orders(bundle["entry"]):
        content = json.dumps(bundle | {"entry": entries}).encode()
        shuffled = served.evaluate(request(content))
        assert shuffled.decision.SerializeToString() == as_sent.decision.SerializeToString()
        assert shuffled.bundle_json == as_sent.bundle_json


def test_the_order_of_fields_and_lists_means_nothing(served: Service) -> None:
    """Each resource in a field of its own, or in one array: they carry no `fullUrl` then."""
    resources = [entry["resource"] for entry in example("negative-ngs.json")["entry"]]
    fields = [json.dumps(resource).encode() for resource in resources]
    requests = [[json.dumps(resources).encode()], fields, fields[::-1], [fields[3], *fields[:3], *fields[4:]]]
    answers = [
        served.evaluate(EvaluateRequest(resources_json=sent, evaluation_time=instant())) for sent in requests
    ]
    assert len({answer.decision.decision_id for answer in answers}) == 1
    assert len({answer.bundle_json for answer in answers}) == 1


def test_the_order_of_members_of_an_object_means_nothing(served: Service) -> None:
    bundle = example("positive-flow.json")
    sent = [json.dumps(bundle, sort_keys=sort, indent=indent) for sort, indent in ((False, None), (True, 3))]
    assert sent[0] != sent[1]
    one, other = (served.evaluate(request(content.encode())) for content in sent)
    assert one.decision.SerializeToString() == other.decision.SerializeToString()
    assert one.bundle_json == other.bundle_json
