"""Whatever is wrong with what is read: one result of its class for each, and the replay goes on to its end."""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pactolus_adapters.authoring.new_pack import new_pack
from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.replay.parts import parts, read_results
from pactolus_engine import record
from pactolus_engine.replay.result import ReplayResult
from tests.adapters.cli.run import Run, Runner, runner
from tests.adapters.replay.sources.exports import patient, written
from tests.faults.tamper import attacking
from tests.support.parquet_exports import Rows, rewritten
from tests.support.replay_logs import AT, PACK, decided, recorded, rules_folder, small_request

LOST_PACK = "lost-pack"
"""What decided once and lies on no shelf any more."""

FORGOTTEN = "testpatient-forgotten"
REQUESTS = 10
ERASED, TAMPERED, SWAPPED, LATER, OF_LOST_PACK = 1, 2, (3, 5), 6, 8
"""Places in the log; number 7 is a refusal, and the others are as they should be."""

CLASSES = {
    0: "identical",
    ERASED: "erased",
    TAMPERED: "tampered",
    SWAPPED[0]: "tampered",
    4: "identical",
    SWAPPED[1]: "tampered",
    LATER: "error",
    7: "identical",
    OF_LOST_PACK: "input-missing",
    9: "identical",
}

DETAILS = {
    ERASED: "erased by record `10`; its proof stands",
    TAMPERED: "its payload does not open with its key at its place in the log",
    SWAPPED[0]: "its payload does not open with its key at its place in the log",
    SWAPPED[1]: "its payload does not open with its key at its place in the log",
    LATER: "has a leaf that this version cannot read",
    OF_LOST_PACK: "--packs",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules folder and the log, with nothing wrong but one record of another schema version."""
    folder = tmp_path_factory.mktemp("made")
    rules = rules_folder(folder / "rules")
    new_pack(LOST_PACK, rules, date(2026, 3, 1))
    names = [FORGOTTEN if number == ERASED else f"p{number}" for number in range(REQUESTS)]
    requests = [b"{" if number == 7 else small_request(name, "0.0001") for number, name in enumerate(names)]
    records = decided(rules, requests)
    (records[OF_LOST_PACK],) = decided(rules, [requests[OF_LOST_PACK]], LOST_PACK)
    shutil.rmtree(rules / LOST_PACK)
    log = recorded(folder / "data", records[:LATER])
    with pytest.MonkeyPatch.context() as later:
        later.setattr(record, "SCHEMA_VERSION", "2")
        log.append(replace(records[LATER], expected=None))
    for one in records[LATER + 1 :]:
        log.append(replace(one, expected=None))
    log.close()
    return folder


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    """A copy, for one test; also where its reports go."""
    return Path(shutil.copytree(made, tmp_path / "place"))


@pytest.fixture
def run(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Any command, in this process."""
    return runner(place / "data", monkeypatch, capsys, place / "rules")


def _replayed(run: Runner, place: Path, *arguments: object) -> Run:
    return run("replay", *arguments, "--runner", "inline", "--report", place / "report", "--json")


def _results(place: Path) -> list[ReplayResult]:
    return [one for part in parts(place / "report") for one in read_results(part)]


def _counted(done: Run, place: Path) -> Counter[str]:
    """The results by class, after it was seen that nothing was left out: not in the files, not in the summary."""
    summary, results = json.loads(done.out), _results(place)
    found = Counter(one.result_class.value for one in results)
    assert found == {name: count for name, count in summary["classes"].items() if count}
    assert len(results) == summary["results"] == len({one.index for one in results})
    spec = summary["spec"]
    assert (
        summary["records"]
        == spec["end"] - spec["first"]
        == len(results) + sum(summary["passed_over"].values())
    )
    return found


# --- the log ----------------------------------------------------------------------------------------


def _damage(place: Path, run: Runner) -> None:
    erasure = ("--patient", f"Patient/{FORGOTTEN}", "--ground", "asked for", "--yes")
    assert run("audit", "erase", *erasure).code == 0
    with attacking(place / "data") as attacker:
        attacker.edit_payload(TAMPERED)
        for one, to in ((SWAPPED[0], 1000), (SWAPPED[1], SWAPPED[0]), (1000, SWAPPED[1])):
            attacker.do("UPDATE audit_payload SET seq = ? WHERE seq = ?", (to, one))


def test_each_bad_record_of_a_log_is_one_result_and_the_rest_is_identical(run: Runner, place: Path) -> None:
    _damage(place, run)
    done = _replayed(run, place)
    assert (done.code, done.err) == (1, "")
    results = _results(place)
    assert {one.index: one.result_class.value for one in results} == CLASSES
    assert _counted(done, place) == Counter(CLASSES.values())
    assert json.loads(done.out)["passed_over"] == {"erasure": 1}
    for index, told in DETAILS.items():
        assert told in results[index].detail
    assert not [one.index for one in results if one.detail and one.index not in DETAILS]
    assert FORGOTTEN not in "".join(path.read_text() for path in (place / "report").glob("summary.*"))


def test_each_bad_record_is_the_same_one_under_a_candidate(run: Runner, place: Path) -> None:
    _damage(place, run)
    done = _replayed(run, place, "--pack", PACK)
    assert done.code == 1
    _counted(done, place)
    # A record of the lost pack is of another pack; the others are not: what cannot tell its pack is part of it.
    expected = {index: name for index, name in CLASSES.items() if index != OF_LOST_PACK}
    assert {one.index: one.result_class.value for one in _results(place)} == expected
    assert json.loads(done.out)["passed_over"] == {"erasure": 1, "other-pack": 1}


# --- an export --------------------------------------------------------------------------------------


@pytest.fixture
def exports(run: Runner, place: Path) -> Path:
    """Records 0 to 9 in three files."""
    folder = place / "exports"
    folder.mkdir()
    for first, end in ((0, 3), (3, 6), (6, 10)):
        what = ("--format", "parquet", "--with-patient-data", "--from", first, "--to", end)
        assert run("audit", "export", *what, "--out", folder / f"{first}.parquet").code == 0
    return folder


def _truncated(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-100])
    return path


