"""Replays over a real channel: started, watched to the end, listed; by their own tenant only."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import Any

import grpc
import pytest

from pactolus.v1 import audit_service_pb2 as audit
from pactolus.v1.audit_service_pb2_grpc import AuditServiceStub
from pactolus.v1.decision_pb2 import OUTCOME_OFFER, OUTCOME_OUT_OF_SCOPE
from pactolus.v1.evaluation_service_pb2 import PackSelector
from pactolus_adapters.grpcapi.replay_methods import REPLAY_WATCHES
from pactolus_adapters.trail.places import entry_at, leaf_of
from tests.support.examples import ROOT, request
from tests.support.process import until
from tests.support.replays import AFTER, PACK, mrd_request, small_rules
from tests.support.service import Service, reason_of, service, violations_of

SOUTH = [("x-pactolus-tenant", "south")]
BELOW, BETWEEN, ABOVE = 0, 1, 2
"""Records with an MRD below, between and above the two thresholds."""
REFUSED, OF_SOUTH = 3, 4
IMPACT = {"request_id": "impact", "pack": PackSelector(id=PACK, version=AFTER), "reason": "threshold"}


@dataclass
class Done:
    """A replay that was watched to its end."""

    served: Service
    started: audit.StartReplayResponse
    told: list[audit.WatchReplayResponse]

    @property
    def stub(self) -> AuditServiceStub:
        return AuditServiceStub(self.served.channel)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("replays")
    with service(folder / "data", rules=small_rules(folder / "rules"), pack=PACK) as running:
        for number, mrd in enumerate(("3e-6", "5e-5", "5e-4")):
            running.evaluate(mrd_request(number, Decimal(mrd)))
        with pytest.raises(grpc.RpcError):
            running.evaluate(request(b"{}", pack=PackSelector(id=PACK)))
        running.evaluate(mrd_request(9, Decimal("5e-5")), metadata=SOUTH)
        yield running


@pytest.fixture(scope="module")
def done(served: Service) -> Done:
    """What the later version says of the tenant's records."""
    stub = AuditServiceStub(served.channel)
    started = stub.StartReplay(audit.StartReplayRequest(**IMPACT), timeout=30)
    asked = audit.WatchReplayRequest(replay_id=started.replay_id)
    return Done(served, started, list(stub.WatchReplay(asked, timeout=60)))


@pytest.fixture
def stub(served: Service) -> AuditServiceStub:
    return AuditServiceStub(served.channel)


