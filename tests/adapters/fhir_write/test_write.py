"""What each outcome looks like in FHIR."""

from dataclasses import replace
from typing import Any

import pytest

from pactolus_adapters.fhir.envelope import Envelope
from pactolus_adapters.fhir.write_sentences import approval
from pactolus_engine.decision import Outcome, RuleOffTrace
from pactolus_engine.facts import Source
from pactolus_engine.pack.overlay import Overlay
from tests.adapters.fhir_write.bundles import BASE, every, of_type, one, written, written_outcome
from tests.support.decisions import a_decision, a_pack
from tests.support.small_packs import approved

_SHAPES = {
    Outcome.OFFER: {
        "CarePlan": 1,
        "RequestGroup": 1,
        "ServiceRequest": 2,
        "MedicationRequest": 2,
        "Parameters": 1,
    },
    Outcome.NEED_DATA: {"CarePlan": 1},
    Outcome.HOLD: {},
    Outcome.OUT_OF_SCOPE: {},
    Outcome.CONFLICT: {"DetectedIssue": 2},
    Outcome.CONCLUDED: {"Parameters": 1},
    Outcome.RETRACT: {},
}
_ALWAYS = {"GuidanceResponse": 1, "OperationOutcome": 1, "Device": 1, "Provenance": 1, "AuditEvent": 1}


@pytest.mark.parametrize("outcome", list(Outcome))
def test_each_outcome_has_its_resources_and_no_others(outcome: Outcome) -> None:
    counts: dict[str, int] = {}
    for entry in written_outcome(outcome)["entry"]:
        kind = entry["resource"]["resourceType"]
        counts[kind] = counts.get(kind, 0) + 1
    assert counts == {**_SHAPES[outcome], **_ALWAYS}


@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_outcome_is_the_reason_code(outcome: Outcome) -> None:
    guidance = one(written_outcome(outcome), "GuidanceResponse")
    assert guidance["reasonCode"][0]["coding"] == [
        {"system": f"{BASE}decision-outcome", "code": outcome.value}
    ]
    assert guidance["status"] == ("data-required" if outcome is Outcome.NEED_DATA else "success")
    assert (
        guidance["moduleCanonical"]
        == "https://pactolus.example/fhir/PlanDefinition/midas-consolidation|1.0.0"
    )
    assert ("dataRequirement" in guidance) == (outcome is Outcome.NEED_DATA)


def test_what_was_not_checked_is_said_to_every_reader() -> None:
    off = (
        RuleOffTrace("a", "LVEF is low", "block", ("lvef-minimum",)),
        RuleOffTrace("b", "LVEF is low", "block", ("lvef-minimum",)),
        RuleOffTrace("c", "LVEF is unknown", "caveat", ("lvef-minimum",)),
    )
    decision = a_decision(Outcome.OFFER)
    bundle = written(replace(decision, trace=replace(decision.trace, rules_off=off)))
    told = "Not checked, because this site has not set lvef-minimum: LVEF is low; LVEF is unknown."
    plan, message = one(bundle, "CarePlan"), one(bundle, "OperationOutcome")
    assert told in [note["text"] for note in plan["note"]]
    assert told in plan["text"]["div"]
    assert told in [issue["details"]["text"] for issue in message["issue"]]


def test_an_approval_of_the_pack_does_not_cover_the_overlay() -> None:
    pack = approved(a_pack())
    by = "approved by Dr. Synthetic (haematologist, 2026-02-01)."
    assert approval(pack) == f"Rule pack {by}"
    with_overlay = replace(pack, overlay=Overlay("Site", {}, (), "d" * 64))
    missing = "Not clinically approved: no clinician has signed this site's overlay of the rule pack."
    assert approval(with_overlay) == f"Rule pack {by} {missing}"
    assert approval(approved(with_overlay)) == f"Rule pack {by} Overlay of the site {by}"


