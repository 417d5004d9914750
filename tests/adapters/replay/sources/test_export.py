"""Records out of Parquet exports: the rows of the log itself, and every damage said in its row."""

import shutil
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
from pactolus_adapters.tlog.checkpoint import Checkpoint, sign_checkpoint
from pactolus_adapters.tlog.errors import VerifierKeyInvalid
from pactolus_adapters.tlog.keys import Ed25519NoteSigner
from pactolus_adapters.trail import export_parquet
from pactolus_adapters.trail.export_request import Wanted
from pactolus_engine import record as record_module
from pactolus_engine.ports import DestroyKey, PrunePayloads
from pactolus_engine.trail import AuditTrail
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
            detail = f"record `{row.index}` was exported without its patient data"
            assert row == replace(whole, input=b"", output=b"", problem="input-missing", detail=detail)


@pytest.fixture(scope="module")
def log() -> MemoryAuditLog:
    """Six hundred records of three patients."""
    made = MemoryAuditLog(fixed_clock)
    fill(made, 600)
    return made


@pytest.fixture(scope="module")
def whole(log: MemoryAuditLog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of them, in three row groups."""
    return exported(log, tmp_path_factory.mktemp("whole") / "records.parquet", 0, 600)


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copy(whole, tmp_path))


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


def test_words_of_a_stranger_stay_short_and_plain(tmp_path: Path) -> None:
    log = MemoryAuditLog(fixed_clock)
    fill(log, 6)
    path = exported(log, tmp_path / "records.parquet", 0, 6)
    said = "\x1b[31m\r\n" + "x" * 10_000
    empty = dict.fromkeys(("input", "output", "input_salt", "output_salt"))
    rewritten(path, _with(**empty, unread=said, unread_class="identical"))
    row = rows_of_export(path)[5]
    assert (row.problem, row.detail) == ("error", "[31m" + "x" * 296)


# --- what is wrong with a file ----------------------------------------------------------------------


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


FILES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "empty": (lambda path: path.write_bytes(b""), "whole Parquet file"),
    "garbage": (lambda path: path.write_bytes(b"garbage" * 1000), "whole Parquet file"),
    "cut": (_truncated, "whole Parquet file"),
    "not there": (lambda path: path.unlink(), "file that is there"),
    "another form": (lambda path: rewritten(path, form_version="2"), "form version `1`"),
    "other columns": (lambda path: rewritten(path, patient_data="false"), "columns"),
    "another Parquet file": (lambda path: pq.write_table(pa.table({"index": [1]}), path), "form version"),
    "no key": (lambda path: rewritten(path, verifier_key=""), "checkpoint that the key in the file"),
    "no checkpoint": (lambda path: rewritten(path, checkpoint=""), "checkpoint that the key in the file"),
    "no range": (lambda path: rewritten(path, end_index="many"), "which records"),
    "a range beyond the log": (
        lambda path: rewritten(path, end_index="1000000000000"),
        "as its checkpoint says",
    ),
    "a record beyond the log": (
        lambda path: rewritten(path, lambda rows: [*rows, {**rows[0], "index": 10**12}]),
        "as its checkpoint says",
    ),
}


@pytest.mark.parametrize("how", FILES)
def test_a_file_that_is_no_export_is_refused_by_name(copy: Path, how: str) -> None:
    damage, message = FILES[how]
    damage(copy)
    with pytest.raises(ExportUnreadable) as refused:
        ExportSource(copy)
    (violation,) = refused.value.violations
    assert violation.field == "records.parquet"
    assert message in violation.description


def test_a_folder_without_exports_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportUnreadable):
        ExportSource(tmp_path)


def test_a_checkpoint_of_a_stranger_proves_nothing(copy: Path, log: MemoryAuditLog) -> None:
    told = metadata_of(copy)
    stranger = Ed25519NoteSigner(log.origin, bytes(range(32)))
    note = sign_checkpoint(Checkpoint(log.origin, 601, log.root(601)), stranger).decode()
    with pytest.raises(ExportUnreadable):
        ExportSource(rewritten(copy, checkpoint=note))
    rewritten(copy, checkpoint=note, verifier_key=stranger.verifier_key)
    assert ExportSource(copy).described()["verifier_key"] == stranger.verifier_key
    with pytest.raises(ExportUnreadable) as refused:
        ExportSource(copy, told["verifier_key"])
    assert "the key that was given" in refused.value.violations[0].description
    with pytest.raises(VerifierKeyInvalid):
        ExportSource(copy, "no key")


def test_a_signed_tree_of_other_records_makes_every_record_a_forgery(copy: Path, log: MemoryAuditLog) -> None:
    other = MemoryAuditLog(fixed_clock, origin=log.origin)
    fill(other, 601)
    rewritten(copy, checkpoint=other.publish().decode(), verifier_key=other.verifier_key)
    assert {row.problem for row in rows_of_export(copy)} == {"tampered"}


def test_a_damaged_row_group_is_told_for_each_of_its_records(whole: Path, copy: Path) -> None:
    column = pq.read_metadata(copy).row_group(1).column(1)
    content = bytearray(copy.read_bytes())
    middle = column.data_page_offset + column.total_compressed_size // 2
    content[middle] ^= 0xFF
    copy.write_bytes(content)
    rows, before = rows_of_export(copy), rows_of_export(whole)
    assert [row.index for row in rows if row.problem] == list(range(256, 512))
    assert {row.problem for row in rows[256:512]} == {"input-missing"}
    assert "row group `1` of `records.parquet` cannot be read" in rows[256].detail
    assert [row for row in rows if not row.problem] == [*before[:256], *before[512:]]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of a few records, one of them erased."""
    log = MemoryAuditLog(fixed_clock)
    fill(log, 12)
    erase(log, 1)
    return exported(log, tmp_path_factory.mktemp("small") / "records.parquet", 0, 13)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_byte_is_altered_nothing_false_comes_out(small: Path, data: st.DataObject) -> None:
    content, before = bytearray(small.read_bytes()), rows_of_export(small)
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    with TemporaryDirectory() as folder:
        altered = Path(folder) / "records.parquet"
        altered.write_bytes(content)
        try:
            rows = rows_of_export(altered)
        except ExportUnreadable:
            return
    assert [row.index for row in rows][: len(before)] == list(range(len(before)))
    assert all(row.problem or row == before[row.index] for row in rows)


# --- several files ----------------------------------------------------------------------------------


@pytest.fixture
def folder(log: AuditTrail, tmp_path: Path) -> Path:
    """Three exports that follow each other."""
    for first in (0, 200, 400):
        exported(log, tmp_path / f"{first}.parquet", first, first + 200)
    return tmp_path


def test_a_folder_gives_the_records_of_all_its_files(whole: Path, folder: Path) -> None:
    assert rows_of_export(folder) == rows_of_export(whole)
    assert ExportSource(folder).described()["files"] == "3"


def test_a_file_between_others_may_be_unreadable(whole: Path, folder: Path) -> None:
    _truncated(folder / "200.parquet")
    rows = rows_of_export(folder)
    assert [row.index for row in rows if row.problem == "input-missing"] == list(range(200, 400))
    assert "`200.parquet` cannot be read" in rows[200].detail
    assert [row for row in rows if not row.problem] == [
        row for row in rows_of_export(whole) if row.index not in range(200, 400)
    ]
    assert ExportSource(folder).described()["unreadable"] == "200.parquet"


def test_a_file_at_the_end_must_be_readable(folder: Path) -> None:
    _truncated(folder / "400.parquet")
    with pytest.raises(ExportUnreadable) as refused:
        ExportSource(folder)
    (violation,) = refused.value.violations
    assert violation.field == "400.parquet"
    assert "do not show which records were in it" in violation.description


def test_of_two_exports_of_a_record_the_one_with_its_payload_counts(
    log: AuditTrail, whole: Path, folder: Path
) -> None:
    exported(log, folder / "again.parquet", 100, 300, with_patient_data=False)
    assert rows_of_export(folder) == rows_of_export(whole)


def test_a_forged_copy_is_never_covered_up(whole: Path, folder: Path) -> None:
    rewritten(Path(shutil.copy(whole, folder)), _with(output=b"OFFER"))
    assert [row.index for row in rows_of_export(folder) if row.problem] == [5]


def test_exports_of_two_logs_do_not_mix(folder: Path) -> None:
    exported(a_log_of(3), folder / "other.parquet", 0, 3)
    with pytest.raises(ExportUnreadable) as refused:
        ExportSource(folder)
    assert "the same log" in refused.value.violations[0].description


def test_a_log_that_signed_two_histories_is_found_out(tmp_path: Path) -> None:
    for name, patient in (("one", "Patient/1"), ("two", "Patient/2")):
        log = _with_known_key()
        log.append(new_record(patient=patient))
        exported(log, tmp_path / f"{name}.parquet", 0, 1)
    with pytest.raises(ExportUnreadable) as refused:
        ExportSource(tmp_path)
    assert "two trees" in refused.value.violations[0].description


def _with_known_key() -> MemoryAuditLog:
    return MemoryAuditLog(fixed_clock, lambda count: bytes(count), origin="log.example/two")


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