def _refused(call: Callable[[], object]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value.code(), reason_of(caught.value)


def _list(done: Done, metadata: Any = None, **asked: Any) -> audit.ListReplayDifferencesResponse:
    message = audit.ListReplayDifferencesRequest(**{"replay_id": done.started.replay_id} | asked)
    return done.stub.ListReplayDifferences(message, metadata=metadata, timeout=30)


# --- from start to end


def test_a_replay_is_watched_to_its_end(done: Done) -> None:
    *running, last = done.told
    assert {one.state for one in running} == {audit.REPLAY_STATE_RUNNING}
    far = [one.records_done for one in done.told]
    assert far == sorted(far)
    assert (last.state, last.records_done, last.records_total) == (audit.REPLAY_STATE_DONE, 5, 5)
    assert last.differences == 1
    assert {one.result_class: one.records for one in last.counts} == {
        audit.REPLAY_CLASS_IDENTICAL: 3,
        audit.REPLAY_CLASS_CHANGED_OUTCOME: 1,
    }


def test_start_and_end_are_records_and_the_end_holds_the_root(done: Done) -> None:
    log, last = done.served.house.audit, done.told[-1]
    for receipt in (done.started.receipt, last.receipt):
        assert (log.read(receipt.index).event, entry_at(log, receipt.index).leaf_hash) == (
            "replay",
            receipt.leaf_hash,
        )
    assert len(last.report_root) == 32
    assert leaf_of(entry_at(log, last.receipt.index))["report_root"] == last.report_root.hex()
    assert b'"reason":"threshold"' in log.read(done.started.receipt.index).input


def test_exactly_the_record_between_the_thresholds_differs_by_that_rule(done: Done) -> None:
    (found,) = _list(done).differences
    assert (found.index, found.result_class) == (BETWEEN, audit.REPLAY_CLASS_CHANGED_OUTCOME)
    assert (found.recorded_outcome, found.replayed_outcome) == (OUTCOME_OUT_OF_SCOPE, OUTCOME_OFFER)
    assert (list(found.recorded_options), list(found.replayed_options)) == ([], ["go-on"])
    assert list(found.causes) == ["rule:offer-go-on"]
    assert [(one.rule, one.before, one.after, list(one.because)) for one in found.moved] == [
        ("offer-go-on", "false", "true", ["rule:offer-go-on"])
    ]


def test_another_class_is_listed_in_pages_and_without_other_tenants(done: Done) -> None:
    found, token = [], ""
    while not found or token:
        page = _list(done, result_class=audit.REPLAY_CLASS_IDENTICAL, page_size=1, page_token=token)
        found += page.differences
        token = page.next_page_token
    assert [one.index for one in found] == [BELOW, ABOVE, REFUSED]


def test_a_page_token_belongs_to_its_list(done: Done) -> None:
    token = _list(done, result_class=audit.REPLAY_CLASS_IDENTICAL, page_size=1).next_page_token
    with pytest.raises(grpc.RpcError) as caught:
        _list(done, result_class=audit.REPLAY_CLASS_ERROR, page_token=token)
    assert list(violations_of(caught.value)) == ["page_token"]


def test_a_look_at_differences_is_recorded(done: Done) -> None:
    log = done.served.house.audit
    _list(done)
    assert b"AuditService.ListReplayDifferences" in log.read(log.size() - 1).input


def test_a_stream_that_was_cut_is_taken_up(done: Done) -> None:
    total = done.told[-1].records_total
    asked = audit.WatchReplayRequest(replay_id=done.started.replay_id, after_records=total)
    assert list(done.stub.WatchReplay(asked, timeout=30)) == [done.told[-1]]


def test_the_page_s_client_gets_what_it_shows(done: Done, capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs/audit/replay-rpc.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    shown = 'request_id="check-1", reason="monthly check"'
    assert shown in program and ":50051" in program
    program = program.replace(shown, "**IMPACT").replace(":50051", f":{done.served.port}")
    exec(program, {"IMPACT": IMPACT})
    assert capsys.readouterr().out.splitlines() == [
        "5 of 5",
        "3 REPLAY_CLASS_IDENTICAL",
        "1 REPLAY_CLASS_CHANGED_OUTCOME",
        f"{BETWEEN} REPLAY_CLASS_CHANGED_OUTCOME rule:offer-go-on",
    ]


# --- who asks again, who else asks


def test_the_same_request_names_the_same_replay(done: Done) -> None:
    before = done.served.records
    assert done.stub.StartReplay(audit.StartReplayRequest(**IMPACT), timeout=30) == done.started
    assert done.served.records == before


def test_a_request_id_with_other_fields_is_refused(done: Done) -> None:
    other = audit.StartReplayRequest(**IMPACT | {"reason": "another"})
    code = grpc.StatusCode.ALREADY_EXISTS
    assert _refused(lambda: done.stub.StartReplay(other, timeout=30)) == (code, "REQUEST_ID_REUSED")


@pytest.mark.parametrize("replay_id", [None, "", "ab" * 16, "../" * 5, "\0"])
def test_another_tenant_s_replay_is_not_found_as_one_that_is_not_there(
    done: Done, replay_id: str | None
) -> None:
    metadata = SOUTH if replay_id is None else None
    replay_id = done.started.replay_id if replay_id is None else replay_id
    watch = audit.WatchReplayRequest(replay_id=replay_id)
    not_found = (grpc.StatusCode.NOT_FOUND, "REPLAY_NOT_FOUND")
    assert _refused(lambda: list(done.stub.WatchReplay(watch, metadata=metadata, timeout=30))) == not_found
    assert _refused(lambda: _list(done, metadata, replay_id=replay_id)) == not_found


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ({"first_index": -1}, "first_index"),
        ({"end_index": -1}, "end_index"),
        ({"end_index": 10**6}, "end_index"),
        ({"first_index": 3, "end_index": 2}, "end_index"),
        ({"pack": PackSelector(version="1.0.0")}, "pack.id"),
        ({"pack": PackSelector(id="unheard-of")}, "pack"),
        ({"reason": "x" * 501}, "reason"),
        ({"request_id": "x" * 129}, "request_id"),
    ],
)
def test_what_cannot_be_replayed_is_refused_and_not_recorded(
    served: Service, stub: AuditServiceStub, asked: dict[str, Any], place: str
) -> None:
    before = served.records
    with pytest.raises(grpc.RpcError) as caught:
        stub.StartReplay(audit.StartReplayRequest(**asked), timeout=30)
    assert list(violations_of(caught.value)) == [place]
    assert served.records == before


