"""An export as NDJSON: recorded first, proved line by line, silent about patients unless it is told otherwise."""

import json
import tracemalloc
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import pytest

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.audit.sqlite_open import DATABASE_FILE
from pactolus_adapters.tlog.checkpoint import Checkpoint, open_checkpoint
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.tlog.verify import hash_leaf, verify_inclusion
from pactolus_adapters.trail.events import Actor
from pactolus_adapters.trail.export_request import WITH_PATIENT_DATA, WITHOUT_PATIENT_DATA, Wanted
from pactolus_engine.decision import Outcome
from pactolus_engine.errors import InputInvalid
from pactolus_engine.trail import AuditTrail
from tests.contract.audit_log import fixed_clock, new_record
from tests.support.audit_exports import ERASED, HOSTILE, a_full_log, a_log_of, evaluation, exporter
from tests.support.decisions import a_decision

Line = dict[str, Any]


def _lines(log: AuditTrail, wanted: Wanted, actor: Actor | None = None) -> list[Line]:
    return [json.loads(line) for line in exporter(log, actor).lines(wanted)]


def _records(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line["kind"] == "record"]


@pytest.fixture(scope="module")
def full() -> MemoryAuditLog:
    return a_full_log()


def _checkpoint(lines: list[Line]) -> Checkpoint:
    verifier = NoteVerifier.from_text(lines[0]["verifier_key"])
    return open_checkpoint(lines[-1]["note"].encode(), [verifier])[0]


def _is_proved(line: Line, checkpoint: Checkpoint) -> bool:
    leaf = b64decode(line["leaf_base64"])
    assert json.loads(leaf) == line["leaf"]
    assert hash_leaf(leaf).hex() == line["leaf_hash"]
    proof = [b64decode(one) for one in line["inclusion"]["hashes"]]
    verify_inclusion(hash_leaf(leaf), line["index"], checkpoint.size, proof, checkpoint.root)
    return line["inclusion"]["tree_size"] == checkpoint.size


def test_the_export_is_recorded_before_its_first_byte_leaves() -> None:
    log = a_log_of(3)
    lines = exporter(log, Actor("cli:somebody")).lines(Wanted("ndjson", 1, 3, with_patient_data=True))
    assert log.size() == 4
    recorded = log.read(3)
    assert recorded.event == "export"
    assert json.loads(recorded.input) == {
        "format": "ndjson",
        "first_index": "1",
        "end_index": "3",
        "since": "",
        "until": "",
        "tenants": "all",
        "patient_data": "true",
    }
    header = json.loads(next(lines))
    assert (header["recorded_as"], header["log_origin"]) == (3, log.origin)


@pytest.mark.parametrize(("told", "words"), [(True, WITH_PATIENT_DATA), (False, WITHOUT_PATIENT_DATA)])
def test_the_first_line_says_whether_patient_data_follow(
    full: MemoryAuditLog, told: bool, words: str
) -> None:
    first = next(exporter(full).lines(Wanted("ndjson", with_patient_data=told)))
    assert (json.loads(first)["contents"], json.loads(first)["patient_data"]) == (words, told)
    assert words.encode() in first


@pytest.mark.parametrize("told", [True, False])
def test_each_line_can_be_proved_alone_by_the_checkpoint_in_the_last(
    full: MemoryAuditLog, told: bool
) -> None:
    lines = _lines(full, Wanted("ndjson", 4, 27, with_patient_data=told))
    checkpoint = _checkpoint(lines)
    records = _records(lines)
    assert [line["index"] for line in records] == list(range(4, 27))
    assert all(_is_proved(line, checkpoint) for line in records)
    assert lines[-1]["records"] == len(records) == 23
    assert {line["problem"] for line in records} == {""}
    assert checkpoint.size > lines[0]["recorded_as"]


def test_without_the_flag_no_patient_is_told(full: MemoryAuditLog) -> None:
    plain = b"".join(exporter(full).lines(Wanted("ndjson", with_patient_data=True)))
    public = b"".join(exporter(full).lines(Wanted("ndjson")))
    decision = a_decision(Outcome.OFFER)
    secrets = (
        decision.decision_id,
        "Observation/mrd-1",
        "Perrot",
        "0.00001000",
        "valueQuantity",
        "asked for",
    )
    for secret in secrets:
        assert (secret.encode() in plain, secret.encode() in public) == (True, False), secret
    assert all(
        "input" not in line and "decision" not in line for line in map(json.loads, public.splitlines())
    )


def test_with_the_flag_a_record_holds_what_was_sent_to_the_letter() -> None:
    decision = a_decision(Outcome.OFFER)
    log = a_full_log()
    index = log.append(evaluation(decision, "again"))[0].index
    (raw,) = (
        line
        for line in exporter(log).lines(Wanted("ndjson", index, index + 1, with_patient_data=True))
        if b'"kind":"record"' in line
    )
    line = json.loads(raw)
    sent, unreadable = line["input"]["request"]["resources"]
    assert sent == '{"resourceType": "Observation",\n "valueQuantity": {"value": 0.00001000}}'
    assert unreadable == {"base64": "/w=="}
    assert line["decision"]["decision_id"] == decision.decision_id
    assert line["bundle"]["resourceType"] == "Bundle"
    assert (line["outcome"], line["request_id"], line["client"]) == ("OFFER", "again", "ehr")


