"""`pactolus audit export`: what it writes, what it says, how it ends."""

import json
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.clock import system_clock
from pactolus_engine.decision import Outcome
from tests.adapters.cli.run import Runner, runner
from tests.support.audit_exports import evaluation
from tests.support.decisions import a_decision


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """The command over a store with one decision."""
    log = SqliteAuditLog(tmp_path / "data", system_clock)
    log.append(evaluation(a_decision(Outcome.OFFER)))
    log.close()
    return runner(tmp_path / "data", monkeypatch, capsys)


def test_an_export_says_what_it_holds_and_where_it_is_recorded(run: Runner, tmp_path: Path) -> None:
    out = tmp_path / "records.ndjson"
    done = run("audit", "export", "--format", "ndjson", "--out", out)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"exported {out}: without patient data: ")
    assert done.out.endswith("recorded: record 1\n")
    lines = [json.loads(line) for line in out.read_bytes().splitlines()]
    assert [line["kind"] for line in lines] == ["export", "record", "checkpoint"]
    assert run("audit", "export", "--format", "ndjson", "--out", out).code == 2


def test_an_export_with_patient_data_says_so_and_names_who_made_it(run: Runner, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    done = run("audit", "export", "--format", "html", "--with-patient-data", "--out", page)
    assert done.code == 0
    assert "WITH PATIENT DATA" in done.out
    assert "Observation/mrd-1" in page.read_text(encoding="utf-8")
    public = tmp_path / "events.ndjson"
    since = ("--since", "2026-03-01T09:00:00Z", "--until", "2999-01-01T00:00:00+01:00", "--from", "1")
    assert run("audit", "export", "--format", "fhir", *since, "--out", public).code == 0
    notice, event = (json.loads(line) for line in public.read_bytes().splitlines())
    assert event["type"]["code"] == notice["type"]["code"] == "110106"
    assert event["agent"][0]["who"]["identifier"]["value"].startswith("cli:")


def test_an_export_as_parquet_says_what_it_holds(run: Runner, tmp_path: Path) -> None:
    out = tmp_path / "records.parquet"
    done = run("audit", "export", "--format", "parquet", "--with-patient-data", "--out", out)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"exported {out}: WITH PATIENT DATA")
    assert pq.read_metadata(out).num_rows == 1


def test_parquet_needs_what_is_not_always_installed(
    run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    refused = run("audit", "export", "--format", "parquet", "--out", tmp_path / "records.parquet")
    assert refused.code == 2
    assert "make setup-replay" in refused.err
    assert "pip install 'pactolus[replay]'" in refused.err
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--format", "csv", "--out", "x"), 2, "is not one of"),
        (("--format", "tiles", "--with-patient-data", "--out", "x"), 2, "without patient data"),
        (("--format", "tiles", "--to", "1", "--out", "x"), 2, "the whole log"),
        (
            ("--format", "ndjson", "--from", "5", "--out", "x"),
            3,
            "first_index: expected an index from 0 to 1",
        ),
        (("--format", "ndjson", "--since", "yesterday", "--out", "x"), 2, "expected an instant"),
        (("--format", "ndjson", "--out", "none/x"), 2, "cannot be written"),
        (("--format", "ndjson", "--data", "none", "--out", "x"), 5, "no audit store"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    run: Runner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = run("audit", "export", *arguments)
    assert refused.code == code
    assert words in refused.err
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
