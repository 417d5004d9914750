"""`pactolus replay SOURCE`: exports of the log, and what was never evaluated."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from pactolus_adapters.fhir.exact_json import encode
from tests.adapters.cli.replay.conftest import VALUES, classes, events, summary
from tests.adapters.cli.run import Runner, runner
from tests.support.replay_logs import (
    AT,
    PACK,
    small_request,
)


def test_an_export_is_replayed_as_the_log_that_it_is_of(
    run: Runner, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, command = place / "records.parquet", runner(place / "data", monkeypatch, capsys, place / "rules")
    assert (
        command("audit", "export", "--format", "parquet", "--with-patient-data", "--out", out, "--to", 4).code
        == 0
    )
    of_export, of_log = run(out, "--json"), run("--to", 4, "--json", report="of-log")
    assert (of_export.code, classes(of_export)) == (0, {"identical": 4})
    assert summary(of_export)["root"] == summary(of_log)["root"]
    assert [one.event for one in events(place)][1:3] == ["replay", "replay"]
    other = run(out, "--pack", PACK, "--packs", place / "candidate", report="other")
    assert other.code == 10


def test_an_export_without_patient_data_has_no_inputs(
    run: Runner, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, command = place / "records.parquet", runner(place / "data", monkeypatch, capsys, place / "rules")
    assert command("audit", "export", "--format", "parquet", "--out", out, "--to", 4).code == 0
    done = run(out, "--json")
    assert (done.code, classes(done)) == (1, {"input-missing": 4})


def _bundles(folder: Path) -> Path:
    """Each request as a file."""
    folder.mkdir()
    for number, value in enumerate(VALUES):
        entries = small_request(f"p{number}", value)
        bundle = b'{"resourceType":"Bundle","type":"collection","entry":[%s]}' % b",".join(
            b'{"resource":%s}' % one for one in _resources(entries)
        )
        (folder / f"{number}.json").write_bytes(bundle)
    return folder


def _bulk(folder: Path) -> Path:
    """All of them by type, a line for each resource."""
    folder.mkdir()
    for number, value in enumerate(VALUES):
        for one in _resources(small_request(f"p{number}", value)):
            with (folder / f"{json.loads(one)['resourceType']}.ndjson").open("ab") as file:
                file.write(one + b"\n")
    return folder


def _resources(request: bytes) -> list[bytes]:
    """The resources of an array, with their numbers as they are written."""
    return [encode(one) for one in json.loads(request, parse_float=Decimal)]


@pytest.mark.parametrize("write", [_bundles, _bulk])
def test_what_was_never_evaluated_is_new_and_has_its_answers(
    run: Runner, place: Path, write: Callable[[Path], Path]
) -> None:
    source = write(place / "cohort")
    asked = (source, "--pack", PACK, "--at", AT.isoformat(), "--json")
    done = run(*asked)
    assert (done.code, done.err, classes(done)) == (0, "", {"new": len(VALUES)})
    flows = summary(done)["flows"]
    assert isinstance(flows, list)
    assert {(one["before"], one["after"]): one["records"] for one in flows} == {
        ("", "OFFER"): 1,
        ("", "OUT_OF_SCOPE"): 2,
    }
    assert [one.event for one in events(place)] == ["replay", "replay"]
    elsewhere = run(*asked, "--data", place / "new-data", report="elsewhere")  # a log is made for its records
    assert elsewhere.code == 0 and summary(elsewhere)["root"] == summary(done)["root"]
    for _ in range(2):  # the report lies in the source, and is gone on with
        inside = run(*asked, report="cohort/report")
        assert inside.code == 0, inside.err


def test_a_line_that_cannot_be_read_may_be_of_any_patient(run: Runner, place: Path) -> None:
    source = _bulk(place / "cohort")
    with next(source.glob("*.ndjson")).open("ab") as file:
        file.write(b'{"resourceType": "Observation", "subj\n')
    done = run(source, "--pack", PACK, "--at", AT.isoformat())
    assert done.code == 1
    assert "1 could not be, and answers may lack what those hold" in done.out
    for form in ("summary.md", "summary.html"):
        report = (place / "report" / form).read_text()
        assert "mend it before you rely on any of these answers" in report
    assert "mend it before you rely" in " ".join(done.out.split())
