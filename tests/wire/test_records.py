"""`AuditService` over a real channel and store: decisions one by one and in lists, feedback, and who has looked."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

from pactolus.v1 import audit_service_pb2 as audit
from pactolus.v1.audit_service_pb2_grpc import AuditServiceStub
from pactolus.v1.decision_pb2 import OUTCOME_NEED_DATA, OUTCOME_OFFER, OUTCOME_UNSPECIFIED
from pactolus.v1.evaluation_service_pb2 import Code, EvaluateResponse, PackSelector
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.grpcapi.convert_records import query_asked_for
from pactolus_adapters.trail.events import Actor, Event
from pactolus_adapters.trail.page_tokens import page_token
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.ports import DestroyKey
from pactolus_engine.trail import Selection
from tests.support.changed import FULL
from tests.support.examples import instant, request
from tests.support.service import Service, reason_of, service, violations_of

SOUTH = [("x-pactolus-tenant", "south"), ("x-pactolus-client", "ehr-2")]
NEGATIVE, LONE = "Patient/testpatient-negative", "lone-observation.json"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, list[EvaluateResponse]]]:
    """Decisions at 0, 1 (which needs data) and 3; a refusal at 2; a decision of another tenant at 4."""
    with service(tmp_path_factory.mktemp("records")) as running:
        answers = [running.evaluate(request(FULL)), running.evaluate(request(LONE))]
        with pytest.raises(grpc.RpcError):
            running.evaluate(request(b"{}"))
        answers += [running.evaluate(request(FULL)), running.evaluate(request(FULL), metadata=SOUTH)]
        yield running, answers


@pytest.fixture
def stub(served: tuple[Service, list[EvaluateResponse]]) -> AuditServiceStub:
    return AuditServiceStub(served[0].channel)


@pytest.fixture
def answers(served: tuple[Service, list[EvaluateResponse]]) -> list[EvaluateResponse]:
    return served[1]


@pytest.fixture
def log(served: tuple[Service, list[EvaluateResponse]]) -> Any:
    return served[0].house.audit


def _refused(call: Callable[[], object]) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value


def _list(stub: AuditServiceStub, metadata: Any = None, **filters: Any) -> audit.ListDecisionsResponse:
    return stub.ListDecisions(audit.ListDecisionsRequest(**filters), metadata=metadata, timeout=30)


def _indexes(found: audit.ListDecisionsResponse) -> list[int]:
    return [one.receipt.index for one in found.records]


# --- one decision


def test_a_decision_comes_by_its_id_from_its_latest_record(
    stub: AuditServiceStub, answers: list[EvaluateResponse]
) -> None:
    wanted = audit.GetDecisionRequest(decision_id=answers[0].decision.decision_id)
    got = stub.GetDecision(wanted, timeout=30)
    assert got.response == answers[2]
    assert got.response.receipt.index == 3


@pytest.mark.parametrize(("index", "metadata"), [(4, None), (0, SOUTH), (2, SOUTH), (10**9, None)])
def test_nobody_learns_of_another_tenants_record(stub: AuditServiceStub, index: int, metadata: Any) -> None:
    wanted = audit.GetDecisionRequest(index=index)
    error = _refused(lambda: stub.GetDecision(wanted, metadata=metadata, timeout=30))
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.NOT_FOUND, "RECORD_NOT_FOUND")
    assert error.details() == "the log has no record of this tenant at this `index`"


def test_another_tenant_does_not_find_a_decision_by_its_id(
    stub: AuditServiceStub, answers: list[EvaluateResponse]
) -> None:
    needs_data = audit.GetDecisionRequest(decision_id=answers[1].decision.decision_id)
    assert stub.GetDecision(needs_data, timeout=30).response == answers[1]
    error = _refused(lambda: stub.GetDecision(needs_data, metadata=SOUTH, timeout=30))
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.NOT_FOUND, "RECORD_NOT_FOUND")
    same = audit.GetDecisionRequest(decision_id=answers[0].decision.decision_id)
    assert stub.GetDecision(same, metadata=SOUTH, timeout=30).response.receipt.index == 4


@pytest.mark.parametrize(
    ("asked", "place"),
    [(audit.GetDecisionRequest(decision_id=""), "decision_id"), (audit.GetDecisionRequest(), "index")],
)
def test_a_decision_must_be_named(
    stub: AuditServiceStub, asked: audit.GetDecisionRequest, place: str
) -> None:
    error = _refused(lambda: stub.GetDecision(asked, timeout=30))
    assert set(violations_of(error)) == {place}


def test_a_record_of_a_look_is_no_decision(stub: AuditServiceStub, log: Any) -> None:
    stub.GetDecision(audit.GetDecisionRequest(index=0), timeout=30)
    look = log.size() - 1
    error = _refused(lambda: stub.GetDecision(audit.GetDecisionRequest(index=look), timeout=30))
    assert reason_of(error) == "RECORD_NOT_FOUND"


# --- lists


def test_decisions_are_listed_in_short(stub: AuditServiceStub, answers: list[EvaluateResponse]) -> None:
    found = _list(stub)
    assert _indexes(found) == [0, 1, 3]
    assert not found.next_page_token
    first, answer = found.records[0], answers[0]
    assert (first.receipt, first.decision_id, first.pack) == (
        answer.receipt,
        answer.decision.decision_id,
        answer.decision.pack,
    )
    assert first.outcome == OUTCOME_OFFER
    assert first.record_time.seconds > 0
    assert _indexes(_list(stub, SOUTH)) == [4]


@pytest.mark.parametrize(
    ("filters", "indexes"),
    [
        ({"outcome": OUTCOME_NEED_DATA}, [1]),
        ({"pack": PackSelector(id="midas-consolidation", version="1.0.0")}, [0, 1, 3]),
        ({"pack": PackSelector(id="midas-endpoint")}, []),
        ({"rule": "offer-isa-krd-x6"}, [0, 1, 3]),
        ({"rule": "offer-isa-krd-x6", "outcome": OUTCOME_OFFER}, [0, 3]),
        ({"rule": "offer-tandem-asct"}, []),
        ({"patient": NEGATIVE}, [0, 3]),
        ({"patient": "Patient/unheard-of"}, []),
        ({"since": instant("2100-01-01T00:00:00Z")}, []),
        ({"until": instant("2000-01-01T00:00:00Z")}, []),
        ({"since": instant("2000-01-01T00:00:00Z"), "until": instant("2100-01-01T00:00:00Z")}, [0, 1, 3]),
    ],
)
def test_filters_narrow_the_list(stub: AuditServiceStub, filters: dict[str, Any], indexes: list[int]) -> None:
    assert _indexes(_list(stub, **filters)) == indexes


def test_the_bounds_of_time_are_exact(stub: AuditServiceStub) -> None:
    """The first bound is included and the second not, to the nanosecond, though records know microseconds."""
    stamp = _list(stub).records[1].record_time
    later = type(stamp)(seconds=stamp.seconds, nanos=stamp.nanos + 1)
    assert _indexes(_list(stub, since=stamp)) == [1, 3]
    assert _indexes(_list(stub, since=later)) == [3]
    assert _indexes(_list(stub, until=stamp)) == [0]
    assert _indexes(_list(stub, until=later)) == [0, 1]


def test_pages_follow_each_other_and_a_token_belongs_to_its_list(stub: AuditServiceStub) -> None:
    first = _list(stub, page_size=2)
    assert _indexes(first) == [0, 1]
    second = _list(stub, page_size=1, page_token=first.next_page_token)
    assert (_indexes(second), second.next_page_token) == ([3], "")
    for other in (
        {"outcome": OUTCOME_OFFER, "page_token": first.next_page_token},
        {"metadata": SOUTH, "page_token": first.next_page_token},
        {"page_token": "made-up"},
        {"page_token": page_token(query_asked_for(audit.ListDecisionsRequest(), "default"), 2**63)},
    ):
        error = _refused(lambda filters=other: _list(stub, **filters))
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert set(violations_of(error)) == {"page_token"}


@pytest.mark.parametrize(
    ("filters", "places"),
    [
        ({"page_size": -1}, {"page_size"}),
        ({"pack": PackSelector(version="1.0.0")}, {"pack.id"}),
        ({"outcome": 99, "rule": "x" * 129, "patient": "x" * 513}, {"outcome", "rule", "patient"}),
        ({"since": instant("2026-01-01T00:00:00Z"), "until": instant("2026-01-01T00:00:00Z")}, {"until"}),
    ],
)
def test_filters_that_mean_nothing_are_invalid(
    stub: AuditServiceStub, filters: dict[str, Any], places: set[str]
) -> None:
    assert set(violations_of(_refused(lambda: _list(stub, **filters)))) == places


def test_a_page_is_never_larger_than_the_largest(stub: AuditServiceStub) -> None:
    assert _indexes(_list(stub, page_size=2**31 - 1)) == [0, 1, 3]


# --- feedback


def _feedback(**fields: Any) -> audit.RecordFeedbackRequest:
    return audit.RecordFeedbackRequest(
        **{"index": 0, "action": audit.FEEDBACK_ACTION_ACCEPTED, "option": "isa-krd-x6"} | fields
    )


def test_a_feedback_is_recorded_once(stub: AuditServiceStub, log: Any) -> None:
    given = _feedback(
        request_id="f1",
        reason=Code(system="https://hospital.example/reasons", code="preference"),
        action_time=instant("2026-03-02T09:00:00Z"),
    )
    receipts = [stub.RecordFeedback(given, timeout=30).receipt for _ in range(2)]
    assert receipts[0] == receipts[1]
    record = log.read(receipts[0].index)
    assert record.event == "feedback"
    assert b'"action_time":"2026-03-02T09:00:00.000000Z"' in record.input
    error = _refused(lambda: stub.RecordFeedback(_feedback(request_id="f1"), timeout=30))
    assert reason_of(error) == "REQUEST_ID_REUSED"


@pytest.mark.parametrize(
    ("fields", "places"),
    [
        ({"option": "tandem-asct"}, {"option"}),
        ({"action": audit.FEEDBACK_ACTION_UNSPECIFIED}, {"action"}),
        ({"action": 7, "index": -1}, {"action", "index"}),
        ({"action": audit.FEEDBACK_ACTION_OVERRIDDEN}, {"option"}),
    ],
)
def test_a_feedback_that_does_not_fit_is_invalid(
    stub: AuditServiceStub, log: Any, fields: dict[str, Any], places: set[str]
) -> None:
    before = log.size()
    error = _refused(lambda: stub.RecordFeedback(_feedback(**fields), timeout=30))
    assert set(violations_of(error)) == places
    assert log.size() == before


@pytest.mark.parametrize(("index", "metadata"), [(2, None), (4, None), (0, SOUTH), (10**9, None)])
def test_a_feedback_is_for_a_decision_of_the_tenant(
    stub: AuditServiceStub, index: int, metadata: Any
) -> None:
    error = _refused(lambda: stub.RecordFeedback(_feedback(index=index), metadata=metadata, timeout=30))
    assert reason_of(error) == "RECORD_NOT_FOUND"


# --- who has looked, and what was erased


def _doors(stub: AuditServiceStub) -> dict[str, Callable[[], object]]:
    pack = audit.ListAffectedDecisionsRequest(pack=PackSelector(id="midas-consolidation"))
    return {
        "GetDecision": lambda: stub.GetDecision(
            audit.GetDecisionRequest(index=0), metadata=LOOKER, timeout=30
        ),
        "ListDecisions": lambda: _list(stub, LOOKER, patient=NEGATIVE),
        "ListAffectedDecisions": lambda: stub.ListAffectedDecisions(pack, metadata=LOOKER, timeout=30),
    }


LOOKER = [("x-pactolus-client", "looker")]
DOORS = ("GetDecision", "ListDecisions", "ListAffectedDecisions")


@pytest.mark.parametrize("door", DOORS)
def test_every_door_leaves_a_record_of_the_look(stub: AuditServiceStub, log: Any, door: str) -> None:
    before = log.size()
    found = _doors(stub)[door]()
    assert list(found) if isinstance(found, Iterator) else found
    (look,) = log.listed(Selection(), before - 1, 9)
    assert (look.event, look.client, look.tenant) == ("read", "looker", "default")
    assert f'"door":"AuditService.{door}"'.encode() in log.read(look.index).input
    assert look.about == (None if door == "ListAffectedDecisions" else 0)


@pytest.mark.parametrize("door", DOORS)
def test_nothing_is_shown_when_the_look_cannot_be_recorded(
    stub: AuditServiceStub, log: Any, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AuditUnavailable("the audit store has no room")

    before = log.size()
    monkeypatch.setattr(SqliteAuditLog, "append", refuse)
    shown: list[object] = []

    def look() -> None:
        found = _doors(stub)[door]()
        shown.extend(found if isinstance(found, Iterator) else [found])  # keeps what came before an error

    error = _refused(look)
    assert (error.code(), shown) == (grpc.StatusCode.UNAVAILABLE, [])
    assert log.size() == before


def test_a_look_at_what_is_not_there_is_recorded_too(stub: AuditServiceStub, log: Any) -> None:
    before = log.size()
    _refused(lambda: stub.GetDecision(audit.GetDecisionRequest(index=4), metadata=LOOKER, timeout=30))
    (look,) = log.listed(Selection(), before - 1, 9)
    assert (look.event, look.about, look.patient_pseudonym) == ("read", None, "")
    assert b'"found":"no"' in log.read(look.index).input


def test_erased_decisions_are_listed_bare_counted_and_gone(tmp_path: Any) -> None:
    with service(tmp_path / "data") as running:
        answer = running.evaluate(request(FULL))
        running.evaluate(request(LONE))
        (key,) = [one for one in running.house.audit.data_keys() if one.key_id == _key_of(running, 0)]
        erasure = Event("erasure", {"ground": "asked for"}, change=DestroyKey(key.key_id))
        running.house.events.record(Actor("officer", "default"), erasure)
        stub = AuditServiceStub(running.channel)
        erased, other = _list(stub).records
        assert erased.receipt == answer.receipt
        assert erased.pack == answer.decision.pack
        assert (erased.decision_id, erased.outcome) == ("", OUTCOME_UNSPECIFIED)
        assert other.outcome == OUTCOME_NEED_DATA
        error = _refused(lambda: stub.GetDecision(audit.GetDecisionRequest(index=0), timeout=30))
        assert (error.code(), reason_of(error)) == (grpc.StatusCode.NOT_FOUND, "RECORD_GONE")
        asked = audit.ListAffectedDecisionsRequest(pack=PackSelector(id="midas-consolidation"))
        call = stub.ListAffectedDecisions(asked, timeout=30)
        assert [one.record.receipt.index for one in call] == [1]
        assert dict(call.trailing_metadata())["x-pactolus-erased-decisions"] == "1"


def _key_of(running: Service, index: int) -> str:
    return next(running.house.audit.entries(index, index + 1)).key_id


def test_a_start_is_recorded_with_what_is_in_force(tmp_path: Any) -> None:
    with service(tmp_path / "data") as running:
        first, second = running.house.record_activation(), running.house.record_activation()
        told = [json.loads(running.house.audit.read(one.index).input) for one in (first, second)]
        pack = running.house.shelf.get("midas-consolidation").pack
    assert told[0][f"packs/midas-consolidation/{pack.version}/digest"] == pack.digest
    assert told[0]["settings/default_pack"] == "midas-consolidation"
    assert (told[1]["since"], [name for name in told[1] if name.startswith("was/")]) == ("0", [])