def test_an_offer_is_an_active_proposal_with_all_that_a_reader_needs() -> None:
    bundle = written_outcome(Outcome.OFFER)
    plan = one(bundle, "CarePlan")
    assert bundle["entry"][0]["resource"] is plan
    assert (plan["status"], plan["intent"]) == ("active", "proposal")
    assert plan["identifier"][0]["value"] == "cd" * 32
    assert plan["created"] == "2026-03-01T09:00:00.000Z"
    assert plan["subject"] == {"reference": "Patient/p1", "type": "Patient"}
    group = one(bundle, "RequestGroup")
    assert plan["activity"] == [{"reference": {"reference": f"urn:uuid:{group['id']}"}}]
    notes = " ".join(note["text"] for note in plan["note"])
    for said in (
        "no imaging was sent",
        "no relapse is recorded",
        "Not clinically approved",
        "one graft only",
    ):
        assert said in notes


def test_only_a_sure_diagnosis_is_addressed_and_versions_are_kept() -> None:
    plan = one(written_outcome(Outcome.OFFER), "CarePlan")
    assert plan["addresses"] == [{"reference": "Condition/mm"}]
    assert plan["supportingInfo"] == [
        {"reference": "Condition/maybe"},
        {"reference": "Condition/mm/_history/1"},
        {"reference": "MedicationStatement/isa"},
        {"reference": "Observation/mrd-1/_history/3"},
        {
            "identifier": {
                "system": "urn:ietf:rfc:3986",
                "value": "urn:uuid:0b9c6b5c-37c1-4a55-8a4f-1f2f3a4b5c6d",
            }
        },
    ]


def test_a_provisional_diagnosis_is_not_addressed_even_without_a_trace() -> None:
    decision = a_decision(Outcome.OFFER)
    untraced = replace(decision, trace=replace(decision.trace, facts=()))
    assert one(written(untraced), "CarePlan")["addresses"] == [{"reference": "Condition/mm"}]


def test_a_diagnosis_that_the_rules_set_aside_is_not_addressed() -> None:
    decision = a_decision(Outcome.OFFER)
    newer = replace(decision.trace.facts[0], sources=(Source("Condition/mm", "Condition.code", "2"),))
    aside = replace(decision, trace=replace(decision.trace, facts=(newer,)))
    assert "addresses" not in one(written(aside), "CarePlan")


def test_options_are_one_choice_and_each_is_done_whole() -> None:
    bundle = written_outcome(Outcome.OFFER)
    (choice,) = one(bundle, "RequestGroup")["action"]
    assert choice["selectionBehavior"] == "at-most-one"
    assert [option["id"] for option in choice["action"]] == ["isa-krd-x6", "bare"]
    assert {option["selectionBehavior"] for option in choice["action"]} == {"all"}
    assert [len(option["action"]) for option in choice["action"]] == [3, 1]
    cited = choice["action"][0]["documentation"]
    assert [entry["url"] for entry in cited] == [
        "https://doi.org/10.1056/NEJMoa2505133",
        "https://registry.example/midas",
    ]


def test_each_request_belongs_to_one_leaf_and_leads_back_to_the_plan() -> None:
    bundle = written_outcome(Outcome.OFFER)
    requests = of_type(bundle, "ServiceRequest") + of_type(bundle, "MedicationRequest")
    leaves = [
        a["resource"]["reference"] for a in every(one(bundle, "RequestGroup")["action"]) if "resource" in a
    ]
    assert sorted(leaves) == sorted(f"urn:uuid:{request['id']}" for request in requests)
    plan = {"reference": f"urn:uuid:{one(bundle, 'CarePlan')['id']}"}
    assert all(request["basedOn"] == [plan] for request in requests)
    assert {request["status"] for request in requests} == {"active"}
    drugs = [request["medicationCodeableConcept"] for request in of_type(bundle, "MedicationRequest")]
    assert drugs[0]["coding"][0]["code"] == "L01FC02"
    assert drugs[1]["coding"][0]["system"] == f"{BASE}drug"


def test_missing_data_are_a_draft_and_a_query() -> None:
    bundle = written_outcome(Outcome.NEED_DATA)
    plan = one(bundle, "CarePlan")
    assert (plan["status"], plan["intent"], "activity" in plan) == ("draft", "proposal", False)
    needed = one(bundle, "GuidanceResponse")["dataRequirement"]
    assert [(one["id"], one["type"]) for one in needed] == [
        ("mrd", "Observation"),
        ("specimen", "Observation"),
        ("birth-date", "Patient"),
        ("diagnosis-date", "Condition"),
        ("regimen.MedicationAdministration", "MedicationAdministration"),
        ("regimen.MedicationStatement", "MedicationStatement"),
    ]
    assert needed[0]["codeFilter"] == [
        {
            "path": "code",
            "code": [
                {"system": "http://loinc.org", "code": "93021-4"},
                {"system": f"{BASE}mrd", "code": "mrd-ngs", "display": "MRD"},
            ],
        }
    ]
    assert needed[1]["mustSupport"] == ["specimen"]
    assert needed[4]["codeFilter"][0]["path"] == "medication"
    texts = [issue["details"]["text"] for issue in one(bundle, "OperationOutcome")["issue"]]
    assert any("met its bound" in text for text in texts)


