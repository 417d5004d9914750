"""A recall: every recorded decision that rests on one thing, through the use case, the command, the RPC."""

import json
import os
import shutil
from pathlib import Path

import grpc
import pytest

from pactolus.v1 import audit_service_pb2 as audit
from pactolus.v1.audit_service_pb2_grpc import AuditServiceStub
from pactolus.v1.decision_pb2 import OUTCOME_OFFER, OUTCOME_RETRACT
from pactolus.v1.evaluation_service_pb2 import PackSelector
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.clock import system_clock
from tests.adapters.cli.run import Runner, runner
from tests.adapters.cli.test_overlays import OVERLAY
from tests.support.changed import FULL, MRD, alone, full, versioned
from tests.support.examples import AT, EXAMPLES, request
from tests.support.service import Service, service, violations_of

Request = audit.ListAffectedDecisionsRequest


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """Records: 0 and 1 rest on version 1, 2 is refused, 3 retracts (and rests on version 2), 4 is another
    patient's, 5 of another tenant."""
    with service(tmp_path_factory.mktemp("recall")) as running:
        running.evaluate(request(FULL))
        running.evaluate(request(FULL))
        with pytest.raises(grpc.RpcError):
            running.evaluate(request(b"{}"))
        running.evaluate(request(alone(versioned("amended", 2, 30))))
        running.evaluate(request("positive-flow.json"))
        running.evaluate(request(FULL), metadata=[("x-pactolus-tenant", "south")])
        yield running


def _asked(served: Service, request_: Request, tenant: str = "") -> list[audit.ListAffectedDecisionsResponse]:
    metadata = [("x-pactolus-tenant", tenant)] if tenant else []
    return list(
        AuditServiceStub(served.channel).ListAffectedDecisions(request_, metadata=metadata, timeout=30)
    )


@pytest.mark.parametrize(
    ("request_", "indexes"),
    [
        (Request(observation=f"Observation/{MRD}"), [0, 1, 3]),
        (Request(observation=f"Observation/{MRD}/_history/1"), [0, 1]),
        (Request(observation=f"Observation/{MRD}/_history/2"), [3]),
        (Request(observation="Specimen/testpatient-negative-marrow"), [0, 1, 3]),
        (Request(code_set="mrd-flow"), [4]),
        (Request(code_set="mrd-ngs"), [0, 1, 3]),
        (Request(code_set="drug-isatuximab"), [0, 1, 3, 4]),
        (Request(parameter="window-days-after"), [0, 1, 3, 4]),
        (Request(pack=PackSelector(id="midas-endpoint")), []),
        (Request(pack=PackSelector(id="midas-consolidation")), [0, 1, 3, 4]),
    ],
)
def test_the_decisions_that_rest_on_it_are_listed(
    served: Service, request_: Request, indexes: list[int]
) -> None:
    found = _asked(served, request_)
    assert [one.record.receipt.index for one in found] == indexes
    assert all(one.is_sure for one in found)


def test_a_retraction_is_on_the_wire(served: Service) -> None:
    decision = served.recall(3).response.decision
    assert decision.outcome == OUTCOME_RETRACT
    ids = {served.recall(index).response.decision.decision_id for index in (0, 1)}
    assert {one.decision_id for one in decision.retracted} == ids
    assert (decision.retracted[0].index, decision.retracted[0].new_status) == (1, "revoked")
    assert decision.replacement.outcome == OUTCOME_OFFER
    assert [option.id for option in decision.replacement.options] == ["asct-isa-krd-x2", "tandem-asct"]
    assert {one.record for one in decision.replacement.trace.taken_from_earlier} == {0}


def test_a_decision_is_told_in_short_and_by_pseudonym(served: Service) -> None:
    first, again, other = (
        one
        for one in _asked(served, Request(pack=PackSelector(id="midas-consolidation")))
        if one.record.receipt.index in {0, 1, 4}
    )
    answered = served.recall(0)
    assert first.record.decision_id == answered.response.decision.decision_id
    assert first.record.receipt == answered.response.receipt
    assert first.record.record_time == answered.record_time
    assert first.patient_pseudonym == again.patient_pseudonym != other.patient_pseudonym
    assert "testpatient" not in str(first)


