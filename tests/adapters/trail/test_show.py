"""What an auditor sees of a record, and what is left of one that was erased."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.tlog.checkpoint import read_checkpoint
from pactolus_adapters.tlog.cosignature import Cosigner, cosignature_line
from pactolus_adapters.tlog.note import read_note
from pactolus_adapters.trail.events import Actor
from pactolus_adapters.trail.feedback import Feedback, FeedbackAction, record_feedback
from pactolus_adapters.trail.show import Shown, show
from pactolus_engine.errors import AuditUnavailable, InputInvalid, RecordNotFound
from pactolus_engine.record import leaf_hash
from tests.adapters.trail.room import AUDITOR, Room, the_shelf
from tests.support.changed import FULL, full, versioned

OPERATOR = Actor("cli:somebody")


@pytest.fixture
def room() -> Room:
    return Room(the_shelf())


def _shown(room: Room, wanted: int | str, tenant: str | None = None) -> Shown:
    return show(room.log, room.events, OPERATOR, wanted, tenant)


def test_a_decision_is_shown_with_all_that_it_rests_on(room: Room) -> None:
    answer = room.send(FULL)
    shown = _shown(room, 0)
    assert (shown.decision, shown.bundle) == (answer.decision, answer.bundle)
    assert shown.stored is not None
    assert shown.stored.request.resources == (FULL,)
    assert shown.leaf["pack_digest"] == answer.decision.pack.digest
    assert (shown.place.client, shown.place.tenant) == ("ehr", "north")
    assert shown.gone == ""


def test_the_look_is_recorded_under_the_patient_and_by_whom(room: Room) -> None:
    room.send(FULL)
    shown = _shown(room, 0)
    (look,) = [one.place for one in shown.later]
    assert (look.event, look.client, look.tenant, look.about) == ("read", "cli:somebody", "north", 0)
    assert look.patient_pseudonym == shown.place.patient_pseudonym != ""
    assert json.loads(room.log.read(1).input) == {"door": "audit show", "event": "evaluation", "index": "0"}


def test_a_decision_is_found_by_its_id_in_its_latest_record(room: Room) -> None:
    answer = room.send(FULL)
    assert room.send(FULL).decision.decision_id == answer.decision.decision_id
    assert _shown(room, answer.decision.decision_id).place.index == 1


@pytest.mark.parametrize("wanted", [5, -1, "0" * 64])
def test_what_is_not_there_is_not_found(room: Room, wanted: int | str) -> None:
    room.send(FULL)
    with pytest.raises(RecordNotFound):
        _shown(room, wanted)


def test_a_record_of_another_tenant_is_not_found(room: Room) -> None:
    answer = room.send(FULL)
    for wanted in (0, answer.decision.decision_id):
        with pytest.raises(RecordNotFound):
            _shown(room, wanted, "south")


def test_a_refusal_is_shown_with_its_places_and_the_pack_that_was_asked(room: Room) -> None:
    room.refuse(pack_id="midas-endpoint")
    shown = _shown(room, 0)
    assert isinstance(shown.refused, InputInvalid)
    assert shown.decision is None
    assert shown.leaf["pack_id"] == shown.place.pack_id == "midas-endpoint"
    assert shown.stored is not None
    assert shown.stored.decided.pack.digest == shown.leaf["pack_digest"] != ""


def test_another_event_is_shown_with_its_details(room: Room) -> None:
    room.send(FULL)
    _shown(room, 0)
    assert _shown(room, 1).details == {"door": "audit show", "event": "evaluation", "index": "0"}


# --- what came later


def test_a_feedback_and_a_retraction_are_told(room: Room) -> None:
    room.send(FULL)
    given = Feedback(0, FeedbackAction.ACCEPTED, option="isa-krd-x6")
    record_feedback(room.log, room.events, AUDITOR, given)
    room.send(full(versioned("entered-in-error", 2)))
    shown = _shown(room, 0)
    assert shown.taken_back_by == 2
    (feedback,) = [one for one in shown.later if one.place.event == "feedback"]
    assert (feedback.details["action"], feedback.details["option"]) == ("accepted", "isa-krd-x6")
    assert _shown(room, 2).taken_back_by is None


def test_an_erased_record_is_known_and_proved_and_not_read(room: Room) -> None:
    room.send(FULL)
    room.log.publish()
    room.erase()
    shown = _shown(room, 0)
    assert "erased by record `1`" in shown.gone
    assert shown.erased_by is not None
    assert (shown.erased_by.index, shown.erased_by.event) == (1, "erasure")
    assert shown.leaf["pack_id"] == "midas-consolidation"
    assert shown.proof.is_verified
    assert (shown.decision, shown.stored, shown.bundle) == (None, None, b"")


# --- the proof


def test_a_record_is_not_yet_signed_and_then_proved(room: Room) -> None:
    room.send(FULL)
    before = _shown(room, 0).proof
    assert (before.size, before.is_verified, before.fault) == (None, False, "")
    note = room.log.publish()
    proof = _shown(room, 0).proof
    assert (proof.size, proof.is_verified, proof.cosigned_by) == (2, True, ())
    assert proof.root == read_checkpoint(read_note(note)[0]).root
    assert proof.leaf_hash == leaf_hash(room.log.read(0).leaf)


def test_the_newest_cosigned_checkpoint_is_told(room: Room) -> None:
    room.send(FULL)
    for _ in range(2):
        note = room.log.publish()
        _shown(room, 0)
    size = read_checkpoint(read_note(note)[0]).size
    witness = Cosigner("witness.example/w1", bytes(range(32)))
    room.log.add_cosignature(size, witness.name, cosignature_line(note, witness, 1_772_000_000))
    room.log.publish()
    proof = _shown(room, 0).proof
    assert (proof.size, proof.cosigned_by, proof.is_verified) == (size, ("witness.example/w1",), True)


def test_torn_tiles_are_a_finding_and_no_proof(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.send(FULL)
    room.log.publish()

    def torn(*_: Any) -> list[bytes]:
        raise AuditUnavailable("the tiles of the audit log are torn")

    monkeypatch.setattr(MemoryAuditLog, "inclusion_proof", torn)
    proof = _shown(room, 0).proof
    assert (proof.is_verified, proof.fault) == (False, "the tiles of the audit log are torn")


@pytest.mark.parametrize("change", [lambda path: path[:-1], lambda path: [bytes(32), *path[1:]]])
def test_a_path_that_leads_elsewhere_is_a_finding(
    room: Room, monkeypatch: pytest.MonkeyPatch, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    room.send(FULL)
    room.refuse()
    room.log.publish()
    path = room.log.inclusion_proof(0, 2)
    monkeypatch.setattr(MemoryAuditLog, "inclusion_proof", lambda *_: change(path))
    proof = _shown(room, 0).proof
    assert not proof.is_verified
    assert "inclusion proof" in proof.fault


def test_a_leaf_that_was_altered_is_named(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.send(FULL)
    whole = next(room.log.entries(0, 1))
    monkeypatch.setattr(MemoryAuditLog, "entries", lambda *_: iter([replace(whole, leaf=b"{")]))
    with pytest.raises(AuditUnavailable, match="record `0` of the audit log was altered"):
        _shown(room, 0)