def test_a_truncated_parquet_is_3_and_named(run: Runner, place: Path, exports: Path) -> None:
    done = _replayed(run, place, _truncated(exports / "3.parquet"))
    assert (done.code, done.out) == (3, "")
    assert "3.parquet: expected" in done.err and "whole Parquet file" in done.err
    assert not (place / "report").exists()


def test_a_truncated_parquet_between_others_has_a_result_for_each_of_its_records(
    run: Runner, place: Path, exports: Path
) -> None:
    _truncated(exports / "3.parquet")
    done = _replayed(run, place, exports)
    assert (done.code, done.err) == (1, "")
    assert _counted(done, place) == {"identical": 5, "input-missing": 4, "error": 1}
    missing = [one for one in _results(place) if one.result_class == "input-missing"]
    assert [one.index for one in missing] == [3, 4, 5, OF_LOST_PACK]
    assert all("`3.parquet` cannot be read" in one.detail for one in missing[:3])


def test_a_truncated_parquet_whose_records_nobody_can_tell_is_3(
    run: Runner, place: Path, exports: Path
) -> None:
    _truncated(exports / "6.parquet")
    done = _replayed(run, place, exports)
    assert (done.code, done.out) == (3, "")
    assert "6.parquet" in done.err and not (place / "report").exists()


def _other_input(rows: Rows) -> None:
    rows[1]["input"] += b"\n"  # the same request, in other bytes


def _other_payload(rows: Rows) -> None:
    rows[1]["input"], rows[1]["output"] = rows[0]["input"], rows[0]["output"]


@pytest.mark.parametrize("edit", [_other_input, _other_payload])
def test_a_payload_that_does_not_match_its_digest_is_tampered(
    run: Runner, place: Path, exports: Path, edit: Callable[[Rows], None]
) -> None:
    rewritten(exports / "0.parquet", edit)
    done = _replayed(run, place, exports / "0.parquet")
    assert (done.code, _counted(done, place)) == (1, {"identical": 2, "tampered": 1})
    (tampered,) = (one for one in _results(place) if one.result_class == "tampered")
    assert (tampered.index, "does not match the digest" in tampered.detail) == (1, True)


# --- what was never evaluated -----------------------------------------------------------------------


def test_a_line_of_50_mb_is_one_error_and_the_others_are_new(run: Runner, place: Path) -> None:
    folder = written(place / "cohort", {"Patient.ndjson": [patient(name) for name in "abc"]})
    huge = b'{"resourceType":"Observation","id":"%s"}\n' % (b"9" * 50 * 1024 * 1024)
    (folder / "Observation.ndjson").write_bytes(huge)
    done = _replayed(run, place, folder, "--pack", PACK, "--at", AT.isoformat())
    assert (done.code, done.err) == (1, "")
    assert _counted(done, place) == {"new": 3, "error": 1}
    (error,) = (one for one in _results(place) if one.result_class == "error")
    assert error.detail.startswith("Observation.ndjson:1: ")
    assert f"at most {Limits().request_bytes} bytes" in error.detail and len(error.detail) < 300
