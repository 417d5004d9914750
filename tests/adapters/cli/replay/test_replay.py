"""`pactolus replay`: its exit codes, what it writes, and what it leaves in the audit log."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from pactolus_adapters.authoring.new_pack import new_pack
from pactolus_adapters.cli.audit.operator import operator
from tests.adapters.cli.replay.conftest import REQUESTS, SECOND, VALUES, classes, events, summary
from tests.adapters.cli.run import Runner, runner
from tests.faults.tamper import attacking
from tests.support.process import environment
from tests.support.replay_logs import (
    PACK,
)


@contextmanager
def _holding(data: Path) -> Iterator[None]:
    """The log open in another process, until the block ends."""
    program = """
import sys
from pathlib import Path
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.clock import system_clock
log = SqliteAuditLog(Path(sys.argv[1]), system_clock)
print("held", flush=True)
sys.stdin.read()
log.close()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield
        process.communicate(timeout=30)


# --- exit codes -------------------------------------------------------------------------------------


def test_all_identical_is_0_and_says_where_the_report_is(run: Runner, place: Path) -> None:
    done = run()
    assert (done.code, done.err) == (0, "")
    assert str(place / "report") in done.out
    assert done.out.endswith(f"recorded record {REQUESTS + 1}\n")
    assert {path.name for path in (place / "report").iterdir()} >= {
        "replay.json",
        "results",
        "summary.html",
        "summary.json",
        "summary.md",
    }


def test_differences_are_10(run: Runner, place: Path) -> None:
    done = run("--pack", f"{PACK}@0.2.0", "--packs", place / "candidate", "--json")
    assert (done.code, done.err) == (10, "")
    # The refusal is one under any pack; the record of the other pack is not meant.
    assert classes(done) == {"identical": len(VALUES), "changed-outcome": 1}
    assert summary(done)["passed_over"] == {"other-pack": 1}
    assert summary(done)["causes"] == {"rule:offer-go-on": 1}


def test_what_could_not_be_compared_is_1(run: Runner, place: Path) -> None:
    with attacking(place / "data") as attacker:
        attacker.edit_payload(1)
    done = run("--json")
    assert (done.code, classes(done)) == (1, {"identical": REQUESTS - 1, "tampered": 1})


def test_differences_count_before_what_could_not_be_compared(run: Runner, place: Path) -> None:
    with attacking(place / "data") as attacker:
        attacker.edit_payload(0)
    done = run("--pack", PACK, "--packs", place / "candidate", "--json")
    assert (done.code, classes(done)["tampered"]) == (10, 1)


@pytest.mark.parametrize("asked", [("--from", 9), ("--to", 9), ("--from", 3, "--to", 2)])
def test_a_range_that_is_none_is_3(run: Runner, place: Path, asked: tuple[object, ...]) -> None:
    done = run(*asked)
    assert (done.code, done.out, events(place)) == (3, "", [])
    assert f"within 0 to {REQUESTS}" in done.err
    assert not (place / "report").exists()


@pytest.mark.parametrize("pack", ["no-such-pack", f"{PACK}@9.9.9"])
def test_a_pack_that_there_is_not_is_4(run: Runner, place: Path, pack: str) -> None:
    done = run("--pack", pack)
    assert (done.code, done.out, events(place)) == (4, "", [])
    assert f"no pack `{pack}`; there are: `{PACK}@" in done.err and "--packs" in done.err


def test_a_folder_of_packs_without_the_candidate_is_4(run: Runner, place: Path) -> None:
    new_pack("other", place / "others", date(2026, 3, 1))
    done = run("--pack", PACK, "--packs", place / "others")
    assert (done.code, done.out, events(place)) == (4, "", [])
    assert f"--packs holds no pack `{PACK}`, only `other`" in done.err
    again = run("--pack", PACK, "--of", PACK, "--packs", place / "others")
    assert again.code == 0 and "is the pack in force" in again.err


def test_an_overlay_that_does_not_fit_the_candidate_is_told(run: Runner, place: Path) -> None:
    site = place / "site"
    site.mkdir()
    version = (place / "rules" / PACK / "pack.yaml").read_text().split("version: ")[1].split()[0]
    (site / f"{PACK}.yaml").write_text(
        f"overlay-for: {PACK}\npack-version: {version}\ntitle: Ours\nparameters: {{}}\n"
    )
    done = run("--pack", PACK, "--packs", place / "candidate", "--overlays", site)
    assert done.code == 10, done.err
    assert f"the site's overlay of `{PACK}` does not fit `{PACK}@0.2.0`" in done.err


def test_no_log_is_5_and_makes_none(run: Runner, place: Path) -> None:
    done = run("--data", place / "elsewhere")
    assert (done.code, done.out) == (5, "")
    assert "audit store" in done.err
    assert not (place / "elsewhere").exists() and not (place / "report").exists()


def test_a_log_that_another_process_holds_is_5_and_says_what_to_do(run: Runner, place: Path) -> None:
    with _holding(place / "data"):
        done = run()
    assert (done.code, done.out) == (5, "")
    assert "AuditService.StartReplay" in done.err
    assert events(place) == []
    assert run().code == 0


def test_a_folder_of_another_replay_is_2(run: Runner, place: Path) -> None:
    assert run("--to", 2).code == 0
    before = (place / "report" / "replay.json").read_bytes()
    done = run("--pack", PACK)
    assert (done.code, done.out) == (2, "")
    assert "holds another replay" in done.err
    assert (place / "report" / "replay.json").read_bytes() == before
    assert len(events(place)) == 2


