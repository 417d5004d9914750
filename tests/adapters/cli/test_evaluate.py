"""`pactolus evaluate`: lines in the order of the files, and what each exit code stands for."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pactolus_adapters import wiring
from pactolus_adapters.audit import stores
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.clock import system_clock
from pactolus_adapters.hallway import Hallway
from pactolus_adapters.matchers.process import ProcessMatcher
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.errors import AuditUnavailable, MatcherFailed
from pactolus_engine.ports import NewRecord, Receipt
from tests.adapters.cli.run import Run, Runner, runner
from tests.support.examples import AT, EXAMPLES, promises

NEGATIVE, LONE, HOLD = (
    EXAMPLES / f"{name}.json" for name in ("negative-ngs", "lone-observation", "preliminary")
)
CANARY = "qUokka7319"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return runner(data, monkeypatch, capsys)


@pytest.fixture
def refused(tmp_path: Path) -> Path:
    """A file that the reader refuses."""
    file = tmp_path / "refused.json"
    file.write_text(json.dumps({"resourceType": "Observation", "status": CANARY}))
    return file


def _lines(run: Run) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.out.splitlines()]


# --- what is printed -----------------------------------------------------------------------------


def test_every_example_gives_its_line_in_order(run: Runner) -> None:
    promised = promises("midas-consolidation")
    done = run("evaluate", *(EXAMPLES / each.file for each in promised), "--at", AT, "--json")
    assert (done.code, done.err) == (0, "")
    for line, promise in zip(_lines(done), promised, strict=True):
        assert line["decision"]["outcome"] == f"OUTCOME_{promise.outcome}", promise.file
        assert sorted(each["id"] for each in line["decision"]["options"]) == sorted(promise.options)
        assert line["bundle"]["resourceType"] == "Bundle"
        assert "bundleJson" not in line
    assert [line["receipt"]["index"] for line in _lines(done)] == [str(n) for n in range(len(promised))]


@pytest.mark.parametrize("file", [NEGATIVE, LONE, HOLD], ids=lambda file: file.stem)
def test_an_outcome_is_success_whichever_it_is(run: Runner, file: Path) -> None:
    done = run("evaluate", file, "--at", AT)
    assert done.code == 0
    assert done.err == ""
    outcome = next(each.outcome for each in promises() if each.file == file.name)
    assert file.name in done.out
    assert outcome in done.out


def test_the_instant_is_taken_with_its_offset(run: Runner) -> None:
    done = run("evaluate", LONE, "--at", "2026-03-01T10:00:00.5+01:00", "--json")
    assert _lines(done)[0]["decision"]["evaluationTime"] == "2026-03-01T09:00:00.500Z"


def test_a_pack_may_be_named_with_its_version(run: Runner) -> None:
    done = run("evaluate", LONE, "--at", AT, "--json", "--pack", "midas-consolidation@1.0.0")
    assert done.code == 0
    assert _lines(done)[0]["decision"]["pack"]["version"] == "1.0.0"


# --- 2: usage ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("evaluate",),
        ("evaluate", "no-such-file.json"),
        ("evaluate", EXAMPLES),
        ("evaluate", LONE, "--at", "2026-03-01T09:00:00"),
        ("evaluate", LONE, "--at", "2026-03-01"),
        ("evaluate", LONE, "--at", "yesterday"),
        ("evaluate", LONE, "--patient", "\udcff"),
        ("evaluate", LONE, "--pack", "\udcff"),
        ("evaluate", LONE, "--no-such-option"),
        ("no-such-command",),
        ("serve", "--port", "65536"),
    ],
)
def test_usage_is_code_2_and_touches_nothing(run: Runner, data: Path, arguments: tuple[object, ...]) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert "Error" in done.err
    assert done.out == ""
    assert not data.exists()


def test_an_instant_without_offset_is_refused_with_advice(run: Runner) -> None:
    assert "expected an offset or Z" in run("evaluate", LONE, "--at", "2026-03-01T09:00:00").err


def test_a_setting_that_cannot_be_read_is_named(
    run: Runner, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACTOLUS_MATCH_SECONDS", "soon")
    done = run("evaluate", LONE)
    assert done.code == 2
    assert "`PACTOLUS_MATCH_SECONDS`" in done.err
    assert "soon" not in done.err
    assert not data.exists()


# --- 3: input ------------------------------------------------------------------------------------


def test_a_refused_file_gives_its_line_and_the_others_theirs(run: Runner, refused: Path) -> None:
    done = run("evaluate", LONE, refused, NEGATIVE, "--at", AT, "--json")
    assert done.code == 3
    lines = _lines(done)
    assert [next(iter(line)) for line in lines] == ["decision", "error", "decision"]
    assert lines[1]["error"]["code"] == "INVALID_ARGUMENT"
    told = {each["field"]: each["description"] for each in lines[1]["error"]["fieldViolations"]}
    assert told.keys() >= {"resources_json[0].Observation.status", "resources_json[0].Observation.code"}
    assert all(told.values())
    assert CANARY not in done.out + done.err
    # The refusal has its record too: the next receipt is two further on.
    assert [line["receipt"]["index"] for line in (lines[0], lines[2])] == ["0", "2"]


def test_a_refused_file_is_told_in_words_too(run: Runner, refused: Path) -> None:
    done = run("evaluate", refused, LONE, "--at", AT)
    assert done.code == 3
    assert "resources_json[0].Observation.status" in done.out
    assert "NEED_DATA" in done.out
    assert CANARY not in done.out + done.err


def test_the_worst_code_counts_and_every_line_is_printed(
    run: Runner, refused: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine fails on the first file that reaches it: 6, though 3 and 0 come after."""
    _damage(monkeypatch, _Silent)
    done = run("evaluate", NEGATIVE, refused, LONE, "--at", AT, "--json")
    assert done.code == 6
    assert [next(iter(line)) for line in _lines(done)] == ["error", "error", "decision"]


