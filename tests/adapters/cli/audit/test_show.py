"""`pactolus audit show`: the page, the document, and what neither tells without being asked."""

import json
import os
from pathlib import Path

import pytest

from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.clock import system_clock
from pactolus_engine.errors import AuditUnavailable
from tests.adapters.cli.audit.golden import GOLDEN, pages
from tests.adapters.cli.run import Runner
from tests.support.changed import FULL


@pytest.mark.parametrize(("name", "text"), pages().items())
def test_the_page_is_the_one_that_was_looked_at(name: str, text: str) -> None:
    """`python -m tests.adapters.cli.audit.golden` writes them anew."""
    assert text == (GOLDEN / name).read_text(encoding="utf-8")


def test_a_decision_is_shown_with_proof_and_what_came_later(run: Runner) -> None:
    done = run("audit", "show", 0)
    assert (done.code, done.err) == (0, "")
    for words in (
        "OFFER: options to consider",
        "+ offer-isa-krd-x6 [offer]",
        "? active-infection-recorded [caveat]",
        "- age-66-or-over [exclude]: (age-at-diagnosis >= 66 a) is false",
        "Observation/mrd-ngs-negative Observation.value (version 1)",
        "- window-days-after = 42",
        "inclusion verified",
        "x taken back by record 1",
        "read at ",
    ):
        assert words in done.out
    assert "resourceType" not in done.out


def test_a_retraction_is_shown_with_what_stands_in_its_place(run: Runner) -> None:
    out = run("audit", "show", 1).out
    assert out.index("RETRACT") < out.index("In its place") < out.index("NEED_DATA") < out.index("Rules that")


def test_what_was_sent_is_shown_only_on_demand(run: Runner) -> None:
    assert '"family"' not in run("audit", "show", 0).out
    assert '"family"' in run("audit", "show", 0, "--with-patient-data").out
    plain = json.loads(run("audit", "show", 0, "--json").out)
    assert not {"sent", "bundle", "patient"} & plain.keys()
    assert "patient" not in plain["decision"]
    whole = json.loads(run("audit", "show", 0, "--json", "--with-patient-data").out)
    assert whole["sent"] == [FULL.decode()]
    assert whole["bundle"]["resourceType"] == "Bundle"
    assert whole["decision"]["patient"] == "Patient/testpatient-negative"


def test_the_document_holds_decision_proof_and_what_decided(run: Runner) -> None:
    told = json.loads(run("audit", "show", 0, "--json").out)
    by_id = json.loads(run("audit", "show", told["decision"]["decisionId"], "--json").out)
    assert by_id["record"]["index"] == 3, "the latest record of it"
    assert told["proof"]["isVerified"] is True
    assert told["decidedBy"]["parameters"]["window-days-after"] == "42"
    assert told["decidedBy"]["pack"]["digest"] == told["leaf"]["pack_digest"]
    assert len(told["decidedBy"]["contentDigest"]) == 64
    assert told["takenBackBy"] == 1
    assert [one["event"] for one in told["later"]] == ["read"]


def test_the_look_names_the_person_by_the_login_name(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "dr-example")
    told = json.loads(run("audit", "show", 0, "--json").out)
    assert [one["client"] for one in told["later"]] == ["cli:dr-example"]


@pytest.mark.parametrize(
    ("wanted", "code", "words"),
    [
        ("99", 3, "no record at this `index`"),
        ("0" * 64, 3, "no record holds a decision of this `decision_id`"),
        ("x", 2, "name a record by its index"),
        ("9" * 19, 2, "name a record by its index"),
    ],
)
def test_what_is_not_there_is_said(run: Runner, wanted: str, code: int, words: str) -> None:
    done = run("audit", "show", wanted)
    assert (done.code, done.out) == (code, "")
    assert words in done.err


@pytest.mark.parametrize(
    "asked",
    [
        ("show", "0"),
        ("show", "0", "--json"),
        ("list",),
        ("affected", "--json", "--pack", "midas-consolidation"),
    ],
)
def test_nothing_is_shown_when_the_look_cannot_be_recorded(
    run: Runner, asked: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AuditUnavailable("the audit store has no room")

    monkeypatch.setattr(SqliteAuditLog, "append", refuse)
    done = run("audit", *asked)
    assert (done.code, done.out) == (5, "")
    assert "has no room" in done.err


@pytest.mark.parametrize(
    ("asked", "method"),
    [
        (("show", "0"), "GetDecision"),
        (("list",), "ListDecisions"),
    ],
)
def test_a_store_that_a_server_holds_is_asked_through_it(
    run: Runner, tmp_path: Path, asked: tuple[str, ...], method: str
) -> None:
    log = SqliteAuditLog(tmp_path / "data", system_clock)
    try:
        done = run("audit", *asked)
    finally:
        log.close()
    assert (done.code, done.out) == (5, "")
    assert f"held by process `{os.getpid()}`" in done.err
    assert f"`AuditService.{method}`" in done.err