def test_a_disk_that_takes_no_more_is_2_and_says_how_to_go_on(run: Runner, place: Path) -> None:
    report = place / "report"
    assert run().code == 0
    shutil.rmtree(report / "results")
    (report / "results").write_text("no folder")  # what is written there fails as on a full disk
    state = json.loads((report / "replay.json").read_text())
    (report / "replay.json").write_text(json.dumps({**state, "finished": None, "root": ""}))
    done = run()
    assert (done.code, done.out) == (2, "")
    assert "goes on with it" in done.err and "cannot be written: File exists" in done.err
    (report / "results").unlink()
    (report / "summary.md").unlink()
    (report / "summary.md").mkdir()
    done = run()
    assert (done.code, done.out) == (2, "")
    assert "goes on with it" in done.err and "cannot be written: Is a directory" in done.err
    (report / "summary.md").rmdir()
    assert run().code == 0


def test_a_folder_of_something_else_is_2(run: Runner, place: Path) -> None:
    done = run(report="rules")
    assert (done.code, done.out, events(place)) == (2, "", [])
    assert "holds no replay" in done.err


# --- what it writes ---------------------------------------------------------------------------------


def test_the_json_is_the_summary_in_the_folder(run: Runner, place: Path) -> None:
    done = run("--json")
    assert done.out == (place / "report" / "summary.json").read_text(encoding="utf-8")
    found = summary(done)
    assert (found["records"], found["results"], found["passed_over"]) == (REQUESTS, REQUESTS, {})


def test_a_replay_that_is_done_is_told_again_and_recorded_once(run: Runner, place: Path) -> None:
    first, again = run("--json"), run("--json")
    assert (first.code, again.code) == (0, 0)
    assert summary(first)["root"] == summary(again)["root"]
    assert [one.event for one in events(place)] == ["replay", "replay"]
    elsewhere = run("--to", REQUESTS, "--json", report="elsewhere")
    assert summary(elsewhere)["root"] == summary(first)["root"]


def test_results_that_are_torn_are_2_and_those_that_are_gone_are_made_anew(run: Runner, place: Path) -> None:
    done = run("--json")
    (part,) = (place / "report" / "results").iterdir()
    part.write_bytes(part.read_bytes()[:-50])
    torn = run()
    assert (torn.code, torn.out) == (2, "") and part.name in torn.err
    part.unlink()
    again = run("--json")
    assert (again.code, summary(again)["root"]) == (0, summary(done)["root"])


def test_results_that_are_no_longer_those_of_the_recorded_root_are_2(run: Runner, place: Path) -> None:
    assert run().code == 0
    (part,) = (place / "report" / "results").iterdir()
    part.unlink()
    report = (place / "report" / "summary.json").read_bytes()
    with attacking(place / "data") as attacker:
        attacker.edit_payload(1)
    done = run()
    assert (done.code, done.out) == (2, "")
    assert f"was altered since record `{REQUESTS + 1}`" in done.err
    assert (place / "report" / "summary.json").read_bytes() == report


@pytest.mark.parametrize(
    ("asked", "indexes", "passed_over"),
    [
        (("--of", PACK), 4, {"other-pack": 1}),
        (("--of", SECOND), 1, {"other-pack": 4}),
        (("--from", 1), 4, {}),
        (("--to", 2), 2, {}),
        (("--from", 1, "--to", 3), 2, {}),
        (("--from", 3, "--to", 5, "--of", SECOND), 1, {"other-pack": 1}),
    ],
)
def test_only_what_was_asked_for_is_replayed(
    run: Runner, asked: tuple[object, ...], indexes: int, passed_over: dict[str, int]
) -> None:
    done = run(*asked, "--json")
    found = summary(done)
    assert (done.code, found["results"], found["passed_over"]) == (0, indexes, passed_over)
    assert found["records"] == indexes + sum(passed_over.values())


def test_a_pack_that_decided_nothing_is_no_all_clear(run: Runner) -> None:
    done = run("--of", "no-such-pack", "--json")
    found = summary(done)
    assert (done.code, found["results"], found["passed_over"]) == (1, 0, {"other-pack": 5})


def test_a_bar_is_for_terminals(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert "replaying" in run(report="again").err


# --- what it leaves in the log ----------------------------------------------------------------------


def test_its_begin_and_its_end_are_recorded_with_who_why_and_the_root(run: Runner, place: Path) -> None:
    done = run("--pack", PACK, "--packs", place / "candidate", "--reason", "a new threshold", "--json")
    begun, finished = events(place)
    assert [begun.event, finished.event] == ["replay", "replay"]
    leaves = [json.loads(one.leaf) for one in (begun, finished)]
    assert [leaf.get("report_root") for leaf in leaves] == [None, summary(done)["root"]]
    told = [json.loads(one.input) for one in (begun, finished)]
    assert [one["what"] for one in told] == ["started", "finished"]
    for one in told:
        assert (one["reason"], one["pack"], one["end"]) == ("a new threshold", f"{PACK}@0.2.0", str(REQUESTS))
    assert told[1]["started"] == str(REQUESTS)
    assert told[1]["report_root"] == summary(done)["root"]
    assert told[1]["results.changed-outcome"] == "1"
    assert b"a new threshold" not in begun.leaf + finished.leaf  # somebody may have named a patient


def test_the_operator_is_recorded(
    run: Runner, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run().code == 0
    for index in (REQUESTS, REQUESTS + 1):
        shown = runner(place / "data", monkeypatch, capsys)("audit", "show", index)
        assert (shown.code, operator().client in shown.out) == (0, True)
