"""Records out of Parquet exports: the rows of the log itself, and every damage said in its row."""

import pickle
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.replay.sources import export
from pactolus_adapters.replay.sources.export import ExportSource
from pactolus_adapters.replay.sources.export_file import ExportUnreadable
from pactolus_adapters.replay.sources.log import LogSource
from pactolus_adapters.replay.spec import Partition
from pactolus_adapters.trail import export_parquet
from pactolus_adapters.trail.export_request import Wanted
from pactolus_engine import record as record_module
from pactolus_engine.ports import DestroyKey, PrunePayloads
from pactolus_engine.record import commitment_bytes, leaf_hash, read_commitment
from tests.adapters.trail.logs import erase, fill, made_store
from tests.contract.audit_log import fixed_clock, new_record
from tests.contract.audit_trail import event
from tests.faults.tamper import attacking
from tests.support.audit_exports import a_log_of, exporter
from tests.support.parquet_exports import Rows, exported, metadata_of, rewritten, rows_of, rows_of_export

_STEPS = st.lists(st.sampled_from(["0", "1", "2", "read", "refusal", "erase", "prune"]), max_size=12)


def _small_log(steps: list[str]) -> MemoryAuditLog:
    log = MemoryAuditLog(fixed_clock)
    for number, step in enumerate(steps):
        match step:
            case "read" | "refusal":
                log.append(replace(new_record(""), event=step, outcome="", rules=()))
            case "erase":
                for key_id in log.keys_of("north", ("Patient/1",)):
                    log.append(event("erasure", change=DestroyKey(key_id)))
            case "prune":
                log.append(event("pruning", change=PrunePayloads(log.size() // 2)))
            case _:
                log.append(new_record(f"r-{number}", about=str(number).encode(), patient=f"Patient/{step}"))
    return log


@given(steps=_STEPS)
@settings(max_examples=40, deadline=None)
def test_an_export_gives_the_rows_of_the_log(steps: list[str]) -> None:
    log = _small_log(steps)
    size = log.size()
    with TemporaryDirectory() as folder:
        source = ExportSource(exported(log, Path(folder) / "records.parquet"))
        assert (source.first, source.end) == (0, size)
        assert rows_of(source, 0, size) == rows_of(LogSource(log), 0, size)


@given(steps=_STEPS)
@settings(max_examples=20, deadline=None)
def test_without_patient_data_it_gives_the_same_but_what_is_not_in_it(steps: list[str]) -> None:
    log = _small_log(steps)
    with TemporaryDirectory() as folder:
        rows = rows_of_export(exported(log, Path(folder) / "records.parquet", with_patient_data=False))
    for row, whole in zip(rows, rows_of(LogSource(log), 0, len(rows)), strict=True):
        if whole.problem:
            assert row == whole
        else:
            detail = "exported without patient data"
            assert row == replace(whole, input=b"", output=b"", problem="input-missing", detail=detail)


@pytest.mark.parametrize("partition", [(0, 0), (0, 1), (255, 257), (200, 600), (599, 600)])
def test_a_partition_has_one_row_for_each_index(
    log: MemoryAuditLog, whole: Path, partition: tuple[int, int]
) -> None:
    assert pq.read_metadata(whole).num_row_groups == 3
    rows = rows_of(ExportSource(whole), *partition)
    assert rows == rows_of(LogSource(log), *partition)
    assert len(rows) == partition[1] - partition[0]


def test_it_says_what_it_holds(log: MemoryAuditLog, whole: Path) -> None:
    source = ExportSource(whole)
    checkpoint = log.latest_checkpoint()
    assert checkpoint is not None
    assert (source.first, source.end) == (0, 600)
    told = source.described()
    assert told["kind"] == "export"
    assert (told["origin"], told["verifier_key"]) == (log.origin, log.verifier_key)
    assert told["root"] == log.root(int(told["tree_size"])).hex()
    assert (told["files"], told["files_with_patient_data"], told["unreadable"]) == ("1", "1", "")


def test_it_is_the_same_in_another_process(whole: Path) -> None:
    source = ExportSource(whole, metadata_of(whole)["verifier_key"])
    again = pickle.loads(pickle.dumps(source))
    assert again.described() == source.described()
    assert rows_of(again, 250, 270) == rows_of(source, 250, 270)


def test_a_worker_does_not_go_on_with_another_export(log: MemoryAuditLog, copy: Path) -> None:
    carried = pickle.dumps(ExportSource(copy))
    copy.unlink()
    exported(log, copy, 0, 300)
    with pytest.raises(ExportUnreadable) as refused:
        pickle.loads(carried)
    assert "changed since" in refused.value.violations[0].description


# --- what is wrong with one record ----------------------------------------------------------------


def _with(**cells: Any) -> Callable[[Rows], None]:
    def edit(rows: Rows) -> None:
        rows[5].update({name: cell(rows) if callable(cell) else cell for name, cell in cells.items()})

    return edit


def _exchange(*names: str) -> Callable[[Rows], None]:
    def edit(rows: Rows) -> None:
        for name in names:
            rows[5][name], rows[6][name] = rows[6][name], rows[5][name]

    return edit


FORGED: dict[str, Callable[[Rows], Any]] = {
    "leaf": _with(leaf=lambda rows: rows[5]["leaf"].replace(b"1.0.0", b"1.0.1")),
    "leaf of another record": _exchange("leaf"),
    "leaf and leaf hash of another record": _exchange("leaf", "leaf_hash"),
    "whole other record": _exchange(
        "leaf", "leaf_hash", "inclusion", "input", "output", "input_salt", "output_salt"
    ),
    "no leaf": _with(leaf=None),
    "no leaf hash": _with(leaf_hash=None),
    "leaf hash": _with(leaf_hash=bytes(32)),
    "no proof": _with(inclusion=None),
    "empty proof": _with(inclusion=[]),
    "proof with a hole": _with(inclusion=lambda rows: [None, *rows[5]["inclusion"][1:]]),
    "short proof": _with(inclusion=lambda rows: rows[5]["inclusion"][:-1]),
    "short hash in the proof": _with(inclusion=lambda rows: [b"x", *rows[5]["inclusion"][1:]]),
    "input": _with(input=b"input of another request"),
    "output": _with(output=b"OFFER"),
    "no input": _with(input=None),
    "no salt": _with(input_salt=None),
    "short salt": _with(output_salt=b"salt"),
    "bytes moved from salt to input": _with(
        input_salt=lambda rows: rows[5]["input_salt"] + rows[5]["input"][:1],
        input=lambda rows: rows[5]["input"][1:],
    ),
    "a problem": _with(problem="its row in the index is missing"),
    "payload erased by a record that says nothing of it": _with(
        input=None, output=None, input_salt=None, output_salt=None, erased_by=7
    ),
    "twice, once altered": lambda rows: [*rows[:6], {**rows[5], "output": b"OFFER"}, *rows[6:]],
    "twice, first altered": lambda rows: [*rows[:5], {**rows[5], "output": b"OFFER"}, *rows[5:]],
}


@pytest.mark.parametrize("how", FORGED)
def test_a_record_that_is_not_what_was_recorded_is_told_and_the_others_are_read(
    whole: Path, copy: Path, how: str
) -> None:
    rows, before = rows_of_export(rewritten(copy, FORGED[how])), rows_of_export(whole)
    assert [row.index for row in rows] == list(range(600))
    assert (rows[5].problem, rows[5].input, rows[5].output) == ("tampered", b"", b"")
    assert rows[5].event == ""
    assert rows[5].detail.startswith("record `5`") or "of record `5`" in rows[5].detail
    assert rows[:5] == before[:5]
    assert rows[7:] == before[7:]


def test_a_record_written_twice_alike_counts_once(whole: Path, copy: Path) -> None:
    assert rows_of_export(rewritten(copy, lambda rows: [*rows, rows[5]])) == rows_of_export(whole)


MISSING = {
    "the first": (0,),
    "some": (5, 300),
    "a row group": range(256, 512),
    "the last": range(590, 600),
    "all": range(600),
}


@pytest.mark.parametrize("which", MISSING)
def test_a_missing_record_has_a_row(whole: Path, copy: Path, which: str) -> None:
    gone = set(MISSING[which])
    rewritten(copy, lambda rows: [row for row in rows if row["index"] not in gone])
    rows, before = rows_of_export(copy), rows_of_export(whole)
    assert [row.index for row in rows] == list(range(600))
    assert {row.index for row in rows if row.problem == "input-missing"} == gone
    assert all(row == before[row.index] for row in rows if row.index not in gone)


def test_metadata_cannot_hide_a_record(copy: Path) -> None:
    source = ExportSource(rewritten(copy, first_index="100", end_index="200"))
    assert (source.first, source.end) == (0, 600)


def test_a_leaf_of_another_version_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log = MemoryAuditLog(fixed_clock)
    fill(log, 2)
    with monkeypatch.context() as later:
        later.setattr(record_module, "SCHEMA_VERSION", "2")
        log.append(new_record("from-later"))
    for told in (True, False):
        rows = rows_of_export(exported(log, tmp_path / f"{told}.parquet", 0, 3, with_patient_data=told))
        assert rows[2] == rows_of(LogSource(log), 2, 3)[0]
        assert rows[2].problem == "error"


def test_what_the_log_had_lost_or_altered_is_told(tmp_path: Path) -> None:
    directory = made_store(tmp_path / "data")
    with closing(SqliteAuditLog(directory, fixed_clock)) as log:
        with attacking(directory) as attacker:
            attacker.edit_leaf(2)
            attacker.delete(3)
            attacker.edit_payload(5)
            attacker.edit_index(6, "outcome", "HOLD")
            attacker.delete_payload(8)
            attacker.empty_payload(9, 29)
        before = rows_of(LogSource(log), 0, 31)
        rows = rows_of_export(exported(log, tmp_path / "records.parquet", 0, 31))
        public = rows_of_export(exported(log, tmp_path / "public.parquet", 0, 31, with_patient_data=False))
    assert [row.index for row in rows if row.problem == "tampered"] == [2, 3, 5, 6, 8, 9]
    assert [row.problem for row in rows] == [row.problem for row in before]
    assert [row for row in rows if row.problem != "tampered"] == [
        row for row in before if row.problem != "tampered"
    ]
    # Without the payloads it cannot be seen that one of them, or its index row, was altered.
    assert [row.index for row in public if row.problem == "tampered"] == [2, 3, 8, 9]


def test_who_erased_may_be_out_of_reach(tmp_path: Path) -> None:
    log = MemoryAuditLog(fixed_clock)
    fill(log, 6)
    erase(log, 1)
    rows = rows_of_export(exported(log, tmp_path / "records.parquet", 0, 6))
    assert rows[1].problem == "erased"
    assert rows == rows_of(LogSource(log), 0, 6)


def test_a_forged_eraser_is_not_believed(tmp_path: Path) -> None:
    log = MemoryAuditLog(fixed_clock)
    fill(log, 8)
    path = exported(log, tmp_path / "records.parquet", 0, 8)

    def forge(rows: Rows) -> None:
        empty = dict.fromkeys(("input", "output", "input_salt", "output_salt"))
        rows[5].update(empty, unread="it was erased", unread_class="erased", erased_by=7)
        leaf = read_commitment(rows[7]["leaf"]) | {"destroyed_key_id": rows[5]["key_id"]}
        del leaf["schema_version"]
        rows[7]["leaf"] = commitment_bytes(leaf)
        rows[7]["leaf_hash"] = leaf_hash(rows[7]["leaf"])

    problems = {row.index: row.problem for row in rows_of_export(rewritten(path, forge)) if row.problem}
    assert problems == {5: "tampered", 7: "tampered"}


def test_words_of_a_stranger_stay_short_and_plain(tmp_path: Path) -> None:
    log = MemoryAuditLog(fixed_clock)
    fill(log, 6)
    path = exported(log, tmp_path / "records.parquet", 0, 6)
    said = "\x1b[31m\r\n" + "x" * 10_000
    empty = dict.fromkeys(("input", "output", "input_salt", "output_salt"))
    rewritten(path, _with(**empty, unread=said, unread_class="identical"))
    row = rows_of_export(path)[5]
    assert (row.problem, row.detail) == ("error", "[31m" + "x" * 296)


def test_an_export_by_time_holds_what_was_of_that_time(tmp_path: Path) -> None:
    log = a_log_of(5)  # a second apart
    wanted = Wanted(
        "parquet",
        since="2026-03-01T09:00:01.000000Z",
        until="2026-03-01T09:00:04.000000Z",
        with_patient_data=True,
    )
    exporter(log).write(wanted, tmp_path / "records.parquet")
    rows = rows_of_export(tmp_path / "records.parquet")
    assert [(row.index, row.problem) for row in rows] == [(1, ""), (2, ""), (3, "")]


def test_memory_stays_flat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_parquet, "_ROW_GROUP", 32)
    monkeypatch.setattr(export, "_WINDOW", 32)

    def peak(count: int) -> int:
        log = MemoryAuditLog(fixed_clock)
        for number in range(count):
            log.append(replace(new_record(f"r-{number}"), input=b"x" * 20_000))
        path = exported(log, tmp_path / f"{count}.parquet", 0, count)
        source = ExportSource(path)
        tracemalloc.start()
        before = pa.total_allocated_bytes()
        try:
            most = 0
            for batch in source.read(Partition(0, 0, count)):
                most = max(most, pa.total_allocated_bytes() - before)
                assert batch.num_rows == 32
            return most + tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(512) < 2 * peak(96)
