"""A pack that offers nothing, from the command and over the wire: findings, what is missing, and their FHIR form."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pactolus.v1.decision_pb2 import Decision, Outcome
from pactolus.v1.evaluation_service_pb2 import EvaluateResponse, PackSelector
from tests.adapters.cli.run import runner
from tests.support.examples import AT, EXAMPLES, example, promised, promises, request
from tests.support.service import Service, service

_REACHED, _FLOW = promises("midas-endpoint")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with service(tmp_path_factory.mktemp("data")) as started:
        yield started


def _resources(answer: EvaluateResponse) -> dict[str, dict[str, Any]]:
    """The resources of an answer by type; there is one of each here."""
    entries = json.loads(answer.bundle_json)["entry"]
    return {entry["resource"]["resourceType"]: entry["resource"] for entry in entries}


def _with_mrd(served: Service, **value: Any) -> Decision:
    """The example of a reached endpoint with another value of the sample that counts."""
    bundle = example(_REACHED.file)
    (mrd,) = [e["resource"] for e in bundle["entry"] if e["resource"]["id"] == "mrd-ngs-before-maintenance"]
    del mrd["valueCodeableConcept"]
    mrd["valueQuantity"] = {"system": "http://unitsofmeasure.org", "code": "[ppm]", **value}
    content = json.dumps(bundle).encode()
    return served.evaluate(request(content, pack=PackSelector(id="midas-endpoint"))).decision


def test_the_command_concludes_and_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = runner(tmp_path / "data", monkeypatch, capsys)
    files = [EXAMPLES / promise.file for promise in (_REACHED, _FLOW)]
    done = run("evaluate", *files, "--pack", "midas-endpoint", "--at", AT, "--json")
    reached, flow = (json.loads(line) for line in done.out.splitlines())
    assert done.code == 0
    assert reached["decision"]["outcome"] == "OUTCOME_CONCLUDED"
    assert [(one["id"], one["value"]) for one in reached["decision"]["conclusions"]] == [
        ("endpoint", "reached")
    ]
    assert flow["decision"]["outcome"] == "OUTCOME_NEED_DATA"
    page = run("evaluate", files[0], "--pack", "midas-endpoint", "--at", AT).out
    for words in (
        "endpoint: reached",
        "[conclude, endpoint-reached",
        "[marrow-alone",
        "Observation/mrd-ngs-before-maintenance",
    ):
        assert words in page


def test_a_finding_tells_the_rule_and_the_facts_behind_it(served: Service) -> None:
    decision = served.evaluate(promised(_REACHED)).decision
    (reason,) = decision.reasons
    assert (reason.rule, reason.effect, reason.truth) == ("endpoint-reached", "conclude", "true")
    (mrd,) = [fact for fact in reason.facts if fact.fact == "mrd"]
    assert [source.reference for source in mrd.sources] == ["Observation/mrd-ngs-before-maintenance"]
    assert not decision.options and not decision.missing and not decision.possible_outcomes


def test_findings_are_output_parameters_of_the_guidance(served: Service) -> None:
    found = _resources(served.evaluate(promised(_REACHED)))
    assert "CarePlan" not in found
    assert found["Parameters"]["parameter"] == [{"name": "endpoint", "valueCode": "reached"}]
    guidance = found["GuidanceResponse"]
    assert (guidance["status"], guidance["reasonCode"][0]["coding"][0]["code"]) == ("success", "CONCLUDED")
    assert guidance["outputParameters"] == {"reference": f"urn:uuid:{found['Parameters']['id']}"}
    assert "Finding, endpoint = reached: The endpoint of MIDAS is reached" in [
        n["text"] for n in guidance["note"]
    ]
    used = {entity["what"].get("reference", "") for entity in found["Provenance"]["entity"]}
    assert "Observation/mrd-ngs-before-maintenance/_history/1" in used


def test_flow_cytometry_is_asked_for_a_result_by_sequencing(served: Service) -> None:
    answer = served.evaluate(promised(_FLOW))
    assert [missing.fact for missing in answer.decision.missing] == ["mrd", "sequencing"]
    assert not answer.decision.conclusions
    assert not answer.decision.trace.passed_over, "its method is known, if not to every fact"
    found = _resources(answer)
    assert "Parameters" not in found
    assert (found["CarePlan"]["status"], found["CarePlan"]["intent"]) == ("draft", "proposal")
    assert found["GuidanceResponse"]["status"] == "data-required"


@pytest.mark.parametrize(
    ("value", "outcome", "findings"),
    [
        ({"value": 0.999}, "OUTCOME_CONCLUDED", ["reached"]),
        ({"value": 1}, "OUTCOME_CONCLUDED", ["not-reached"]),
        ({"value": 1, "comparator": "<"}, "OUTCOME_CONCLUDED", ["reached"]),
        ({"value": 1, "comparator": "<="}, "OUTCOME_NEED_DATA", []),
        ({"value": 1, "comparator": ">"}, "OUTCOME_CONCLUDED", ["not-reached"]),
    ],
)
def test_completions_must_agree_on_the_finding(
    served: Service, value: dict[str, Any], outcome: str, findings: list[str]
) -> None:
    """Up to one in a million and no more is CONCLUDED either way, and still not an answer."""
    decision = _with_mrd(served, **value)
    assert Outcome.Name(decision.outcome) == outcome
    assert [one.value for one in decision.conclusions] == findings
    if not findings:
        assert [Outcome.Name(one.outcome) for one in decision.possible_outcomes] == ["OUTCOME_CONCLUDED"]
        assert [missing.fact for missing in decision.missing] == ["mrd"]


@pytest.mark.parametrize("promise", [_REACHED, _FLOW], ids=lambda promise: promise.file)
def test_the_order_of_resources_means_nothing(served: Service, promise: Any) -> None:
    bundle = example(promise.file)
    turned = json.dumps(bundle | {"entry": bundle["entry"][::-1]}).encode()
    one = served.evaluate(promised(promise))
    other = served.evaluate(request(turned, pack=PackSelector(id=promise.pack)))
    assert (one.decision, one.bundle_json) == (other.decision, other.bundle_json)


def test_the_patient_of_the_endpoint_is_nothing_for_the_pack_of_consolidation(served: Service) -> None:
    """The result from before maintenance does not decide on consolidation: nothing is offered on it."""
    decision = served.evaluate(request(_REACHED.file)).decision
    assert not decision.options
    assert Outcome.Name(decision.outcome) != "OUTCOME_OFFER"
