"""Records of a log for a replay: one row for each index, and what is wrong with a record said in its row."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.audit.sqlite import SqliteAuditLog, SqliteAuditReader
from pactolus_adapters.replay.batches import RecordRow, record_rows
from pactolus_adapters.replay.sources.log import LogSource
from pactolus_adapters.replay.spec import Partition
from pactolus_engine import record
from pactolus_engine.errors import AuditUnavailable, PactolusError
from pactolus_engine.ports import PrunePayloads, StoredRecord
from pactolus_engine.trail import AuditTrail
from tests.adapters.trail.logs import copied, erase, fill, made_store
from tests.contract.audit_log import fixed_clock, new_record
from tests.contract.audit_trail import event
from tests.faults.tamper import attacking


def rows_of(log: AuditTrail, first: int, end: int) -> list[RecordRow]:
    """The rows of one partition."""
    return [row for batch in LogSource(log).read(Partition(0, first, end)) for row in record_rows(batch)]


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed store: thirty records about three patients in turn; number 30 erased `Patient/1`."""
    return made_store(tmp_path_factory.mktemp("made") / "data")


@pytest.fixture
def store(closed: Path, tmp_path: Path) -> Path:
    """A copy to tamper with."""
    return copied(closed, tmp_path)


def _rows_of_store(directory: Path, size: int = 31) -> list[RecordRow]:
    with closing(SqliteAuditReader(directory, fixed_clock)) as reader:
        return rows_of(reader, 0, size)


def _others(rows: list[RecordRow], index: int) -> list[RecordRow]:
    return [row for row in rows if row.index != index]


def test_a_record_is_given_with_its_place_and_its_content() -> None:
    log = MemoryAuditLog(fixed_clock)
    receipt, _ = log.append(new_record(about=b"a marrow"))
    (row,) = rows_of(log, 0, 1)
    assert row == RecordRow(
        0,
        "evaluation",
        "midas-consolidation",
        "2026-03-01T09:30:15.000250Z",
        receipt.leaf_hash,
        b"input of a marrow",
        b"output of a marrow",
    )


@pytest.mark.parametrize("partition", [(0, 0), (0, 1), (0, 64), (63, 65), (64, 200), (5, 200)])
def test_every_index_of_a_partition_has_one_row(partition: tuple[int, int]) -> None:
    log = MemoryAuditLog(fixed_clock)
    fill(log, 200)
    rows = rows_of(log, *partition)
    assert [row.index for row in rows] == list(range(*partition))
    assert all(row.problem == "" and row.input for row in rows)


def test_what_was_erased_is_told(closed: Path) -> None:
    rows = _rows_of_store(closed)
    gone = [row for row in rows if row.problem]
    assert [row.index for row in gone] == list(range(1, 30, 3))
    assert gone[0] == replace(
        rows[1],
        event="evaluation",
        pack_id="midas-consolidation",
        input=b"",
        output=b"",
        problem="erased",
        detail="erased by record `30`; its proof stands",
    )
    assert rows[30].event == "erasure"


def test_what_was_pruned_is_told() -> None:
    log = MemoryAuditLog(fixed_clock)
    fill(log, 5)
    log.append(event("pruning", change=PrunePayloads(3)))
    assert [row.problem for row in rows_of(log, 0, 6)] == ["erased"] * 3 + [""] * 3


