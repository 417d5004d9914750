"""The demo runs as `make demo` runs it, and sees a wrong answer, a changed record and a forgotten example."""

import os
import shutil
import subprocess
import sys
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import pytest

from pactolus.v1.audit_service_pb2 import GetInclusionProofResponse
from pactolus.v1.decision_pb2 import Decision, FactTrace, MissingFact, Option, Source, Trace
from pactolus.v1.evaluation_service_pb2 import AuditReceipt, EvaluateResponse
from pactolus_adapters.grpcapi.convert_decision import decision_message
from pactolus_engine import decision as core
from pactolus_engine.decision import Outcome
from pactolus_engine.record import decision_id
from tests.house.tree import ROOT
from tests.support.decisions import a_decision
from tests.support.merkle import recursive_inclusion, recursive_root


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The demo as a module; nothing of it stays for other tests."""
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    for name in ("demo", "proving", "telling"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import demo as module

    return module


def _run(*arguments: str, tree: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(tree / "examples" / "demo.py"), *arguments]
    # A setting of whoever runs the test must not reach the server: this one would stop it.
    mine = os.environ | {"PACTOLUS_HOST": "0.0.0.0"}
    return subprocess.run(command, env=mine, capture_output=True, text=True, timeout=120, check=False)


def test_every_example_is_answered_as_expected_and_read_back(tmp_path: Path) -> None:
    done = _run("--data", str(tmp_path / "records"))
    assert done.returncode == 0, done.stdout + done.stderr
    count = len(list((ROOT / "examples").glob("*.json"))) + 1  # one result is taken back
    for holds in (
        *("answered as expected", "records read back and matched", "decision ids recomputed"),
        "records proved to stand in the tree of the log",
    ):
        assert f"{count} of {count} {holds}" in done.stdout
    assert "RETRACT       takes back record 1; now NEED_DATA" in done.stdout
    cause = "record 1, its CarePlan is now entered-in-error: Observation/mrd-ngs-negative version 2 was"
    for told in (cause, "unchecked this site has not set", "The paper was not read"):
        assert told in " ".join(done.stdout.split())
    assert "pactolus has stopped" in done.stdout
    assert max(map(len, done.stdout.splitlines()[1:])) <= 100  # the first line names a folder
    assert any((tmp_path / "records").iterdir())


def test_records_of_an_earlier_run_are_not_answered_from(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    done = _run("--data", str(tmp_path))
    assert done.returncode == 1
    assert "--data is expected to name a folder that is new or empty" in done.stderr


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the examples, to be spoiled."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "rules").symlink_to(ROOT / "rules")
    return tmp_path


def test_a_wrong_outcome_ends_the_demo_with_exit_code_1(tree: Path) -> None:
    shutil.copy(tree / "examples" / "preliminary.json", tree / "examples" / "negative-ngs.json")
    done = _run(tree=tree)
    assert done.returncode == 1
    assert "WRONG: negative-ngs.json: outcome HOLD, expected OFFER" in done.stdout
    assert "WRONG: negative-ngs.json: options none, expected asct-isa-krd-x2, isa-krd-x6" in done.stdout


def test_a_refusal_ends_the_demo_with_exit_code_1(tree: Path) -> None:
    (tree / "examples" / "lone-observation.json").write_text('{"resourceType": "Observation"}')
    done = _run(tree=tree)
    assert done.returncode == 1
    assert "WRONG: the server refused with INVALID_ARGUMENT" in done.stdout
    assert "Traceback" not in done.stderr


def test_an_example_without_a_story_is_not_passed_over(tree: Path) -> None:
    (tree / "examples" / "new.json").write_text("{}")
    done = _run(tree=tree)
    assert done.returncode == 1
    assert "new.json" in done.stderr


def test_an_answer_that_is_not_the_expected_one_is_told(demo: ModuleType) -> None:
    example = demo.EXAMPLES[0]
    right = Decision(outcome="OUTCOME_OFFER", options=[Option(id=each) for each in example.options])
    assert demo.differences(example, right) == []
    fewer = Decision(outcome="OUTCOME_OFFER", options=[Option(id="isa-krd-x6")])
    assert [line for line in demo.differences(example, fewer) if "options" in line]
    hold = Decision(outcome="OUTCOME_HOLD", options=right.options)
    assert demo.differences(example, hold) == ["negative-ngs.json: outcome HOLD, expected OFFER"]


@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("decision", EvaluateResponse(decision=Decision(patient="Patient/2"))),
        ("bundle_json", EvaluateResponse(bundle_json=b"{ }")),
        ("receipt", EvaluateResponse(receipt=AuditReceipt(index=1))),
    ],
)
def test_a_record_that_is_not_the_answer_is_told(
    demo: ModuleType, part: str, changed: EvaluateResponse
) -> None:
    given = EvaluateResponse(
        decision=Decision(patient="Patient/1"), bundle_json=b"{}", receipt=AuditReceipt(index=0)
    )
    read = EvaluateResponse()
    read.CopyFrom(given)
    assert demo.not_as_given(given, read) == []
    read.MergeFrom(changed)
    assert demo.not_as_given(given, read) == [part]


def test_the_id_depends_on_the_content_and_not_on_the_id(demo: ModuleType) -> None:
    one, other = (
        Decision(decision_id="a", patient="Patient/1"),
        Decision(decision_id="b", patient="Patient/1"),
    )
    for decision in (one, other):
        decision.evaluation_time.FromJsonString("2026-03-01T09:00:00Z")
    assert demo.recomputed_id(one) == demo.recomputed_id(other)
    other.patient = "Patient/2"
    assert demo.recomputed_id(one) != demo.recomputed_id(other)


def test_the_id_of_a_retraction_is_that_of_the_service(demo: ModuleType) -> None:
    inner = replace(
        a_decision(Outcome.NEED_DATA),
        minimal_missing_sets=(("mrd",),),
        possible_outcomes=(core.PossibleOutcome(Outcome.HOLD, ()),),
    )
    outer = replace(
        a_decision(Outcome.RETRACT),
        retracted=(core.Retracted("a", "plan", "revoked", "MRD changed", "7"),),
        replacement=replace(inner, decision_id=decision_id(inner)),
    )
    assert demo.recomputed_id(decision_message(outer)) == decision_id(outer)


def test_a_record_is_proved_by_the_hashes_that_lead_to_the_root_and_no_others(demo: ModuleType) -> None:
    leaves = [sha256(bytes([number])).digest() for number in range(11)]
    root = recursive_root(leaves)
    note = f"log.example\n11\n{b64encode(root).decode()}\n\nsignatures".encode()
    for index, leaf in enumerate(leaves):
        answer = EvaluateResponse(receipt=AuditReceipt(index=index, leaf_hash=leaf))
        hashes = recursive_inclusion(index, leaves)
        proof = GetInclusionProofResponse(hashes=hashes, checkpoint_note=note)
        assert demo.is_proved(answer, proof)
        for wrong in (hashes[:-1], [*hashes, root], hashes[::-1]):
            assert not demo.is_proved(answer, GetInclusionProofResponse(hashes=wrong, checkpoint_note=note))


def test_the_reason_of_a_missing_fact_is_told_once(
    demo: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = [MissingFact(fact="mrd", reason="not deep enough", supply="send it")]
    seen = FactTrace(fact="mrd", shown="0 (not deep enough)", sources=[Source(reference="Observation/1")])
    decision = Decision(outcome="OUTCOME_NEED_DATA", missing=missing, trace=Trace(facts=[seen]))
    demo.Teller().tell("title", "story", EvaluateResponse(decision=decision, bundle_json=b'{"entry": []}'))
    assert "mrd (sent: 0 (not deep enough)): send it" in capsys.readouterr().out


def test_every_fault_is_told_and_ends_the_demo_with_an_error(
    demo: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = [EvaluateResponse() for _ in demo.EXAMPLES]
    demo.tell_summary(answers, {"hold": [[], ["this \x1b[31m is wrong"]]})
    told = capsys.readouterr().out
    assert "1 of 2 hold" in told
    assert "WRONG: this \N{REPLACEMENT CHARACTER}[31m is wrong" in told
