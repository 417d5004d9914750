"""The Bundle of a RETRACT: the earlier plan ended under its own ids, the new one beside it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from pactolus_adapters.hallway import Answer
from tests.adapters.fhir_write.bundles import every, of_type
from tests.adapters.retraction.test_retraction import Room, matcher, room, shelf  # noqa: F401 - fixtures
from tests.support.changed import FULL, MRD, alone, full, versioned

PLANNED = ("CarePlan", "RequestGroup", "ServiceRequest", "MedicationRequest")
Json = dict[str, Any]


@pytest.fixture(params=["amended", "entered-in-error"])
def answers(room: Room, request: pytest.FixtureRequest) -> tuple[Answer, Answer]:  # noqa: F811
    """The suggestion, and the answer that takes it back."""
    return room.send(FULL), room.send(alone(versioned(request.param, 2, 30)))


def _bundle(answer: Answer) -> Json:
    bundle: Json = json.loads(answer.bundle)
    return bundle


def _planned(bundle: Json) -> dict[str, Json]:
    return {one["id"]: one for kind in PLANNED for one in of_type(bundle, kind)}


def test_everything_that_was_suggested_ends_under_its_id(answers: tuple[Answer, Answer]) -> None:
    before, after = (_planned(_bundle(answer)) for answer in answers)
    (retracted,) = answers[1].decision.retracted
    status = retracted.new_status
    assert before.keys() <= after.keys()
    for name, was in before.items():
        now = after[name]
        cancelled = now["resourceType"] == "MedicationRequest" and status == "revoked"
        assert (was["status"], now["status"]) == ("active", "cancelled" if cancelled else status)
        assert retracted.cause in now["note"][0]["text"]
        assert "No longer stands" in now["text"]["div"]
        unchanged = now.keys() - {"status", "note", "text", "title", "statusReason"}
        assert {key: now[key] for key in unchanged} == {key: was[key] for key in unchanged}


def test_the_first_plan_is_the_one_that_ends(answers: tuple[Answer, Answer]) -> None:
    bundle = _bundle(answers[1])
    assert bundle["entry"][0]["resource"]["id"] == answers[1].decision.retracted[0].care_plan_id
    assert of_type(_bundle(answers[0]), "CarePlan")[0]["id"] == bundle["entry"][0]["resource"]["id"]


def test_the_new_plan_names_the_one_it_replaces(answers: tuple[Answer, Answer]) -> None:
    old, new = of_type(_bundle(answers[1]), "CarePlan")
    assert new["replaces"] == [{"reference": f"urn:uuid:{old['id']}"}]
    assert new["status"] in {"active", "draft"}
    assert "replaces" not in old


def test_nothing_of_the_old_suggestion_is_active(room: Room) -> None:  # noqa: F811
    before = _bundle(room.send(FULL))
    after = _planned(_bundle(room.send(full(versioned("entered-in-error", 2)))))
    assert {one["status"] for name, one in after.items() if name in _planned(before)} == {"entered-in-error"}
    assert not [one for one in after.values() if one["status"] == "active"]


def test_the_provenance_names_what_was_revised_and_removed(answers: tuple[Answer, Answer]) -> None:
    _, origin = of_type(_bundle(answers[1]), "Provenance")
    entities = {entity["role"]: entity["what"] for entity in origin["entity"]}
    assert entities["revision"]["identifier"]["value"] == answers[0].decision.decision_id
    is_removed = bool(answers[1].decision.retracted[0].new_status == "entered-in-error")
    assert ("removal" in entities) is is_removed
    if is_removed:
        assert entities["removal"] == {"reference": f"Observation/{MRD}/_history/2"}
    ended = {f"urn:uuid:{name}" for name in _planned(_bundle(answers[0]))}
    assert {target["reference"] for target in origin["target"]} == ended


def test_it_is_a_legal_bundle(answers: tuple[Answer, Answer]) -> None:
    bundle = _bundle(answers[1])
    Bundle.model_validate(bundle)
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(urls) == len(set(urls))
    written = {str(node["reference"]) for node in every(bundle) if isinstance(node.get("reference"), str)}
    assert {name for name in written if name.startswith("urn:uuid:")} <= set(urls)


def test_each_guidance_tells_its_outcome(answers: tuple[Answer, Answer]) -> None:
    decision = answers[1].decision
    assert decision.replacement is not None
    told = [
        one["reasonCode"][0]["coding"][0]["code"] for one in of_type(_bundle(answers[1]), "GuidanceResponse")
    ]
    assert told == [decision.replacement.outcome.value, "RETRACT"]
    assert list(_outcomes(_bundle(answers[1]))) == ["RETRACT"]


def _outcomes(bundle: Json) -> Iterator[str]:
    for event in of_type(bundle, "AuditEvent"):
        yield event["outcomeDesc"]


def test_a_plan_that_replaced_another_can_end_itself(room: Room) -> None:  # noqa: F811
    room.send(FULL)
    room.send(full(versioned("amended", 2, 30)))
    bundle = _bundle(room.send(full(versioned("cancelled", 3))))
    Bundle.model_validate(bundle)
    assert [plan["status"] for plan in of_type(bundle, "CarePlan")] == ["revoked", "draft"]
    urls = {entry["fullUrl"] for entry in bundle["entry"]}
    links = {str(node["reference"]) for node in every(bundle) if isinstance(node.get("reference"), str)}
    assert {link for link in links if link.startswith("urn:uuid:")} <= urls
