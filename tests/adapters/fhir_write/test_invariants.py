"""Every Bundle is legal FHIR R4, safe to show, and the same everywhere.

`fhir.resources` checks neither required bindings nor invariants, so both are checked here.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given, settings
from hypothesis import strategies as st

from pactolus_engine.decision import Outcome
from tests.adapters.fhir_write.bundles import every, of_type, one, written, written_outcome
from tests.support.decisions import a_decision

_ROOT = Path(__file__).parents[3]
_REQUIRED: dict[tuple[str, str], set[str]] = {
    ("CarePlan", "status"): {"draft", "active"},
    ("CarePlan", "intent"): {"proposal"},
    ("RequestGroup", "status"): {"draft", "active"},
    ("RequestGroup", "intent"): {"proposal"},
    ("ServiceRequest", "status"): {"draft", "active"},
    ("ServiceRequest", "intent"): {"option"},
    ("MedicationRequest", "status"): {"draft", "active"},
    ("MedicationRequest", "intent"): {"option"},
    ("GuidanceResponse", "status"): {"success", "data-required"},
    ("DetectedIssue", "status"): {"final", "preliminary"},
    ("DetectedIssue", "severity"): {"high"},
    ("AuditEvent", "action"): {"E"},
    ("AuditEvent", "outcome"): {"0"},
    ("Device", "status"): {"active"},
}
_DOSES = {
    "dosageInstruction",
    "doseAndRate",
    "dispenseRequest",
    "quantityQuantity",
    "quantity",
    "dailyAmount",
}
_XHTML = "{http://www.w3.org/1999/xhtml}"
_ALLOWED = {"div", "h2", "h3", "p", "b", "ul", "li", "table", "tr", "th", "td"}
_HOSTILE = '<script>alert("x")</script>&\'"\u202e'


@pytest.fixture(params=list(Outcome), ids=lambda outcome: outcome.value)
def bundle(request: pytest.FixtureRequest) -> dict[str, Any]:
    return written_outcome(request.param)


def test_the_models_accept_it(bundle: dict[str, Any]) -> None:
    Bundle.model_validate(bundle)


def test_required_bindings_hold(bundle: dict[str, Any]) -> None:
    for entry in bundle["entry"]:
        resource = entry["resource"]
        for (kind, element), codes in _REQUIRED.items():
            if kind == resource["resourceType"]:
                assert resource[element] in codes
    for issue in (issue for outcome in of_type(bundle, "OperationOutcome") for issue in outcome["issue"]):
        assert issue["severity"] in {"warning", "information"}
        assert issue["code"] in {"business-rule", "required", "informational", "too-costly"}


def test_an_activity_has_a_reference_or_a_detail_cpl_3(bundle: dict[str, Any]) -> None:
    for plan in of_type(bundle, "CarePlan"):
        assert all(("reference" in one) != ("detail" in one) for one in plan.get("activity", []))


def test_an_action_has_a_resource_or_actions_rqg_1(bundle: dict[str, Any]) -> None:
    for group in of_type(bundle, "RequestGroup"):
        actions = [node for node in every(group["action"]) if "title" in node]
        assert actions
        assert all(("resource" in action) != ("action" in action) for action in actions)


def test_every_reference_leads_somewhere_bdl(bundle: dict[str, Any]) -> None:
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(urls) == len(set(urls))
    assert urls == [f"urn:uuid:{entry['resource']['id']}" for entry in bundle["entry"]]
    references = [node["reference"] for node in every(bundle) if isinstance(node.get("reference"), str)]
    for reference in references:
        is_sent = re.fullmatch(r"[A-Z][A-Za-z]+/[A-Za-z0-9.-]+(/_history/[A-Za-z0-9.-]+)?", reference)
        assert reference in urls or is_sent, "no reference leads nowhere"


def test_nothing_is_an_order_and_nothing_has_a_dose(bundle: dict[str, Any]) -> None:
    for node in every(bundle):
        assert "order" not in str(node.get("intent", ""))
        assert not _DOSES & node.keys()
        assert "isRecommended" not in node


def test_what_the_algorithm_asserts_is_labelled(bundle: dict[str, Any]) -> None:
    kinds = {
        "CarePlan",
        "RequestGroup",
        "ServiceRequest",
        "MedicationRequest",
        "GuidanceResponse",
        "DetectedIssue",
    }
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] in kinds:
            (label,) = entry["resource"]["meta"]["security"]
            assert label["code"] == "AIAST"


def test_the_narrative_is_well_formed_and_of_allowed_elements(bundle: dict[str, Any]) -> None:
    for node in (node for node in every(bundle) if "div" in node):
        _checked_narrative(node)


@pytest.mark.parametrize("outcome", [Outcome.OFFER, Outcome.CONFLICT])
def test_what_was_sent_never_becomes_markup(outcome: Outcome) -> None:
    bundle = written(a_decision(outcome, patient=_HOSTILE, shown=_HOSTILE))
    narratives = [node for node in every(bundle) if "div" in node]
    for node in narratives:
        _checked_narrative(node)
    text = " ".join("".join(ElementTree.fromstring(node["div"]).itertext()) for node in narratives)
    assert _HOSTILE.replace("\u202e", "\ufffd") in text, "it is shown, as text"
    Bundle.model_validate(bundle)


@settings(max_examples=50, deadline=None)
@given(patient=st.text(max_size=20), shown=st.text(max_size=20))
def test_no_text_breaks_the_bundle(patient: str, shown: str) -> None:
    bundle = written(a_decision(Outcome.CONFLICT, patient=patient, shown=shown))
    _checked_narrative(one(bundle, "GuidanceResponse")["text"])
    assert one(bundle, "GuidanceResponse")["subject"]


def test_the_offer_narrative_tells_the_whole_story() -> None:
    div = one(written_outcome(Outcome.OFFER), "CarePlan")["text"]["div"]
    text = "".join(ElementTree.fromstring(div).itertext())
    for said in (
        "A suggestion for professionals, not an order.",
        "Six cycles",
        "no imaging was sent",
        "3e-6 1",
        "Observation/mrd-1 version 3, Observation.value",
        "no relapse is recorded",
        "studied <both> & reported",
        "Not clinically approved",
        "no order of preference",
    ):
        assert said in text


def test_the_bytes_do_not_depend_on_the_hash_seed() -> None:
    program = (
        "import sys; from tests.adapters.fhir_write.bundles import *;"
        "from pactolus_adapters.fhir.write import write;"
        "from tests.support.decisions import *; from pactolus_engine.decision import Outcome;"
        "[sys.stdout.buffer.write(write(a_decision(o), a_pack(), some_facts(), ENVELOPE,"
        " local_base=BASE, engine_version='1')) for o in Outcome]"
    )
    outputs = {_run(program, seed) for seed in ("0", "1", "4711")}
    assert len(outputs) == 1
    assert len(outputs.pop()) > 10_000


def _run(program: str, seed: str) -> bytes:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": f"Etc/GMT+{len(seed)}", "LC_ALL": "C"}
    paths = [_ROOT, _ROOT / "engine", _ROOT / "adapters"]
    environment["PYTHONPATH"] = os.pathsep.join(map(str, paths))
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
    return done.stdout


def _checked_narrative(text: dict[str, str]) -> None:
    root = ElementTree.fromstring(text["div"])
    assert root.tag == f"{_XHTML}div"
    for element in root.iter():
        assert element.tag.removeprefix(_XHTML) in _ALLOWED
        assert not element.attrib
    assert "".join(root.itertext()).strip()
