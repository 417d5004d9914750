"""`pactolus audit verify`, `prove`, `check-proof`, `checkpoint` and `verifier-key`, as an auditor types them."""

import json
from pathlib import Path

import pytest

from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.cli.exits import Exit
from pactolus_adapters.tlog.cosignature import Cosigner, cosignature_line
from pactolus_engine.ports import DestroyKey
from tests.adapters.cli.run import Runner, runner
from tests.contract.audit_log import fixed_clock, new_record
from tests.contract.audit_trail import event
from tests.faults.tamper import attacking

RECORDS = 12
WITNESS = Cosigner("witness.example", bytes(range(32)))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A closed store of two patients, one of them erased."""
    directory = tmp_path / "data"
    log = SqliteAuditLog(directory, fixed_clock)
    _fill(log, RECORDS)
    (key_id,) = log.keys_of("north", ("Patient/1",))
    log.append(event("erasure", change=DestroyKey(key_id)))
    log.add_cosignature(
        RECORDS + 1, "witness.example", cosignature_line(log.publish(), WITNESS, 1_772_354_415)
    )
    log.close()
    return directory


def _fill(log: SqliteAuditLog, size: int) -> None:
    for number in range(log.size(), size):
        log.append(new_record(f"request-{number}", patient=f"Patient/{number % 2}"))


@pytest.fixture
def run(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return runner(data, monkeypatch, capsys)


# --- verify -------------------------------------------------------------------------------------


def test_a_whole_log_says_so_and_what_was_erased(run: Runner) -> None:
    done = run("audit", "verify", "--payloads")
    assert done.code == Exit.OUTCOME
    assert done.out.splitlines() == [
        "whole: 13 records, nothing is wrong",
        "signed: the first 13 records, by the checkpoint that they agree with",
        "erased: 6, pruned: 0; a record of the log says so, their proofs stand",
        "payloads: every one that is left was opened",
    ]


def test_what_is_wrong_is_named_and_gives_exit_code_1(run: Runner, data: Path) -> None:
    with attacking(data) as attacker:
        attacker.edit_payload(4)
    assert run("audit", "verify").code == Exit.OUTCOME
    done = run("audit", "verify", "--payloads")
    assert done.code == Exit.FOUND
    assert done.out.startswith(
        "NOT WHOLE: first bad record 4 of 13 records\n  4: record `4` of the audit log was altered"
    )


def test_json_tells_the_same(run: Runner, data: Path) -> None:
    with attacking(data) as attacker:
        attacker.delete(4)
    done = run("audit", "verify", "--json")
    told = json.loads(done.out)
    assert done.code == Exit.FOUND
    assert not told["isWhole"]
    assert told["findings"][0] == {"index": 4, "text": "record `4` is missing"}
    assert (told["records"], told["erased"], told["signed"], told["payloadsOpened"]) == (13, 6, 13, False)
    assert told["checkpoint"].splitlines()[1] == "13"


def test_since_a_checkpoint_that_was_kept(run: Runner, data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    log = SqliteAuditLog(data, fixed_clock)
    _fill(log, 20)
    log.close()
    assert run("audit", "checkpoint", "--out", kept).code == Exit.OUTCOME
    assert run("audit", "verify", "--since", kept).code == Exit.OUTCOME
    with attacking(data) as attacker:
        attacker.truncate(15)
        attacker.rebuild_tiles()
        attacker.forget_checkpoints(15)
    assert run("audit", "verify").code == Exit.OUTCOME, "on its own word the log is whole"
    done = run("audit", "verify", "--since", kept)
    assert done.code == Exit.FOUND
    assert "first bad record 15" in done.out


@pytest.mark.parametrize(("option", "text"), [("--since", "no note"), ("--key", "no key")])
def test_what_cannot_be_read_is_a_mistake_of_usage(
    run: Runner, tmp_path: Path, option: str, text: str
) -> None:
    (tmp_path / "file").write_text(text)
    assert run("audit", "verify", option, tmp_path / "file").code == Exit.USAGE


def test_without_a_store_nothing_is_said_but_where_it_was_looked_for(run: Runner, tmp_path: Path) -> None:
    done = run("audit", "verify", "--data", tmp_path / "nowhere")
    assert (done.code, done.out) == (Exit.AUDIT_UNAVAILABLE, "")
    assert f"`{tmp_path / 'nowhere'}`" in done.err


def test_the_key_of_another_log_does_not_pass(run: Runner, data: Path, tmp_path: Path) -> None:
    other = SqliteAuditLog(tmp_path / "other", fixed_clock)
    key, origin = other.verifier_key, other.origin
    other.close()
    done = run("audit", "verify", "--key", key)
    assert done.code == Exit.FOUND, "a log that was put in place of the right one is whole by itself"
    assert f"the key that was given is of log `{origin}`" in done.out
    assert run("audit", "verify", "--key", WITNESS.verifier_key).code == Exit.OUTCOME


def test_a_store_that_the_service_refuses_is_verified_all_the_same(run: Runner, data: Path) -> None:
    with attacking(data) as attacker:
        attacker.edit_leaf(4)
        attacker.rehash(4)
        attacker.rebuild_tiles()
    assert run("audit", "checkpoint", "--publish").code == Exit.AUDIT_UNAVAILABLE
    done = run("audit", "verify")
    assert done.code == Exit.FOUND
    assert "first bad record 4" in done.out


def test_it_runs_beside_whoever_records(run: Runner, data: Path) -> None:
    log = SqliteAuditLog(data, fixed_clock)
    _fill(log, 20)
    done = run("audit", "verify", "--payloads")
    log.close()
    assert done.code == Exit.OUTCOME
    assert "20 records" in done.out


# --- proofs -------------------------------------------------------------------------------------


def _proved(run: Runner, folder: Path, index: int) -> tuple[Path, Path]:
    proof, leaf = folder / f"{index}.tlog-proof", folder / f"{index}.leaf"
    done = run("audit", "prove", index, "--out", proof, "--leaf", leaf)
    assert done.code == Exit.OUTCOME
    return proof, leaf


def test_a_proof_is_checked_without_the_store(run: Runner, data: Path, tmp_path: Path) -> None:
    key = run("audit", "verifier-key").out.strip()
    proof, leaf = _proved(run, tmp_path, 1)
    (data / "audit.sqlite3").unlink()
    done = run("audit", "check-proof", proof, "--leaf", leaf, "--key", key, "--key", WITNESS.verifier_key)
    assert done.code == Exit.OUTCOME
    origin = key.split("+")[0]
    assert done.out.splitlines() == [
        f"proved: the leaf is record 1 of log {origin}, in its tree of 13 records",
        "cosigned: by witness.example at 2026-03-01T08:40:15Z",
    ]


def test_another_leaf_or_key_is_not_proved(run: Runner, tmp_path: Path) -> None:
    key = run("audit", "verifier-key").out.strip()
    proof, leaf = _proved(run, tmp_path, 1)
    _, other = _proved(run, tmp_path, 2)
    for arguments in ((other, key), (leaf, WITNESS.verifier_key)):
        done = run("audit", "check-proof", proof, "--leaf", arguments[0], "--key", arguments[1])
        assert done.code == Exit.FOUND
        assert done.out.startswith("NOT PROVED: ")
    assert run("audit", "check-proof", leaf, "--leaf", leaf, "--key", key).code == Exit.USAGE


def test_a_proof_is_printed_and_can_be_against_an_older_checkpoint(
    run: Runner, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "older").write_text(run("audit", "checkpoint").out, encoding="utf-8")
    log = SqliteAuditLog(data, fixed_clock)
    _fill(log, 20)
    log.close()
    assert "\n20\n" in run("audit", "prove", 3).out
    assert "\n13\n" in run("audit", "prove", 3, "--checkpoint", tmp_path / "older").out
    assert run("audit", "prove", 15, "--checkpoint", tmp_path / "older").code == Exit.USAGE
    assert run("audit", "prove", 20).code == Exit.INPUT_INVALID, "there is no such record, as for `show`"


@pytest.mark.parametrize(
    "command",
    [("checkpoint", "--out"), ("prove", "3", "--out"), ("prove", "3", "--leaf")],
)
def test_a_file_that_cannot_be_made_is_named_and_none_is_overwritten(
    run: Runner, tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = run("audit", *command, tmp_path / "no-folder" / "file")
    assert done.code == Exit.USAGE
    assert "cannot be written: No such file or directory" in done.err
    kept = tmp_path / "kept"
    kept.write_text("evidence", encoding="utf-8")
    done = run("audit", *command, kept)
    assert (done.code, kept.read_text(encoding="utf-8")) == (Exit.USAGE, "evidence")
    assert "is there already and is not overwritten" in done.err


def test_a_file_that_cannot_be_read_is_named(run: Runner) -> None:
    unreadable = "/proc/self/mem"  # no address 0: reading fails, whoever asks
    for command in (("verify", "--since"), ("prove", "3", "--checkpoint")):
        done = run("audit", *command, unreadable)
        assert done.code == Exit.USAGE
        assert "`/proc/self/mem` cannot be read" in done.err


def test_publish_signs_what_nobody_has_signed(run: Runner, data: Path) -> None:
    with attacking(data) as attacker:
        attacker.forget_checkpoints(0)
    assert run("audit", "checkpoint").code == Exit.USAGE
    assert run("audit", "prove", 3).code == Exit.USAGE
    done = run("audit", "checkpoint", "--publish")
    assert done.code == Exit.OUTCOME
    assert done.out == run("audit", "checkpoint").out
    assert run("audit", "prove", 3).code == Exit.OUTCOME