def test_refusals_and_events_tell_what_they_hold(full: MemoryAuditLog) -> None:
    lines = {line["event"]: line for line in _records(_lines(full, Wanted("ndjson", with_patient_data=True)))}
    assert lines["refusal"]["refusal"]["violations"][0][0] == "Observation.status"
    assert lines["failure"]["refusal"]["text"] == "internal error"
    assert lines["feedback"]["details"] == {"said": HOSTILE}
    assert lines["feedback"]["about"] == 3


def test_an_erased_record_keeps_its_leaf_and_proof_and_says_who_erased_it(full: MemoryAuditLog) -> None:
    lines = _lines(full, Wanted("ndjson", with_patient_data=True))
    (erased,) = (line for line in _records(lines) if line["erased_by"] is not None and line["index"] > 0)
    (erasure,) = (line for line in _records(lines) if line["index"] == erased["erased_by"])
    assert erasure["leaf"]["destroyed_key_id"] == erased["leaf"]["key_id"]
    assert _is_proved(erased, _checkpoint(lines))
    assert f"was erased by record `{erased['erased_by']}`" in erased["unread"]
    assert ERASED not in json.dumps(erased)
    assert (erased["outcome"], erased["patient_pseudonym"]) == ("", "")


def test_only_the_wanted_time_is_exported() -> None:
    log = a_log_of(5)  # a second apart
    wanted = Wanted("ndjson", since="2026-03-01T09:00:01.000000Z", until="2026-03-01T09:00:04.000000Z")
    assert [line["index"] for line in _records(_lines(log, wanted))] == [1, 2, 3]


def test_a_tenant_gets_its_own_records_alone() -> None:
    log = a_log_of(2)
    log.append(evaluation(a_decision(Outcome.HOLD)))
    log.append(new_record("last"))
    lines = _lines(log, Wanted("ndjson", tenant="clinic", with_patient_data=True), Actor("ehr", "clinic"))
    assert [line["index"] for line in _records(lines)] == [2]
    assert "north" not in json.dumps(lines)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted("ndjson", first=4),
        Wanted("ndjson", first=-1),
        Wanted("ndjson", first=2, end=1),
        Wanted("ndjson", end=4),
        Wanted("ndjson", end=-1),
        Wanted("ndjson", since="2026-03-02T00:00:00.000000Z", until="2026-03-01T00:00:00.000000Z"),
    ],
)
def test_a_range_that_is_none_is_refused_and_not_recorded(wanted: Wanted) -> None:
    log = a_log_of(3)
    with pytest.raises(InputInvalid):
        exporter(log).lines(wanted)
    assert log.size() == 3


def test_what_is_wrong_with_a_record_is_said_and_the_others_follow(tmp_path: Path) -> None:
    log = SqliteAuditLog(tmp_path, fixed_clock)
    for number in range(6):
        log.append(evaluation(a_decision(Outcome.HOLD), f"request-{number}"))
    connection = apsw.Connection(str(tmp_path / DATABASE_FILE))
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    for statement in (
        "PRAGMA foreign_keys = OFF",
        *(f"DROP TRIGGER {name}" for name in names),
        "UPDATE audit_entry SET leaf = CAST(replace(CAST(leaf AS TEXT), '1.0.0', '1.0.1') AS BLOB) WHERE seq = 1",
        "DELETE FROM audit_entry WHERE seq = 2",
        "DELETE FROM audit_index WHERE seq = 3",
        "UPDATE audit_payload SET ciphertext = x'' WHERE seq = 4",
    ):
        connection.execute(statement)
    connection.close()
    lines = _records(_lines(log, Wanted("ndjson", with_patient_data=True)))
    log.close()
    problems = [line["problem"] for line in lines]
    assert problems[0] == problems[5] == ""
    assert problems[1:5] == [
        "its leaf does not match its leaf hash",
        "the record is missing from the store",
        "its row in the index is missing",
        "its payload is gone and no record says why",
    ]
    assert ["unread" in line for line in lines] == [False, True, True, True, True, False]


def test_memory_stays_flat() -> None:
    def peak(count: int) -> int:
        log = MemoryAuditLog(fixed_clock)
        for number in range(count):
            details = json.dumps({"said": "x" * 20_000}).encode()
            log.append(replace(new_record(f"r-{number}"), event="read", input=details))
        lines = exporter(log).lines(Wanted("ndjson", with_patient_data=True))
        tracemalloc.start()
        try:
            assert sum(len(line) > 10_000 for line in lines) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(400) < 2 * peak(80)


def test_a_payload_of_another_form_is_said_and_ends_nothing() -> None:
    lines = _records(_lines(a_log_of(2), Wanted("ndjson", with_patient_data=True)))
    assert [line["unread"] for line in lines] == ["its payload has a form that this version cannot read"] * 2