def test_another_tenant_sees_its_own(served: Service) -> None:
    found = _asked(served, Request(observation=f"Observation/{MRD}"), "south")
    assert [one.record.receipt.index for one in found] == [5]


def test_what_only_another_tenant_has_sent_is_unknown(served: Service) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        _asked(served, Request(observation="Observation/mrd-flow-positive"), "south")
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("request_", "place"),
    [
        (Request(), "ground"),
        (Request(observation=""), "observation"),
        (Request(observation=MRD), "observation"),
        (Request(observation="Observation/"), "observation"),
        (Request(observation=f"Observation/{MRD}/_history/"), "observation"),
        (Request(observation="Observation/unheard-of"), "observation"),
        (Request(observation=f"Observation/{MRD}/_history/9"), "observation"),
        (Request(observation="https://hospital.example/fhir/Observation/unheard-of"), "observation"),
        (Request(code_set="unheard-of"), "code_set"),
        (Request(parameter="unheard-of"), "parameter"),
        (Request(pack=PackSelector()), "pack"),
        (Request(pack=PackSelector(id="unheard-of")), "pack"),
        (Request(pack=PackSelector(id="midas-consolidation", version="9.9.9")), "pack"),
    ],
)
def test_what_names_nothing_is_invalid(served: Service, request_: Request, place: str) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        _asked(served, request_)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert place in violations_of(caught.value)


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that is closed. Records: 0 an offer, 1 takes it back, 2 another patient's."""
    place = tmp_path_factory.mktemp("recorded") / "data"
    with service(place) as running:
        for sent in (FULL, full(versioned("entered-in-error", 2)), "positive-flow.json"):
            running.evaluate(request(sent))
    return place


@pytest.fixture
def run(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Runner:
    return runner(Path(shutil.copytree(recorded, tmp_path / "data")), monkeypatch, capsys)


def test_the_command_lists_them_and_what_became_of_them(run: Runner) -> None:
    done = run("audit", "affected", "--observation", f"Observation/{MRD}")
    assert (done.code, done.err) == (0, "")
    header, first, second, count = done.out.splitlines()
    titles = ("record", "decision", "evaluated at", "pack", "outcome", "patient")
    columns = [header.index(title) for title in titles]
    for line in (first, second):
        assert all(line[at - 1] == " " != line[at] for at in columns[1:])
    assert [line[columns[4] :].split()[0] for line in (first, second)] == ["OFFER", "RETRACT"]
    assert first.startswith("0 ")
    assert "2026-03-01T09:00:00.000Z" in first
    assert "midas-consolidation 1.0.0" in first
    assert first.endswith("taken back by record 1")
    assert "taken back" not in second
    assert count == "found: 2 decisions"


def test_the_decision_id_is_told_in_short(run: Runner) -> None:
    asked = ("audit", "affected", "--observation", f"Observation/{MRD}")
    whole = json.loads(run(*asked, "--json").out.splitlines()[0])["record"]["decisionId"]
    first = run(*asked).out.splitlines()[1]
    assert whole[:12] in first
    assert whole not in first


def test_a_retraction_rests_on_the_version_that_it_answers(run: Runner) -> None:
    done = run("audit", "affected", "--observation", f"Observation/{MRD}/_history/2")
    _, only, count = done.out.splitlines()
    assert only.startswith("1 ")
    assert count == "found: 1 decision"


def test_a_suggestion_given_again_after_its_retraction_stands(run: Runner, tmp_path: Path) -> None:
    third = tmp_path / "third.json"
    third.write_bytes(full(versioned("corrected", 3, 3)))
    assert "OFFER" in run("evaluate", third, "--at", AT).out
    done = run("audit", "affected", "--observation", f"Observation/{MRD}")
    assert ["taken back by record 1" in line for line in done.out.splitlines()[1:-1]] == [True, False, False]


def test_no_decisions_is_said_of_what_is_known(run: Runner) -> None:
    done = run("audit", "affected", "--pack", "midas-endpoint")
    assert (done.code, done.out) == (0, "found: 0 decisions\n")


def test_the_command_prints_json_lines(run: Runner) -> None:
    done = run("audit", "affected", "--pack", "midas-consolidation@1.0.0", "--json")
    found = [json.loads(line) for line in done.out.splitlines()]
    assert [one["record"]["outcome"] for one in found] == [
        "OUTCOME_OFFER",
        "OUTCOME_RETRACT",
        "OUTCOME_OFFER",
    ]
    assert [one["record"]["receipt"]["index"] for one in found] == ["0", "1", "2"]


@pytest.mark.parametrize("options", [[], ["--pack", "p", "--parameter", "q"], ["--observation", ""]])
def test_the_command_wants_exactly_one_thing(run: Runner, options: list[str]) -> None:
    assert run("audit", "affected", *options).code == 2


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("--observation", "blah"),
        ("--observation", MRD),
        ("--observation", "Observation/unheard-of"),
        ("--code-set", "unheard-of"),
        ("--parameter", "unheard-of"),
        ("--pack", "unheard-of"),
        ("--pack", "midas-consolidation@9.9.9"),
    ],
)
def test_a_name_that_nothing_knows_is_no_all_clear(run: Runner, option: str, name: str) -> None:
    done = run("audit", "affected", option, name)
    assert (done.code, done.out) == (3, "")
    assert "invalid input: 1 violation" in done.err
    assert f"- {option.removeprefix('--').replace('-', '_')}: " in done.err


