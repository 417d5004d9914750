"""Parquet exports that are torn, altered or not all there: nothing false comes out, and nothing is left out."""

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.replay.sources.export import ExportSource
from pactolus_adapters.replay.sources.export_file import ExportUnreadable
from pactolus_adapters.tlog.checkpoint import Checkpoint, sign_checkpoint
from pactolus_adapters.tlog.errors import VerifierKeyInvalid
from pactolus_adapters.tlog.keys import Ed25519NoteSigner
from pactolus_engine.trail import AuditTrail
from tests.adapters.trail.logs import erase, fill
from tests.contract.audit_log import fixed_clock, new_record
from tests.support.audit_exports import a_log_of
from tests.support.parquet_exports import Rows, exported, metadata_of, rewritten, rows_of_export

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
    "a range of too many digits": (
        lambda path: rewritten(path, first_index="9" * 5000),
        "which records",
    ),
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


def test_two_files_at_the_end_must_be_readable(folder: Path) -> None:
    for name in ("200.parquet", "400.parquet"):
        _truncated(folder / name)
    with pytest.raises(ExportUnreadable):
        ExportSource(folder)


def test_a_gap_elsewhere_does_not_stand_for_the_last_file(folder: Path) -> None:
    shutil.copy(folder / "400.parquet", folder / "600.parquet")
    for name in ("200.parquet", "600.parquet"):
        _truncated(folder / name)
    with pytest.raises(ExportUnreadable):
        ExportSource(folder)


def test_the_ending_of_a_name_may_be_in_capitals_and_what_is_not_followed_is_counted(
    whole: Path, folder: Path
) -> None:
    (folder / "400.parquet").rename(folder / "400.PARQUET")
    (folder / "more").mkdir()
    (folder / "link.parquet").symlink_to(whole)
    source = ExportSource(folder)
    assert (source.end, source.described()["files"]) == (600, "3")
    assert list(source.passed_over.values()) == [2]


def test_of_two_exports_of_a_record_the_one_with_its_payload_counts(
    log: AuditTrail, whole: Path, folder: Path
) -> None:
    exported(log, folder / "again.parquet", 100, 300, with_patient_data=False)
    assert rows_of_export(folder) == rows_of_export(whole)


def test_a_forged_copy_is_never_covered_up(whole: Path, folder: Path) -> None:
    def forge(rows: Rows) -> None:
        rows[5]["output"] = b"OFFER"

    rewritten(Path(shutil.copy(whole, folder)), forge)
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


def test_a_record_of_two_histories_is_a_forgery(tmp_path: Path) -> None:
    for size in (1, 2):
        log = _with_known_key()
        for number in range(size):
            log.append(new_record(f"{size}-{number}", patient=f"Patient/{size}"))
        exported(log, tmp_path / f"{size}.parquet", 0, size)
    rows = rows_of_export(tmp_path)
    assert [row.problem for row in rows] == ["tampered", ""]
    assert "with different leaves" in rows[0].detail


def _with_known_key() -> MemoryAuditLog:
    return MemoryAuditLog(fixed_clock, lambda count: bytes(count), origin="log.example/two")
