"""Results that change after a suggestion was given: T02 to T04, through the hallway."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.consider import Asked, earlier_suggestions
from pactolus_adapters.fhir.read import read
from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.hallway import Answer, EvaluateCommand, Hallway, HallwaySettings
from pactolus_adapters.packs.folder import FolderShelf
from pactolus_adapters.versions import software_versions
from pactolus_adapters.wiring import prepare_pack
from pactolus_engine.decision import Decision, Outcome
from pactolus_engine.errors import PatientMoved
from pactolus_engine.evaluate import evaluate
from pactolus_engine.ports import NewRecord, Receipt
from pactolus_engine.record import decision_id, decision_json, read_stored_input
from pactolus_engine.retract import EARLIER_SUGGESTION_RULE, TAKEN_RULE, Earlier
from tests.support.changed import FULL, MRD, alone, changed, full, resource, versioned
from tests.support.examples import ROOT
from tests.support.small_packs import InProcess

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
BASE = "https://pactolus.example/fhir/CodeSystem/"
NEGATIVE_OPTIONS = ["isa-krd-x6", "asct-isa-krd-x2"]
POSITIVE_OPTIONS = ["asct-isa-krd-x2", "tandem-asct"]


class Room:
    """A hallway over a memory log, and short words for what is sent."""

    def __init__(self, shelf: FolderShelf, log: MemoryAuditLog, matcher: InProcess) -> None:
        settings = HallwaySettings("midas-consolidation", BASE, Limits(), software_versions())
        self.log = log
        self.hallway = Hallway(shelf, matcher, log, lambda: AT, settings)

    def send(self, content: bytes, **fields: Any) -> Answer:
        return self.hallway.evaluate(replace(self.command(content), **fields))

    @staticmethod
    def command(content: bytes) -> EvaluateCommand:
        return EvaluateCommand(resources=(content,), evaluation_time=AT, client="ehr", tenant="north")

    def knowing(self, *bases: str) -> "Room":
        """The same room, to which the addresses of these servers mean nothing."""
        self.hallway = replace(self.hallway, settings=replace(self.hallway.settings, known_bases=bases))
        return self


@pytest.fixture(scope="module")
def shelf() -> FolderShelf:
    return FolderShelf(ROOT / "rules", prepare_pack)


@pytest.fixture(scope="module")
def matcher() -> InProcess:
    return InProcess()


@pytest.fixture
def room(shelf: FolderShelf, matcher: InProcess) -> Room:
    return Room(shelf, MemoryAuditLog(lambda: AT), matcher)


def options(decision: Decision | None) -> list[str]:
    assert decision is not None
    return sorted(option.id for option in decision.options)


# --- T02, T03 -----------------------------------------------------------------------------------


def test_an_amended_result_that_crosses_the_threshold_retracts(room: Room) -> None:
    first = room.send(FULL)
    answer = room.send(full(versioned("amended", 2, 30)))
    decision = answer.decision
    assert (first.decision.outcome, decision.outcome) == (Outcome.OFFER, Outcome.RETRACT)
    (retracted,) = decision.retracted
    assert (retracted.decision_id, retracted.index) == (first.decision.decision_id, "0")
    assert retracted.new_status == "revoked"
    assert retracted.cause == (
        "MRD (clonal cells among nucleated marrow cells) changed "
        "from 3 {cells}/10*6{cells} = 3e-6 to 30 {cells}/10*6{cells} = 3e-5 "
        f"(Observation/{MRD} version 1, Observation/{MRD} version 2)"
    )
    assert options(decision) == []
    assert decision.replacement is not None
    assert decision.replacement.outcome is Outcome.OFFER
    assert options(decision.replacement) == sorted(POSITIVE_OPTIONS)
    assert decision.replacement.trace.taken_from_earlier == ()
    assert [reason.rule for reason in decision.reasons] == [EARLIER_SUGGESTION_RULE]
    assert decision.decision_id == decision_id(decision)
    assert decision.replacement.decision_id == decision_id(decision.replacement)


def test_exactly_the_threshold_is_on_the_other_side(room: Room) -> None:
    room.send(FULL)
    assert room.send(full(versioned("corrected", 2, 10))).decision.outcome is Outcome.RETRACT


@pytest.mark.parametrize("per_million", [3, 5, 9])
def test_an_amendment_inside_the_class_leaves_the_suggestion(room: Room, per_million: int) -> None:
    room.send(FULL)
    decision = room.send(full(versioned("amended", 2, per_million))).decision
    assert (decision.outcome, options(decision)) == (Outcome.OFFER, sorted(NEGATIVE_OPTIONS))
    assert decision.retracted == ()


@pytest.mark.parametrize(
    ("status", "new_status"), [("entered-in-error", "entered-in-error"), ("cancelled", "revoked")]
)
@pytest.mark.parametrize("is_alone", [True, False])
def test_a_withdrawn_result_retracts(room: Room, status: str, new_status: str, is_alone: bool) -> None:
    room.send(FULL)
    body = versioned(status, 2)
    decision = room.send(alone(body) if is_alone else full(body)).decision
    assert decision.outcome is Outcome.RETRACT
    words = "was entered in error" if status == "entered-in-error" else "was cancelled"
    cause = f"Observation/{MRD} version 2 {words}"
    assert [(one.new_status, one.cause) for one in decision.retracted] == [(new_status, cause)]
    assert decision.replacement is not None
    assert decision.replacement.outcome is Outcome.NEED_DATA
    assert decision.replacement.missing[0].fact == "mrd"
    assert bool(decision.replacement.trace.taken_from_earlier) is is_alone


def test_a_result_that_is_preliminary_again_retracts_and_holds(room: Room) -> None:
    room.send(FULL)
    decision = room.send(full(versioned("preliminary", 2))).decision
    assert decision.outcome is Outcome.RETRACT
    assert decision.replacement is not None
    assert decision.replacement.outcome is Outcome.HOLD


CHANGES: dict[str, tuple[str, Callable[[dict[str, Any]], None]]] = {
    "another birth date": ("testpatient-negative", lambda body: body.update(birthDate="1950-01-01")),
    "a specimen of blood": (
        "testpatient-negative-marrow",
        lambda body: body.update(
            type={"coding": [{"system": "http://snomed.info/sct", "code": "119297000"}]}
        ),
    ),
    "a code that means nothing": (MRD, lambda body: body.update(code={"text": "something else"})),
    "another patient": (MRD, lambda body: body.update(subject={"reference": "Patient/somebody-else"})),
    "the diagnosis entered in error": (
        "testpatient-negative-myeloma",
        lambda body: (
            body.update(
                verificationStatus={
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
                            "code": "entered-in-error",
                        }
                    ]
                }
            )
            or body.pop("clinicalStatus", None)
        ),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_it_rests_on_counts(room: Room, name: str) -> None:
    room.send(FULL)
    decision = room.send(full(changed(*CHANGES[name]))).decision
    assert decision.outcome is Outcome.RETRACT, name
    assert options(decision.replacement) == []


def test_once_only(room: Room) -> None:
    room.send(FULL)
    amended = full(versioned("amended", 2, 30))
    replacement = room.send(amended).decision.replacement
    again = room.send(amended).decision
    assert again == replacement
    assert again.outcome is Outcome.OFFER


def test_a_replacement_is_a_suggestion_like_any_other(room: Room) -> None:
    first = room.send(FULL).decision
    second = room.send(full(versioned("amended", 2, 30))).decision.replacement
    third = room.send(full(versioned("entered-in-error", 3))).decision
    assert second is not None
    assert [one.decision_id for one in third.retracted] == [second.decision_id] != [first.decision_id]


def test_every_suggestion_that_rests_on_the_result_falls(room: Room) -> None:
    ids = [room.send(FULL, evaluation_time=AT.replace(hour=hour)).decision.decision_id for hour in (6, 7, 8)]
    decision = room.send(alone(versioned("entered-in-error", 2))).decision
    assert [one.decision_id for one in decision.retracted] == ids


# --- T04 ----------------------------------------------------------------------------------------


def test_an_older_version_that_comes_later_is_not_read_and_traced(room: Room) -> None:
    room.send(full(versioned("amended", 2, 30)))
    decision = room.send(FULL).decision
    assert (decision.outcome, options(decision)) == (Outcome.OFFER, sorted(POSITIVE_OPTIONS))
    reasons = {passed.reason for passed in decision.trace.passed_over if passed.source.version == "1"}
    assert "a newer version of this resource was recorded before" in reasons
    assert [(one.source.version, one.record) for one in decision.trace.taken_from_earlier] == [("2", "0")]
    assert all(option.caveats[0].rule == TAKEN_RULE for option in decision.options)


def test_a_withdrawn_result_does_not_come_back(room: Room) -> None:
    room.send(FULL)
    room.send(alone(versioned("entered-in-error", 2)))
    decision = room.send(FULL).decision
    assert (decision.outcome, options(decision)) == (Outcome.NEED_DATA, [])


def test_without_a_version_a_withdrawn_result_does_not_come_back_either(room: Room) -> None:
    unnumbered = resource(MRD)
    del unnumbered["meta"]
    room.send(full(unnumbered))
    room.send(alone({**unnumbered, "status": "entered-in-error"}))
    assert room.send(full(unnumbered)).decision.outcome is Outcome.NEED_DATA


def test_without_versions_what_comes_later_counts(room: Room) -> None:
    unnumbered = resource(MRD)
    del unnumbered["meta"]
    room.send(full(unnumbered))
    unnumbered["valueQuantity"]["value"] = 30
    assert room.send(full({**unnumbered, "status": "amended"})).decision.outcome is Outcome.RETRACT


# --- what is taken from before --------------------------------------------------------------------


def test_the_changed_result_alone_is_decided_with_the_rest_of_the_record(room: Room) -> None:
    room.send(FULL)
    answer = room.send(alone(versioned("amended", 2, 30)))
    replacement = answer.decision.replacement
    assert replacement is not None
    assert options(replacement) == sorted(POSITIVE_OPTIONS)
    taken = {one.source.reference for one in replacement.trace.taken_from_earlier}
    sent = {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in json.loads(FULL)["entry"]}
    assert taken == sent - {f"Observation/{MRD}"}
    assert {one.record for one in replacement.trace.taken_from_earlier} == {"0"}
    assert replacement.caveats[0].rule == answer.decision.caveats[0].rule == TAKEN_RULE
    whole = room.send(full(versioned("amended", 2, 30))).decision
    assert options(whole) == options(replacement)


def test_nothing_is_taken_for_a_result_that_changes_nothing(room: Room) -> None:
    room.send(FULL)
    decision = room.send(alone(versioned("amended", 2, 5))).decision
    assert decision.outcome is Outcome.NEED_DATA
    assert decision.trace.taken_from_earlier == ()


def test_what_was_taken_can_be_taken_again(room: Room) -> None:
    room.send(FULL)
    room.send(alone(versioned("amended", 2, 30)))
    decision = room.send(alone(versioned("corrected", 3, 2))).decision
    assert decision.outcome is Outcome.RETRACT
    assert options(decision.replacement) == sorted(NEGATIVE_OPTIONS)


# --- whose it is ----------------------------------------------------------------------------------


@pytest.mark.parametrize("fields", [{"tenant": "south"}, {"patient": "Patient/somebody-else"}])
def test_another_tenant_or_patient_is_not_concerned(room: Room, fields: dict[str, str]) -> None:
    room.send(FULL)
    decision = room.send(alone(versioned("entered-in-error", 2)), **fields).decision
    assert decision.retracted == ()


def test_another_client_of_the_tenant_is(room: Room) -> None:
    room.send(FULL)
    assert room.send(alone(versioned("entered-in-error", 2)), client="lab").decision.retracted


def test_a_new_result_is_no_change_of_an_old_one(room: Room) -> None:
    room.send(FULL)
    body = versioned("final", 1, 30)
    decision = room.send(full({**body, "id": "another"}, without=(MRD,))).decision
    assert decision.retracted == ()


# --- the record -----------------------------------------------------------------------------------


def test_a_replay_from_the_record_alone_comes_out_the_same(room: Room, shelf: FolderShelf) -> None:
    room.send(FULL)
    for content in (alone(versioned("amended", 2, 30)), FULL):
        answer = room.send(content)
        stored = read_stored_input(room.log.read(answer.receipt.index).input)
        compiled = shelf.get("midas-consolidation")
        facts = read(
            stored.request.resources, b"", "", compiled.pack,
            local_base=BASE, limits=Limits(), taken=stored.taken,
        )  # fmt: skip
        asked = Asked(compiled, AT, BASE)
        earlier = Earlier(earlier_suggestions(stored.earlier, asked), stored.earlier_complete)
        again = evaluate(facts, compiled, AT, InProcess(), earlier)
        assert decision_json(again) == decision_json(answer.decision)


def test_a_record_without_anything_earlier_keeps_its_form(room: Room) -> None:
    answer = room.send(FULL)
    assert b'"earlier' not in room.log.read(answer.receipt.index).input


def test_a_longer_history_than_is_looked_at_is_told(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pactolus_adapters.audit.ledger.HISTORY_RECORDS", 2)
    for hour in (5, 6, 7):
        room.send(FULL, evaluation_time=AT.replace(hour=hour))
    decision = room.send(alone(versioned("entered-in-error", 2))).decision
    assert [one.index for one in decision.retracted] == ["1", "2"]
    assert "more recorded answers than were looked at" in decision.reasons[-1].text
    assert read_stored_input(room.log.read(3).input).earlier_complete is False


# --- races ------------------------------------------------------------------------------------------


class Interrupted(MemoryAuditLog):
    """A log in which another process records something each time before an append."""

    def __init__(self) -> None:
        super().__init__(lambda: AT)
        self.before: list[Callable[[], object]] = []

    def append(self, record: NewRecord) -> tuple[Receipt, bytes]:
        """As the port says, after what is waiting to come in between."""
        if self.before:
            self.before.pop(0)()
        return super().append(record)


def test_a_suggestion_recorded_in_between_is_taken_back_too(shelf: FolderShelf, matcher: InProcess) -> None:
    log = Interrupted()
    here, there = Room(shelf, log, matcher), Room(shelf, log, matcher)
    here.send(FULL)
    later = AT.replace(minute=1)
    log.before = [lambda: there.send(FULL, evaluation_time=later)]
    decision = here.send(alone(versioned("entered-in-error", 2))).decision
    assert [one.index for one in decision.retracted] == ["0", "1"]


def test_of_two_that_retract_at_once_one_does(shelf: FolderShelf, matcher: InProcess) -> None:
    log = Interrupted()
    here, there = Room(shelf, log, matcher), Room(shelf, log, matcher)
    here.send(FULL)
    amended = full(versioned("amended", 2, 30))
    others: list[Answer] = []
    log.before = [lambda: others.append(there.send(amended))]
    mine = here.send(amended).decision
    assert others[0].decision.outcome is Outcome.RETRACT
    assert (mine.outcome, mine.retracted) == (Outcome.OFFER, ())


def test_a_patient_who_never_rests_is_given_up_and_recorded(shelf: FolderShelf, matcher: InProcess) -> None:
    log = Interrupted()
    here, there = Room(shelf, log, matcher), Room(shelf, log, matcher)
    log.before = [lambda: there.send(FULL), *[lambda: None, lambda: there.send(FULL)] * 7]
    with pytest.raises(PatientMoved):
        here.send(FULL)
    assert log.read(log.size() - 1).event == "failure"