# --- the store ------------------------------------------------------------------------------------


def test_a_question_never_makes_a_store(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for place in (tmp_path / "wrong", tmp_path / "empty"):
        done = run("audit", "affected", "--pack", "midas-endpoint", "--data", place)
        assert (done.code, done.out) == (5, "")
        assert "there is no audit store in the data directory" in done.err
    assert not (tmp_path / "wrong").exists()
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_store_that_a_server_holds_is_asked_through_it(run: Runner, tmp_path: Path) -> None:
    log = SqliteAuditLog(tmp_path / "data", system_clock)
    try:
        done = run("audit", "affected", "--pack", "midas-endpoint")
    finally:
        log.close()
    assert done.code == 5
    assert f"held by process `{os.getpid()}`" in done.err
    assert "`AuditService.ListAffectedDecisions`" in done.err
    assert "another data directory" not in done.err


def test_a_site_asks_with_its_overlays(run: Runner, tmp_path: Path) -> None:
    """The pack that decided is on the shelf only with the overlay that it decided with."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "midas-consolidation.yaml").write_text(OVERLAY)
    run("evaluate", EXAMPLES / "positive-flow.json", "--at", AT, "--overlays", site)

    def doubtful(*options: object) -> dict[str, bool]:
        lines = run("audit", "affected", "--code-set", "mrd-flow", *options).out.splitlines()[1:-1]
        return {line.split()[0]: "not sure" in line for line in lines}

    assert doubtful()["3"]
    assert not doubtful("--overlays", site)["3"]


# --- the answer that takes back -------------------------------------------------------------------


def test_the_terminal_shows_what_fell_and_what_stands_now(run: Runner, tmp_path: Path) -> None:
    third = tmp_path / "third.json"
    third.write_bytes(full(versioned("corrected", 3, 2)))
    done = run("evaluate", third, "--at", AT)
    assert "OFFER" in done.out
    fourth = tmp_path / "fourth.json"
    fourth.write_bytes(alone(versioned("entered-in-error", 4)))
    done = run("evaluate", fourth, "--at", AT)
    told = done.out
    assert told.index("RETRACT") < told.index("entered-in-error") < told.index("In its place")
    assert told.index("In its place") < told.index("NEED_DATA") < told.index("Decided also from")
    assert "of record 3: it was not sent again" in told or "of record 0: it was not sent again" in told
