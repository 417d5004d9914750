"""Records that nobody can read any more: a recall counts them, a patient's next evaluation goes on without."""

from dataclasses import replace

import pytest

from pactolus_adapters.affected import Ground, GroundKind, Passed, Retractions, affected
from pactolus_engine.decision import Outcome
from pactolus_engine.errors import InputInvalid, PatientMoved, RecordGone
from pactolus_engine.ports import PatientHistory, StoredRecord
from pactolus_engine.record import read_stored_input
from tests.adapters.trail.room import PATIENT, Room, WatchedLog, the_shelf
from tests.support.changed import FULL, MRD, full, versioned
from tests.support.examples import EXAMPLES

OTHER = (EXAMPLES / "positive-flow.json").read_bytes()


class LosesKeys(WatchedLog):
    """A log whose records are listed, but some cannot be opened: their key-encryption key was lost."""

    def __init__(self) -> None:
        super().__init__()
        self.lost: set[int] = set()

    def read(self, index: int) -> StoredRecord:
        """As the port says of a key that is lost."""
        if index in self.lost:
            raise RecordGone(f"record `{index}` cannot be read: its key was lost")
        return super().read(index)


@pytest.fixture
def room() -> Room:
    room = Room(the_shelf())
    log = LosesKeys()
    room.log, room.events = log, replace(room.events, log=log)
    room.hallway = replace(room.hallway, audit=log)
    return room


def _affected(room: Room, ground: Ground, tenant: str | None = "north") -> tuple[list[int], list[int]]:
    """The indexes that were found, and those that could not be asked."""
    passed = Passed()
    found = affected(room.log, the_shelf(), ground, tenant, retractions=Retractions(), passed=passed)
    return [one.receipt.index for one in found], passed.gone


# --- a recall


def test_a_recall_goes_on_past_erased_decisions_and_counts_them(room: Room) -> None:
    room.send(FULL)
    room.send(OTHER)
    room.send(FULL, tenant="south")
    room.erase()
    pack = Ground.pack("midas-consolidation")
    assert _affected(room, pack) == ([1], [0])
    assert _affected(room, pack, None) == ([1, 2], [0])
    assert _affected(room, pack, "south") == ([2], [])


def test_what_is_gone_and_was_no_decision_is_not_counted(room: Room) -> None:
    room.refuse()
    room.send(FULL)
    room.log.lost = {0}
    assert _affected(room, Ground.pack("midas-consolidation")) == ([1], [])


def test_an_unknown_name_is_refused_with_what_could_not_be_asked(room: Room) -> None:
    room.send(FULL)
    room.erase()
    with pytest.raises(InputInvalid) as caught:
        _affected(room, Ground(GroundKind.OBSERVATION, f"Observation/{MRD}"))
    (violation,) = caught.value.violations
    assert violation.description.endswith("erased decisions that could not be asked: 1")


# --- the patient's next evaluation


def test_an_erased_history_is_none(room: Room) -> None:
    room.send(FULL)
    room.erase()
    answer = room.send(full(versioned("entered-in-error", 2)))
    assert answer.decision.outcome is not Outcome.RETRACT
    assert room.log.history("north", (PATIENT,)) == PatientHistory((2,))


def test_a_lost_key_does_not_fail_the_next_evaluation_and_is_said(room: Room) -> None:
    room.send(FULL)
    room.hallway.memory.forget()
    room.log.lost = {0}
    answer = room.send(full(versioned("amended", 2, 30)))
    assert answer.decision.outcome is Outcome.OFFER
    stored = read_stored_input(room.log.read(1).input)
    assert not stored.earlier_complete
    past = room.hallway.memory.past(room.log, "north", (PATIENT,))
    assert (past.gone, past.history.indexes, past.history.is_complete) == ((0,), (0, 1), False)


def test_of_two_suggestions_the_readable_one_is_taken_back(room: Room) -> None:
    room.send(FULL)
    room.send(full(versioned("amended", 2, 4)))
    room.hallway.memory.forget()
    room.log.lost = {0}
    answer = room.send(full(versioned("corrected", 3, 30)))
    assert answer.decision.outcome is Outcome.RETRACT
    assert [one.index for one in answer.decision.retracted] == ["1"]
    assert not read_stored_input(room.log.read(2).input).earlier_complete
    assert any("more recorded answers" in reason.text for reason in answer.decision.reasons)


def _remembered_and_lost(room: Room) -> None:
    """Record 0 was looked at by a request, and then it goes."""
    room.send(FULL)
    room.send(FULL)
    room.log.lost = {0, 1}


def test_a_record_that_goes_while_it_is_remembered_is_noticed(room: Room) -> None:
    """The memory of an earlier request is no ground any more once the record cannot be read."""
    _remembered_and_lost(room)
    answer = room.send(full(versioned("amended", 2, 30)))
    assert answer.decision.outcome is Outcome.OFFER
    assert not read_stored_input(room.log.read(2).input).earlier_complete
    assert room.kinds_from(2) == ["evaluation"]


def test_records_that_keep_going_end_in_a_failure(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    _remembered_and_lost(room)
    monkeypatch.setattr(type(room.hallway.memory), "forget", lambda _: None)
    with pytest.raises(PatientMoved):
        room.send(full(versioned("amended", 2, 30)))
    assert room.kinds_from(2) == ["failure"]


def test_a_complete_history_is_said_to_be(room: Room) -> None:
    room.send(FULL)
    room.send(full(versioned("amended", 2, 30)))
    assert read_stored_input(room.log.read(1).input).earlier_complete