# --- 4: pack -------------------------------------------------------------------------------------


def test_an_unknown_pack_is_code_4(run: Runner) -> None:
    done = run("evaluate", LONE, "--pack", "no-such-pack", "--json")
    assert done.code == 4
    (line,) = _lines(done)
    assert line["error"]["code"] == "NOT_FOUND"
    assert [each["field"] for each in line["error"]["fieldViolations"]] == ["pack"]
    assert "no-such-pack" not in done.out


# --- 5: audit store ------------------------------------------------------------------------------


def test_a_store_that_is_held_names_its_holder(run: Runner, data: Path) -> None:
    log = SqliteAuditLog(data, system_clock)
    try:
        done = run("evaluate", LONE, "--json")
    finally:
        log.close()
    assert (done.code, done.out) == (5, "")
    assert f"process `{os.getpid()}`" in done.err


def test_a_store_without_its_key_is_code_5(run: Runner, data: Path) -> None:
    assert run("evaluate", LONE).code == 0
    (data / "audit.key").unlink()
    done = run("evaluate", LONE)
    assert (done.code, done.out) == (5, "")
    assert "`audit.key` is missing" in done.err


def test_no_answer_is_printed_when_its_record_fails(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(SqliteAuditLog):
        """A store that has no room (the real one raises the same)."""

        def append(self, record: NewRecord) -> tuple[Receipt, bytes]:
            raise AuditUnavailable("the audit store has no room")

    monkeypatch.setattr(stores, "SqliteAuditLog", Full)
    done = run("evaluate", NEGATIVE, LONE, "--at", AT, "--json")
    assert done.code == 5
    assert [line["error"]["reason"] for line in _lines(done)] == ["AUDIT_UNAVAILABLE"] * 2
    assert "isa-krd" not in done.out


# --- 6: the engine -------------------------------------------------------------------------------


class _Damaged(ProcessMatcher):
    """The real worker, and on the way back one rule that fired is lost."""

    def fired(self, pack: CompiledPack, atoms: Mapping[str, str]) -> frozenset[str]:
        return frozenset(sorted(super().fired(pack, atoms))[1:])


class _Silent(ProcessMatcher):
    """The real worker, whose first answer never comes."""

    failed = False

    def fired(self, pack: CompiledPack, atoms: Mapping[str, str]) -> frozenset[str]:
        if not self.failed:
            self.failed = True
            raise MatcherFailed("the rule engine stopped")
        return super().fired(pack, atoms)


def _damage(monkeypatch: pytest.MonkeyPatch, matcher: type[ProcessMatcher]) -> None:
    """Puts a damaged engine where the real one is wired in; all the rest is real."""
    monkeypatch.setattr(wiring.house, "ProcessMatcher", matcher)


def test_engines_that_disagree_are_code_6_and_nobody_answers(
    run: Runner, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _damage(monkeypatch, _Damaged)
    done = run("evaluate", NEGATIVE, "--at", AT, "--json")
    assert done.code == 6
    (line,) = _lines(done)
    assert (line["error"]["code"], line["error"]["reason"]) == ("INTERNAL", "ENGINES_DISAGREE")
    log = SqliteAuditLog(data, system_clock)
    try:
        record = log.read(0)
    finally:
        log.close()
    assert record.event == "failure"
    assert record.rules
    assert all(f"`{rule}`" in line["error"]["message"] for rule in record.rules)


# --- 70: a defect of ours ------------------------------------------------------------------------


@pytest.mark.parametrize("flags", [("--json",), ()])
def test_what_nobody_foresaw_is_told_without_what_a_file_held(
    run: Runner, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr(Hallway, "_read", fail)
    done = run("evaluate", LONE, NEGATIVE, "--at", AT, *flags)
    assert done.code == 70
    assert CANARY not in done.out + done.err + caplog.text
    assert "Traceback" not in done.out + done.err
    assert "ValueError at " in caplog.text, "the operator is told where"
    assert done.out.count("internal error") == 2
