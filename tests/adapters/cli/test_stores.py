"""The commands over either store: `--database`, and `pactolus audit migrate` up and down."""

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


def test_the_tables_go_down_and_up(
    run: Runner, new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACTOLUS_DATABASE", new_database())
    assert run("evaluate", EXAMPLE, *AT).code == Exit.OUTCOME
    assert run("audit", "migrate").out == "schema version: 2\n"
    down = run("audit", "migrate", "--to", "1")
    assert (down.code, down.out) == (Exit.OUTCOME, "schema version: 1 (before: 2)\n")
    for impossible, why in (("0", "a log that holds records is not taken down"), ("99", "expected 0 to 2")):
        refused = run("audit", "migrate", "--to", impossible)
        assert refused.code == Exit.AUDIT_UNAVAILABLE
        assert why in refused.err
    assert run("audit", "migrate").out == "schema version: 2 (before: 1)\n"
    assert run("evaluate", EXAMPLE, *AT).code == Exit.OUTCOME


def test_the_tables_are_made_without_a_server(run: Runner, new_database: Callable[[], str]) -> None:
    made = run("audit", "migrate", "--database", new_database())
    assert (made.code, made.out) == (Exit.OUTCOME, "schema version: 2 (before: 0)\n")


def test_the_embedded_store_is_not_migrated_by_hand(run: Runner, tmp_path: Path) -> None:
    refused = run("audit", "migrate")
    assert refused.code == Exit.AUDIT_UNAVAILABLE
    assert "name its `database`" in refused.err
    assert not (tmp_path / "data").exists()