TAMPERED = {
    "leaf": lambda attacker: attacker.edit_leaf(5),
    "leaf and hash": lambda attacker: (attacker.edit_leaf(5), attacker.rehash(5)),
    "event": lambda attacker: attacker.do(
        "UPDATE audit_entry SET leaf = CAST(replace(CAST(leaf AS TEXT), 'evaluation', 'export') AS BLOB) WHERE seq = 5"
    ),
    "index row": lambda attacker: attacker.edit_index(5, "outcome", "HOLD"),
    "payload": lambda attacker: attacker.edit_payload(5),
    "payload gone": lambda attacker: attacker.delete_payload(5),
    "payload gone, another blamed": lambda attacker: attacker.empty_payload(5, 29),
    "payload gone, an eraser of others blamed": lambda attacker: attacker.empty_payload(5, 30),
    "payload gone, nobody there to blame": lambda attacker: attacker.empty_payload(5, 77),
    "all of it gone": lambda attacker: attacker.delete(5),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_altered_is_told_and_the_others_are_read(closed: Path, store: Path, how: str) -> None:
    with attacking(store) as attacker:
        TAMPERED[how](attacker)
    rows = _rows_of_store(store)
    altered = rows[5]
    assert (altered.index, altered.problem, altered.input, altered.output) == (5, "tampered", b"", b"")
    assert altered.detail
    # By another word in the leaf it could be passed over.
    assert (altered.event, altered.pack_id) == ("", "")
    assert _others(rows, 5) == _others(_rows_of_store(closed), 5)


@pytest.mark.parametrize("by", [4, 29, 30])
def test_a_key_that_is_said_to_be_destroyed_by_a_record_that_did_not_is_altered(store: Path, by: int) -> None:
    with attacking(store) as attacker:
        attacker.do(
            "UPDATE data_key SET destroyed_by = ? "
            "WHERE key_id = (SELECT key_id FROM audit_payload WHERE seq = 5)",
            (by,),
        )
    problems = {row.index: row.problem for row in _rows_of_store(store)}
    assert [index for index, problem in problems.items() if problem == "tampered"] == list(range(2, 30, 3))


def test_records_that_changed_places_are_both_altered(store: Path) -> None:
    with attacking(store) as attacker:
        attacker.swap(5, 6)
    assert [row.index for row in _rows_of_store(store) if row.problem == "tampered"] == [5, 6]


def test_the_end_of_a_log_that_was_cut_is_missing(store: Path) -> None:
    with attacking(store) as attacker:
        attacker.truncate(30)
    assert _rows_of_store(store)[30] == RecordRow(
        30, problem="tampered", detail="record `30` is missing from the store"
    )


def later_version(monkeypatch: pytest.MonkeyPatch, log: AuditTrail) -> None:
    """Records as a later version of Pactolus would, with a leaf of another schema."""
    with monkeypatch.context() as later:
        later.setattr(record, "SCHEMA_VERSION", "2")
        log.append(new_record("from-later"))


def test_a_leaf_of_another_version_is_an_error_and_no_forgery(monkeypatch: pytest.MonkeyPatch) -> None:
    log = MemoryAuditLog(fixed_clock)
    fill(log, 2)
    later_version(monkeypatch, log)
    fill(log, 4)
    rows = rows_of(log, 0, 4)
    assert [row.problem for row in rows] == ["", "", "error", ""]
    assert rows[2] == RecordRow(
        2,
        leaf_hash=rows[2].leaf_hash,
        problem="error",
        detail="record `2` has a leaf that this version cannot read",
    )


def test_an_erased_record_of_another_version_is_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    log = MemoryAuditLog(fixed_clock)
    later_version(monkeypatch, log)
    log.append(event("pruning", change=PrunePayloads(1)))
    assert [(row.event, row.problem) for row in rows_of(log, 0, 1)] == [("", "erased")]


def test_records_under_a_lost_key_are_erased(tmp_path: Path) -> None:
    with closing(SqliteAuditLog(tmp_path / "data", fixed_clock)) as log:
        fill(log, 2)
    with attacking(tmp_path / "data") as attacker:
        attacker.do("UPDATE data_key SET wrapped_by = 'another'")
    rows = _rows_of_store(tmp_path / "data", 2)
    assert [row.problem for row in rows] == ["erased", "erased"]
    assert "was lost" in rows[0].detail


def test_a_store_that_cannot_be_read_ends_the_replay() -> None:
    log = MemoryAuditLog(fixed_clock)
    fill(log, 100)
    batches = LogSource(log).read(Partition(0, 0, 100))
    next(batches)
    log.close()
    with pytest.raises(AuditUnavailable, match="closed"):
        next(batches)


class _Failing(MemoryAuditLog):
    """A log of which one record cannot be fetched, for a reason that says nothing of the record."""

    def opened(self, first: int, end: int) -> Iterator[tuple[int, StoredRecord | PactolusError]]:
        """As the port says."""
        for index, found in super().opened(first, end):
            yield index, AuditUnavailable("the connection was lost") if index == 1 else found


def test_a_failure_of_the_store_is_never_held_against_a_record() -> None:
    log = _Failing(fixed_clock)
    fill(log, 3)
    with pytest.raises(AuditUnavailable, match="connection was lost"):
        rows_of(log, 0, 3)


def test_a_writer_is_not_kept_waiting_between_pages(tmp_path: Path) -> None:
    with closing(SqliteAuditLog(tmp_path / "data", fixed_clock)) as log:
        fill(log, 130)
        with closing(SqliteAuditReader(tmp_path / "data", fixed_clock)) as reader:
            batches = LogSource(reader).read(Partition(0, 0, 130))
            first = next(batches)
            erase(log, 1)
            fill(log, 200)
            later = [row for batch in batches for row in record_rows(batch)]
    assert all(not row.problem for row in record_rows(first))
    assert [row.index for row in later if row.problem == "erased"] == list(range(64, 130, 3))
