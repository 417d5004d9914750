"""An export as Parquet: each row proves itself, the file says what it is, and no patient is told without the flag."""

import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.tlog.checkpoint import Checkpoint, open_checkpoint
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.tlog.verify import hash_leaf, verify_inclusion
from pactolus_adapters.trail import export_parquet
from pactolus_adapters.trail.export_files import ParquetMissing
from pactolus_adapters.trail.export_request import WITH_PATIENT_DATA, WITHOUT_PATIENT_DATA, Wanted
from pactolus_engine.decision import Outcome
from pactolus_engine.record import read_commitment, salted_digest
from tests.contract.audit_log import fixed_clock, new_record
from tests.support.audit_exports import HOSTILE, a_full_log, a_log_of, exporter
from tests.support.decisions import a_decision
from tests.support.parquet_exports import exported, metadata_of

Row = dict[str, Any]


@pytest.fixture(scope="module")
def full() -> MemoryAuditLog:
    """A log with a record of everything."""
    return a_full_log()


@pytest.fixture(scope="module")
def plain(full: MemoryAuditLog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its export with patient data."""
    return exported(full, tmp_path_factory.mktemp("plain") / "records.parquet")


@pytest.fixture(scope="module")
def public(full: MemoryAuditLog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its export without."""
    return exported(full, tmp_path_factory.mktemp("public") / "records.parquet", with_patient_data=False)


def _rows(path: Path) -> list[Row]:
    rows: list[Row] = pq.read_table(path).to_pylist()
    return rows


def _checkpoint(path: Path) -> Checkpoint:
    told = metadata_of(path)
    verifier = NoteVerifier.from_text(told["verifier_key"])
    return open_checkpoint(told["checkpoint"].encode(), [verifier])[0]


def test_the_file_says_what_it_is(full: MemoryAuditLog, plain: Path, public: Path) -> None:
    told = metadata_of(plain)
    recorded_as = int(told["recorded_as"])
    assert full.read(recorded_as).event == "export"
    assert _checkpoint(plain).size > recorded_as
    assert told | {"checkpoint": ""} == {
        "form_version": "1",
        "contents": WITH_PATIENT_DATA,
        "patient_data": "true",
        "log_origin": full.origin,
        "verifier_key": full.verifier_key,
        "checkpoint": "",
        "recorded_as": str(recorded_as),
        "first_index": "0",
        "end_index": str(recorded_as),
        "records": str(recorded_as),
        "since": "",
        "until": "",
    }
    assert (metadata_of(public)["contents"], metadata_of(public)["patient_data"]) == (
        WITHOUT_PATIENT_DATA,
        "false",
    )


@pytest.mark.parametrize("which", ["plain", "public"])
def test_each_row_can_be_proved_alone(which: str, request: pytest.FixtureRequest) -> None:
    path: Path = request.getfixturevalue(which)
    checkpoint, rows = _checkpoint(path), _rows(path)
    assert [row["index"] for row in rows] == list(range(int(metadata_of(path)["end_index"])))
    for row in rows:
        assert row["problem"] == ""
        assert hash_leaf(row["leaf"]) == row["leaf_hash"]
        verify_inclusion(row["leaf_hash"], row["index"], checkpoint.size, row["inclusion"], checkpoint.root)


def test_what_was_encrypted_matches_the_digests_in_the_leaf(full: MemoryAuditLog, plain: Path) -> None:
    readable = [row for row in _rows(plain) if row["input"] is not None]
    assert len(readable) > 20
    for row in readable:
        stored, leaf = full.read(row["index"]), read_commitment(row["leaf"])
        assert (row["input"], row["output"]) == (stored.input, stored.output)
        assert salted_digest(row["input_salt"], row["input"]) == leaf["input_digest"]
        assert salted_digest(row["output_salt"], row["output"]) == leaf["output_digest"]
        assert row["unread"] is row["unread_class"] is None


def test_the_index_is_told_as_the_log_knows_it(plain: Path) -> None:
    row = next(row for row in _rows(plain) if row["client"] == HOSTILE)
    assert (row["event"], row["tenant"], row["has_payload"]) == ("evaluation", "clinic", True)
    assert row["request_id"].startswith(HOSTILE)
    feedback = next(row for row in _rows(plain) if row["event"] == "feedback")
    assert (feedback["about"], feedback["rules"]) == (3, [])


def test_what_was_erased_has_its_proof_and_the_reason(plain: Path) -> None:
    gone = [row for row in _rows(plain) if row["erased_by"] is not None]
    assert gone[0]["index"] == 0
    assert len(gone) == 2
    for row in gone:
        assert row["input"] is row["output"] is row["input_salt"] is row["output_salt"] is None
        assert row["unread_class"] == "erased"
        assert f"was erased by record `{row['erased_by']}`" in row["unread"]
        assert row["inclusion"] != []


def test_without_the_flag_no_patient_is_told(plain: Path, public: Path) -> None:
    def everything(path: Path) -> bytes:
        return path.read_bytes() + repr(_rows(path)).encode() + repr(metadata_of(path)).encode()

    told, silent = everything(plain), everything(public)
    decision = a_decision(Outcome.OFFER)
    for secret in (decision.decision_id, "Perrot", "asked for", "decided", "resources"):
        assert (secret.encode() in told, secret.encode() in silent) == (True, False), secret
    assert "input" not in pq.read_schema(public).names


def test_a_range_is_exported_in_row_groups_that_tell_what_is_in_them(tmp_path: Path) -> None:
    path = exported(a_log_of(600), tmp_path / "records.parquet", 7, 599)
    layout = pq.read_metadata(path)
    ranges = [
        (told.min, told.max)
        for number in range(layout.num_row_groups)
        if (told := layout.row_group(number).column(0).statistics)
    ]
    assert ranges == [(7, 262), (263, 518), (519, 598)]
    assert {layout.row_group(0).column(at).compression for at in range(layout.num_columns)} == {"ZSTD"}


def test_by_time_the_range_is_that_of_what_was_found(tmp_path: Path) -> None:
    wanted = Wanted("parquet", since="2026-03-01T09:00:01.000000Z", until="2026-03-01T09:00:04.000000Z")
    exporter(a_log_of(5)).write(wanted, tmp_path / "records.parquet")
    told = metadata_of(tmp_path / "records.parquet")
    assert (told["first_index"], told["end_index"], told["records"]) == ("1", "4", "3")
    assert (told["since"], told["until"]) == (wanted.since, wanted.until)


def test_a_log_without_records_gives_a_file_without_rows(tmp_path: Path) -> None:
    path = exported(a_log_of(0), tmp_path / "records.parquet")
    assert (_rows(path), metadata_of(path)["end_index"]) == ([], "0")


def test_without_what_writes_parquet_nothing_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = a_log_of(1)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ParquetMissing, match="make setup-replay"):
        exported(log, tmp_path / "records.parquet")
    assert (log.size(), list(tmp_path.iterdir())) == (1, [])


def test_the_other_forms_do_not_wait_for_it() -> None:
    seen = "import sys, pactolus_adapters.wiring; print('pyarrow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_memory_stays_flat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_parquet, "_ROW_GROUP", 32)

    def peak(count: int) -> int:
        log = MemoryAuditLog(fixed_clock)
        for number in range(count):
            log.append(replace(new_record(f"r-{number}"), input=b"x" * 20_000))
        before, most = pa.total_allocated_bytes(), 0

        def look(_done: int, _all: int) -> None:
            nonlocal most
            most = max(most, pa.total_allocated_bytes() - before)

        tracemalloc.start()
        try:
            wanted = Wanted("parquet", with_patient_data=True)
            exporter(log).write(wanted, tmp_path / f"{count}.parquet", look)
            return most + tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(320) < 2 * peak(96)