def test_a_server_without_the_extra_says_what_to_install(
    served: Service, stub: AuditServiceStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(grpc.RpcError) as caught:
        stub.StartReplay(audit.StartReplayRequest(), timeout=30)
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert reason_of(caught.value) == "REPLAYS_NOT_INSTALLED"
    assert "pactolus[replay]" in caught.value.details()


# --- while it runs; the server ends with it


def test_watches_leave_the_threads_to_others_and_a_stop_waits_for_nobody(tmp_path: Path) -> None:
    with service(tmp_path / "data", rules=small_rules(tmp_path / "rules"), pack=PACK) as running:
        stub = AuditServiceStub(running.channel)
        running.evaluate(mrd_request(1, Decimal("5e-5")))
        started = stub.StartReplay(audit.StartReplayRequest(), timeout=30)
        asked = audit.WatchReplayRequest(replay_id=started.replay_id)
        early = audit.ListReplayDifferencesRequest(replay_id=started.replay_id)
        assert _refused(lambda: stub.ListReplayDifferences(early, timeout=30)) == (
            grpc.StatusCode.FAILED_PRECONDITION,
            "REPLAY_NOT_DONE",
        )
        watches = [stub.WatchReplay(asked) for _ in range(REPLAY_WATCHES)]
        first = [next(watch) for watch in watches]
        assert {one.state for one in first} == {audit.REPLAY_STATE_RUNNING}
        assert _refused(lambda: list(stub.WatchReplay(asked, timeout=30))) == (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "OVERLOADED",
        )
        running.evaluate(mrd_request(2, Decimal("5e-5")))
        watches.pop().cancel()
        watches.append(_let_in(lambda: stub.WatchReplay(asked)))
        began = monotonic()
        running.house.replays.close()
        for watch in watches:
            assert _refused(lambda watch=watch: list(watch)) == (grpc.StatusCode.UNAVAILABLE, "DRAINING")
        assert _refused(lambda: stub.StartReplay(audit.StartReplayRequest(), timeout=30))[1] == "DRAINING"
        assert monotonic() - began < 3


def _let_in(call: Callable[[], Any]) -> Any:
    """A stream that is let in once a place is free again: a client that went away leaves nothing behind."""

    def opened() -> Any:
        stream = call()
        try:
            next(stream)
        except grpc.RpcError:
            return None
        return stream

    stream = until(opened, 10)
    assert stream is not None
    return stream


def test_a_server_that_is_asked_for_no_replay_loads_nothing_for_it(tmp_path: Path) -> None:
    rules = small_rules(tmp_path / "rules")
    program = (
        "import sys; from pathlib import Path; from tests.support.service import service\n"
        f"with service(Path({str(tmp_path / 'data')!r}), rules=Path({str(rules)!r}), pack={PACK!r}): pass\n"
        "print(sorted({'pyarrow', 'pyspark', 'numpy', 'matplotlib', 'scipy'} & sys.modules.keys()))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True, timeout=60
    )
    assert run.stdout == "[]\n", run.stderr
