"""An export into a file: whole or not there, never over another, for its owner alone."""

import stat
from pathlib import Path

import pytest

from pactolus_adapters.trail.export_files import ExportNotWritten
from pactolus_adapters.trail.export_request import Wanted
from pactolus_engine.errors import AuditUnavailable, InputInvalid
from tests.support.audit_exports import a_log_of, exporter


@pytest.mark.parametrize("form", ["ndjson", "fhir", "html", "tiles", "parquet"])
def test_what_is_there_is_not_overwritten_and_nothing_is_recorded(tmp_path: Path, form: str) -> None:
    log, out = a_log_of(2), tmp_path / "out"
    out.write_text("mine")
    with pytest.raises(ExportNotWritten, match="is not overwritten"):
        exporter(log).write(Wanted(form), out)
    assert (out.read_text(), log.size()) == ("mine", 2)


@pytest.mark.parametrize("form", ["ndjson", "fhir", "html", "tiles", "parquet"])
def test_an_export_is_whole_and_for_its_owner(tmp_path: Path, form: str) -> None:
    out = tmp_path / "out"
    told: list[tuple[int, int]] = []
    made = exporter(a_log_of(130)).write(Wanted(form), out, lambda done, total: told.append((done, total)))
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert stat.S_IMODE(out.stat().st_mode) == (0o700 if form == "tiles" else 0o600)
    assert made.own.index == 130
    assert told[-1][0] == told[-1][1] >= 130
    assert told == sorted(told)


def test_an_export_that_fails_leaves_only_its_record(tmp_path: Path) -> None:
    log = a_log_of(3)
    exporting = exporter(log)

    def fail(_done: int, _all: int) -> None:
        raise AuditUnavailable("the store went away")

    with pytest.raises(AuditUnavailable):
        exporting.write(Wanted("ndjson"), tmp_path / "out", fail)
    assert list(tmp_path.iterdir()) == []
    assert log.read(3).event == "export"


def test_a_wrong_range_leaves_nothing(tmp_path: Path) -> None:
    log = a_log_of(3)
    with pytest.raises(InputInvalid):
        exporter(log).write(Wanted("ndjson", first=9), tmp_path / "out")
    assert (list(tmp_path.iterdir()), log.size()) == ([], 3)


def test_a_folder_that_is_not_there_is_told_before_anything_is_recorded(tmp_path: Path) -> None:
    log = a_log_of(1)
    with pytest.raises(ExportNotWritten, match="cannot be written: No such file or directory"):
        exporter(log).write(Wanted("html"), tmp_path / "none" / "out")
    assert log.size() == 1
