"""What became of a suggestion: only of a decision that is there, only an option that it has, only once."""

import json
from dataclasses import replace

import pytest

from pactolus_adapters.trail.events import Actor
from pactolus_adapters.trail.feedback import Feedback, FeedbackAction, record_feedback
from pactolus_engine.errors import InputInvalid, RecordGone, RecordNotFound, RequestIdReused
from pactolus_engine.ports import Receipt
from pactolus_engine.trail import Selection
from tests.adapters.trail.room import AUDITOR, Room, the_shelf
from tests.support.changed import FULL, full, versioned

TAKEN = Feedback(
    0,
    FeedbackAction.ACCEPTED,
    option="isa-krd-x6",
    system="https://hospital.example/reasons",
    code="preference",
    display="Preference of the patient",
    action_time="2026-03-02T09:00:00.000000Z",
    request_id="f1",
)


@pytest.fixture
def room() -> Room:
    room = Room(the_shelf())
    room.send(FULL)
    return room


def _give(room: Room, given: Feedback, actor: Actor = AUDITOR) -> Receipt:
    return record_feedback(room.log, room.events, actor, given)


def test_a_feedback_is_recorded_beside_the_decision_and_under_its_patient(room: Room) -> None:
    receipt = _give(room, TAKEN)
    assert receipt.index == 1
    decision, feedback = room.log.listed(Selection(), -1, 9)
    assert (feedback.event, feedback.about) == ("feedback", 0)
    assert feedback.patient_pseudonym == decision.patient_pseudonym
    details = json.loads(room.log.read(1).input)
    assert details == {
        "index": "0",
        "decision_id": details["decision_id"],
        "action": "accepted",
        "option": "isa-krd-x6",
        "system": "https://hospital.example/reasons",
        "code": "preference",
        "display": "Preference of the patient",
        "action_time": "2026-03-02T09:00:00.000000Z",
    }


def test_the_same_feedback_again_is_the_same_record(room: Room) -> None:
    assert _give(room, TAKEN) == _give(room, TAKEN)
    with pytest.raises(RequestIdReused):
        _give(room, replace(TAKEN, code="other"))
    assert room.log.size() == 2


def test_without_a_request_id_each_is_a_record(room: Room) -> None:
    given = replace(TAKEN, request_id="")
    assert [_give(room, given).index for _ in range(2)] == [1, 2]


def test_of_a_retraction_the_options_in_its_place_count(room: Room) -> None:
    answer = room.send(full(versioned("corrected", 2, 30)))
    assert answer.decision.replacement is not None
    assert _give(room, replace(TAKEN, index=1, option="tandem-asct")).index == 2


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"option": "tandem-asct"}, ["option"]),
        ({"option": ""}, ["option"]),
        ({"action": FeedbackAction.OVERRIDDEN}, ["option"]),
        ({"system": ""}, ["reason"]),
        ({"code": ""}, ["reason", "reason.code"]),
        ({"display": "x" * 257, "request_id": "r" * 129}, ["reason.display", "request_id"]),
    ],
)
def test_what_is_wrong_with_a_feedback_is_told_and_changes_nothing(
    room: Room, change: dict[str, str], places: list[str]
) -> None:
    with pytest.raises(InputInvalid) as caught:
        _give(room, replace(TAKEN, **change))  # type: ignore[arg-type]
    assert [one.field for one in caught.value.violations] == places
    assert room.log.size() == 1


def test_an_overridden_suggestion_needs_no_option(room: Room) -> None:
    given = Feedback(0, FeedbackAction.OVERRIDDEN)
    assert json.loads(room.log.read(_give(room, given).index).input)["action"] == "overridden"


@pytest.mark.parametrize("index", [1, 7])
def test_only_a_decision_of_the_tenant_gets_a_feedback(room: Room, index: int) -> None:
    room.refuse()
    with pytest.raises(RecordNotFound):
        _give(room, replace(TAKEN, index=index))
    with pytest.raises(RecordNotFound):
        _give(room, TAKEN, Actor("ehr", "south"))
    assert room.log.size() == 2


def test_of_an_erased_decision_nobody_can_say_what_its_options_were(room: Room) -> None:
    room.erase()
    with pytest.raises(RecordGone):
        _give(room, TAKEN)
