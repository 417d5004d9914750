"""Which records are found: by every filter, in pages, and who has looked at a patient's."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.trail.events import Actor, EventRecorder
from pactolus_adapters.trail.find import Found, Query, find
from pactolus_adapters.trail.page_tokens import page_token, read_page_token
from pactolus_adapters.trail.places import record_at
from pactolus_adapters.trail.recall import recall
from pactolus_engine.errors import InputInvalid, RecordNotFound
from tests.adapters.trail.room import AT, AUDITOR, IDENTIFIER, PATIENT, Room, the_shelf
from tests.contract.audit_log import fixed_clock, new_record
from tests.support.changed import FULL

OPERATOR = Actor("cli:somebody")


@pytest.fixture
def room() -> Room:
    return Room(the_shelf())


def _found(room: Room, query: Query, most: int | None = None, after: int = -1) -> Found:
    return find(room.log, room.events, OPERATOR, "audit list", query, after=after, most=most)


def _indexes(room: Room, query: Query) -> list[int]:
    return [one.index for one in _found(room, query).records]


def test_every_filter_narrows(room: Room) -> None:
    room.send(FULL)
    room.refuse()
    recall(room.log, room.events, AUDITOR, "here", 0)
    assert _indexes(room, Query()) == [0, 1, 2]
    assert _indexes(room, Query(events=("refusal",))) == [1]
    assert _indexes(room, Query(outcome="OFFER")) == [0]
    assert _indexes(room, Query(rule="offer-isa-krd-x6")) == [0]
    assert _indexes(room, Query(pack_id="midas-consolidation", pack_version="9.9.9")) == []
    assert _indexes(room, Query(about=0, events=("read",)))[:1] == [2]
    assert _indexes(room, Query(tenant="south")) == []
    assert _indexes(room, Query(until="2026-03-01T09:00:00.000000Z")) == []
    assert _indexes(room, Query(since="2026-03-01T09:00:00.000000Z", events=("evaluation",))) == [0]


def test_a_question_about_a_record_that_is_not_there_is_refused(room: Room) -> None:
    with pytest.raises(RecordNotFound):
        _found(room, Query(about=0))
    assert room.log.size() == 0


@pytest.mark.parametrize("index", [2**63 - 1, 2**63, 2**64 + 1])
def test_an_index_beyond_what_a_store_can_count_is_that_of_no_record(tmp_path: Path, index: int) -> None:
    log = SqliteAuditLog(tmp_path / "data", fixed_clock)
    with pytest.raises(RecordNotFound):
        record_at(log, index)
    log.close()


@pytest.mark.parametrize("name", [PATIENT, IDENTIFIER])
def test_looks_are_found_by_every_name_of_the_patient(room: Room, name: str) -> None:
    """A look is filed under one name alone; whoever asks by another must not learn that nobody looked."""
    room.send(FULL)
    recall(room.log, room.events, AUDITOR, "here", 0)
    found = _found(room, Query(patient=name, events=("read",)))
    assert [(one.index, one.client) for one in found.records] == [(1, "auditor")]
    assert found.knows_patient


def test_a_list_of_one_patient_is_a_look_at_that_patient(room: Room) -> None:
    room.send(FULL)
    _found(room, Query(patient=PATIENT))
    (look,) = _found(room, Query(patient=PATIENT, events=("read",), tenant="north")).records
    assert (look.index, look.client, look.tenant) == (1, "cli:somebody", "north")
    details = json.loads(room.log.read(1).input)
    assert details["door"] == "audit list"
    assert details["patient_pseudonyms"].split(",") == sorted(
        {*room.log.pseudonyms("north", (PATIENT,)), *room.log.pseudonyms("north", (IDENTIFIER,))}
    )
    assert b"testpatient" not in room.log.read(1).input


def test_an_unknown_name_is_no_patient_without_looks(room: Room) -> None:
    assert not _found(room, Query(patient="Patient/unheard-of")).knows_patient
    room.send(FULL)
    assert not _found(room, Query(patient="Patient/unheard-of")).knows_patient
    assert not _found(room, Query(patient=PATIENT, tenant="south")).knows_patient


def test_the_look_of_a_list_tells_its_filters_and_no_other(room: Room) -> None:
    _found(room, Query(outcome="HOLD", events=("evaluation", "refusal"), pack_id="a", pack_version="1.0.0"))
    assert json.loads(room.log.read(0).input) == {
        "door": "audit list",
        "events": "evaluation,refusal",
        "outcome": "HOLD",
        "pack": "a@1.0.0",
    }


# --- pages


def _log(count: int) -> tuple[MemoryAuditLog, EventRecorder]:
    log = MemoryAuditLog(lambda: AT)
    for number in range(count):
        log.append(replace(new_record(f"r{number}"), outcome="HOLD" if number % 3 else "OFFER"))
    return log, EventRecorder(log, lambda: AT + timedelta(days=1))


def _pages(log: MemoryAuditLog, events: EventRecorder, query: Query, size: int) -> Iterator[list[int]]:
    """Page after page by their tokens; before each, somebody else records something."""
    token = ""
    while True:
        log.append(replace(new_record(f"late-{log.size()}"), outcome="OFFER"))
        after = read_page_token(query, token)
        found = find(log, events, AUDITOR, "here", query, after=after, most=size)
        yield [one.index for one in found.records]
        if found.is_last:
            return
        token = page_token(query, found.records[-1].index)
        if log.size() > 200:
            return


@given(st.integers(0, 12), st.integers(2, 7), st.sampled_from(["", "OFFER", "HOLD"]))
def test_pages_hold_every_record_once_whatever_is_added_meanwhile(
    count: int, size: int, outcome: str
) -> None:
    log, events = _log(count)
    query = Query(events=("evaluation",), outcome=outcome, tenant="north")
    pages = list(_pages(log, events, query, size))
    told = [index for page in pages for index in page]
    assert all(len(page) <= size for page in pages)
    assert told == sorted(set(told))
    there = [index for index in range(count) if outcome in {"", log.read(index).outcome}]
    assert [index for index in told if index < count] == there


@given(st.integers(0, 2**63 - 1), st.sampled_from(["", "Patient/p1"]), st.sampled_from([None, "", "north"]))
def test_a_token_leads_back_to_its_place_and_to_no_other_list(
    place: int, patient: str, tenant: str | None
) -> None:
    query = Query(patient=patient, tenant=tenant)
    token = page_token(query, place)
    assert read_page_token(query, token) == place
    for other in (
        replace(query, patient="Patient/p2"),
        replace(query, tenant="south"),
        replace(query, rule="r"),
        replace(query, pack_id="r"),
        replace(query, events=("read",)),
    ):
        with pytest.raises(InputInvalid):
            read_page_token(other, token)


@given(st.text(max_size=40))
def test_what_is_no_token_is_refused(text: str) -> None:
    if text:
        with pytest.raises(InputInvalid) as caught:
            read_page_token(Query(), text)
        assert [one.field for one in caught.value.violations] == ["page_token"]


def test_a_token_that_was_made_up_for_no_index_is_refused() -> None:
    assert read_page_token(Query(), page_token(Query(), 2**63 - 1)) == 2**63 - 1
    with pytest.raises(InputInvalid):
        read_page_token(Query(), page_token(Query(), 2**63))


def test_a_token_has_one_spelling() -> None:
    token = page_token(Query(), 3)
    for other in (f"{token}=", f" {token}", token[:-4], f"{token}AAAA", token.swapcase()):
        with pytest.raises(InputInvalid):
            read_page_token(Query(), other)