def test_a_conflict_names_each_rule_and_its_sources() -> None:
    sure, possible = of_type(written_outcome(Outcome.CONFLICT), "DetectedIssue")
    assert (sure["status"], sure["severity"], sure["code"]["coding"][0]["code"]) == (
        "final",
        "high",
        "the-rule",
    )
    assert sure["implicated"] == [{"reference": "Observation/mrd-1/_history/3"}]
    assert possible["status"] == "preliminary"


def test_findings_are_output_parameters() -> None:
    bundle = written_outcome(Outcome.CONCLUDED)
    parameters = one(bundle, "Parameters")
    assert parameters["parameter"] == [{"name": "mrd-status", "valueCode": "negative"}]
    output = one(bundle, "GuidanceResponse")["outputParameters"]["reference"]
    assert output == f"urn:uuid:{parameters['id']}"


def test_provenance_covers_every_other_resource_and_names_the_pack() -> None:
    bundle = written_outcome(Outcome.OFFER)
    provenance = one(bundle, "Provenance")
    others = {e["fullUrl"] for e in bundle["entry"]} - {f"urn:uuid:{provenance['id']}"}
    assert {target["reference"] for target in provenance["target"]} == others
    pack = provenance["entity"][-1]["what"]
    assert pack["identifier"]["value"].endswith("PlanDefinition/midas-consolidation|1.0.0")
    assert pack["display"] == f"SHA-256 {'ab' * 32}"
    assert {"reference": "Observation/mrd-1/_history/3"} in [one["what"] for one in provenance["entity"]]


def test_the_audit_event_names_both_sides_and_everything_read() -> None:
    event = one(written_outcome(Outcome.OFFER), "AuditEvent")
    assert (event["type"]["code"], event["subtype"][0]["code"], event["action"]) == ("rest", "operation", "E")
    assert [agent["requestor"] for agent in event["agent"]] == [True, False]
    assert event["agent"][0]["who"]["identifier"]["value"] == "ehr"
    named = [entity["what"] for entity in event["entity"]]
    assert {"reference": "Observation/else/_history/9"} in named, "also what was passed over was read"
    assert named[-1] == {"identifier": {"value": "r-1"}}


def test_only_what_tells_of_the_request_depends_on_the_envelope() -> None:
    decision = a_decision(Outcome.OFFER)
    first, second = written(decision), written(decision, Envelope())
    assert first["id"] != second["id"]
    for kind in (
        "CarePlan",
        "RequestGroup",
        "ServiceRequest",
        "GuidanceResponse",
        "Device",
        "OperationOutcome",
    ):
        assert of_type(first, kind) == of_type(second, kind)
    for kind in ("Provenance", "AuditEvent"):
        assert one(first, kind)["id"] != one(second, kind)["id"]


@pytest.mark.parametrize(
    ("patient", "subject"),
    [
        ("", {"display": "patient not identified in the request"}),
        (
            "https://ehr.example/fhir/Patient/7",
            {"reference": "https://ehr.example/fhir/Patient/7", "type": "Patient"},
        ),
        ("MRN 7", {"identifier": {"value": "MRN 7"}, "type": "Patient"}),
    ],
)
def test_the_subject_is_the_patient_as_named(patient: str, subject: Any) -> None:
    bundle = written(a_decision(Outcome.OFFER, patient=patient))
    assert one(bundle, "CarePlan")["subject"] == subject
    assert one(bundle, "RequestGroup")["subject"] == subject


def test_an_option_the_pack_does_not_have_is_refused() -> None:
    decision = a_decision(Outcome.OFFER)
    stranger = replace(decision.options[0], id="unheard-of")
    with pytest.raises(KeyError):
        written(replace(decision, options=(stranger,)))
