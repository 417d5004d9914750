"""The verbs that keep and forget records, as an operator types them."""

import os
import shutil
from pathlib import Path

import pytest

from pactolus_adapters.audit.erased_keys import ERASED_KEYS_FILE
from pactolus_adapters.audit.key_sources import KEY_FILE
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.cli.exits import Exit
from pactolus_adapters.clock import system_clock
from pactolus_engine.errors import RecordGone
from pactolus_engine.trail import Selection
from tests.adapters.cli.run import Runner, runner
from tests.support.kept_store import filled, new_home, opened
from tests.support.sqlite_store import GOLDEN

NORTH = ("--tenant", "north")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A store with six records about three patients."""
    filled(tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    monkeypatch.setenv("LOGNAME", "somebody")
    return runner(data, monkeypatch, capsys)


def _gone(data: Path) -> list[int]:
    log = opened(data)
    gone = [index for index, one in log.opened(0, log.size()) if isinstance(one, RecordGone)]
    log.close()
    return gone


def test_a_patient_is_erased(run: Runner, data: Path) -> None:
    command = ("audit", "erase", "--patient", "urn:oid:1|1", "--ground", "by law", *NORTH)
    dry = run(*command, "--dry-run")
    assert (dry.code, dry.out) == (0, "would erase: 2 records under 2 names of the patient\n")
    asked = run(*command)
    assert asked.code == Exit.USAGE
    assert "say --yes" in asked.err
    assert _gone(data) == []
    done = run(*command, "--yes")
    assert (done.code, done.out) == (0, "erased: 2 records\nrecorded: record 6\n")
    assert _gone(data) == [1, 4]
    again = run(*command, "--yes")
    assert again.code == Exit.INPUT_INVALID
    assert "nothing is recorded under this name" in again.err
    log = opened(data)
    assert [one.client for one in log.listed(Selection(), 5, 9)] == ["cli:somebody"]
    log.close()


def test_the_store_that_a_server_holds_is_erased_by_the_server(run: Runner, data: Path) -> None:
    log = SqliteAuditLog(data, system_clock)
    refused = run("audit", "erase", "--patient", "p1", "--ground", "by law", "--yes")
    log.close()
    assert refused.code == Exit.AUDIT_UNAVAILABLE
    assert "AuditService.ErasePatient" in refused.err


def test_old_records_are_pruned(run: Runner, data: Path) -> None:
    young = run("audit", "prune", "--before", "2026-03-02T00:00:00Z", "--yes")
    assert young.code == Exit.INPUT_INVALID
    assert "less than 6 years ago, which takes --even-young" in young.err
    none = run("audit", "prune", "--older-than", "10y", "--yes")
    assert (none.code, none.out) == (0, "there is nothing to prune\n")
    command = ("audit", "prune", "--before", "2026-03-02T00:00:00Z", "--even-young")
    assert run(*command, "--dry-run").out == "would prune: 6 records before record 6\n"
    done = run(*command, "--yes")
    assert done.out == "pruned: 6 records before record 6\nrecorded: record 6\n"
    assert _gone(data) == [0, 1, 2, 3, 4, 5]
    for wrong in ((), ("--older-than", "10"), ("--older-than", "9y", "--before", "2020-01-01T00:00:00Z")):
        assert run("audit", "prune", *wrong, "--yes").code == Exit.USAGE


def test_a_backup_is_made_and_restored(run: Runner, data: Path, tmp_path: Path) -> None:
    backup, keys = tmp_path / "backup", tmp_path / "keys.jsonl"
    made = run("audit", "backup", "--to", backup, "--keys", keys)
    assert made.code == 0
    assert made.out.startswith("backed up: 7 records, root ")
    log = opened(data)
    held = tmp_path / "held.checkpoint"
    held.write_bytes(log.publish())
    beside = run("audit", "backup", "--to", tmp_path / "beside")
    log.close()
    assert (beside.code, beside.err) == (0, "not recorded in the log: a server holds the store\n")
    run("audit", "erase", "--patient", "p1", "--ground", "by law", *NORTH, "--yes")
    home = new_home(tmp_path / "new", data)
    done = run(
        *("audit", "restore", "--from", backup, "--keys", keys, "--data", home, "--expect", held),
        *("--erased", data / ERASED_KEYS_FILE),
    )
    assert (done.code, done.out) == (0, "restored: 7 records\nerased again: what was under 1 key\n")
    assert _gone(home) == [1, 4]
    verified = run("audit", "verify", "--payloads", "--since", held, "--data", home)
    assert verified.code == 0, verified.out
    assert "whole: 9 records" in verified.out
    assert "erased: 2, pruned: 0" in verified.out
    refused = run("audit", "restore", "--from", backup, "--keys", keys, "--data", home)
    assert refused.code == Exit.AUDIT_UNAVAILABLE
    assert "into an empty one" in refused.err


def test_the_key_is_changed_and_lost(run: Runner, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run("audit", "rotate-keys")
    assert done.code == 0
    assert "rewrapped: 3 data keys" in done.out
    assert "old key: audit.key.old-" in done.out
    key = (data / KEY_FILE).read_bytes().hex()
    there = run("audit", "key-lost", "--yes")
    assert there.code == Exit.AUDIT_UNAVAILABLE
    moved = run("audit", "rotate-keys", "--to-command", f"printf %s {os.urandom(32).hex()}")
    assert "set PACTOLUS_KEY_COMMAND" in moved.out
    assert key == (data / KEY_FILE).read_bytes().hex()
    lost = run("audit", "key-lost", "--yes")
    assert lost.code == 0
    assert "lost: 5 data keys" in lost.out
    assert _gone(data) == list(range(8))
    verified = run("audit", "verify", "--payloads")
    assert verified.code == 0, verified.out
    assert "key lost: 8 records cannot be read" in verified.out


def test_the_schema_is_brought_up(tmp_path: Path, run: Runner) -> None:
    shutil.copytree(GOLDEN, tmp_path / "old")
    (tmp_path / "old" / KEY_FILE).chmod(0o600)
    done = run("audit", "migrate", "--to", "3", "--data", tmp_path / "old", "--yes")
    assert (done.code, done.out) == (0, "schema version: 3, before: 2\n")
    assert run("audit", "migrate", "--to", "9", "--yes").code == Exit.AUDIT_UNAVAILABLE
    nothing = run("audit", "migrate", "--to", "3", "--data", tmp_path / "nothing", "--yes")
    assert nothing.code == Exit.AUDIT_UNAVAILABLE
