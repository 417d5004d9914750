"""The commands over a PostgreSQL store: `--database`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pactolus_adapters.cli.exits import Exit
from tests.adapters.cli.run import Runner, runner
from tests.support.examples import ROOT

EXAMPLE = ROOT / "examples" / "lone-observation.json"
AT = ("--at", "2026-03-01T09:00:00Z")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return runner(tmp_path / "data", monkeypatch, capsys)


def test_an_answer_is_recorded_in_the_database_that_is_named(
    run: Runner, new_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = new_database()
    first = run("evaluate", EXAMPLE, *AT, "--database", database)
    assert (first.code, first.err) == (Exit.OUTCOME, "")
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["audit-signing.key", "audit.key"]
    monkeypatch.setenv("PACTOLUS_DATABASE", database)
    found = run("audit", "affected", "--pack", "midas-consolidation")
    assert found.code == Exit.OUTCOME
    assert "found: 1 decision\n" in found.out


def test_a_database_that_is_not_there_is_exit_5_and_no_guess(run: Runner, tmp_path: Path) -> None:
    told = run("evaluate", EXAMPLE, "--database", f"host={tmp_path} dbname=x password=hunter2")
    assert told.code == Exit.AUDIT_UNAVAILABLE
    assert "PostgreSQL cannot be reached" in told.err
    assert "hunter2" not in told.err + told.out
    assert not (tmp_path / "data" / "audit.sqlite3").exists()
