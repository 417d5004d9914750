"""The main job over the real things: FHIR in over gRPC, a suggestion and a committed record out."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import grpc
import pytest

from pactolus.v1.decision_pb2 import Outcome
from pactolus.v1.evaluation_service_pb2 import EvaluateResponse, PackSelector
from pactolus_engine.decision import PackIdentity
from pactolus_engine.ports import StoredRecord
from pactolus_engine.record import leaf_hash, read_stored_input
from tests.support.examples import AT, EXAMPLES, Promise, instant, promised, promises, request
from tests.support.service import Service, reason_of, service

RACERS = 32

SAME_PATIENT = ("exactly-1e-5-per-million.json", "exactly-1e-5-percent.json", "exactly-1e-5-fraction.json")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with service(tmp_path_factory.mktemp("data")) as started:
        yield started


def _record(served: Service, answer: EvaluateResponse) -> StoredRecord:
    return served.house.audit.read(answer.receipt.index)


# --- what comes out ------------------------------------------------------------------------------


def test_every_example_is_in_the_table() -> None:
    assert sorted(promise.file for promise in promises()) == sorted(p.name for p in EXAMPLES.glob("*.json"))


@pytest.mark.parametrize("promise", promises(), ids=lambda promise: promise.file)
def test_an_example_gives_what_its_table_says(served: Service, promise: Promise) -> None:
    got = served.evaluate(promised(promise)).decision
    assert Outcome.Name(got.outcome) == f"OUTCOME_{promise.outcome}"
    assert sorted(option.id for option in got.options) == sorted(promise.options)


def test_ten_per_million_is_positive_however_it_is_written(served: Service) -> None:
    decisions = [served.evaluate(request(file)).decision for file in SAME_PATIENT]
    for got in decisions:
        assert [(each.id, each.value) for each in got.conclusions] == [("mrd-status", "positive")]
        assert {option.id for option in got.options} == {"asct-isa-krd-x2", "tandem-asct"}
    assert len({_cells_of_mrd(got) for got in decisions}) == 1


def _cells_of_mrd(decision: Any) -> tuple[str, ...]:
    (trace,) = [fact for fact in decision.trace.facts if fact.fact == "mrd"]
    return tuple(trace.cells)


def test_a_lone_observation_is_told_each_fact_that_is_missing(served: Service) -> None:
    got = served.evaluate(request("lone-observation.json")).decision
    required = {
        *("specimen", "diagnosis", "birth-date", "diagnosis-date", "induction-regimen"),
        *("induction-cycles", "induction-end", "response", "transplant-eligible"),
    }
    told = {missing.fact for missing in got.missing}
    # An age is told by what it is made of: those are the facts that can be sent.
    assert required <= told
    assert "mrd" not in told
    assert all(missing.title and missing.supply and missing.reason for missing in got.missing)
    assert got.minimal_missing_sets
    assert Outcome.Value("OUTCOME_OFFER") in {possible.outcome for possible in got.possible_outcomes}


def test_every_offer_says_that_nobody_approved_the_pack(served: Service) -> None:
    got = served.evaluate(request("negative-ngs.json")).decision
    assert got.options
    for option in got.options:
        assert any("not clinically approved" in caveat.text for caveat in option.caveats)


# --- what is recorded ----------------------------------------------------------------------------


@pytest.mark.parametrize("promise", promises(), ids=lambda promise: promise.file)
def test_a_decision_is_read_back_to_the_byte(served: Service, promise: Promise) -> None:
    answer = served.evaluate(promised(promise))
    recalled = served.recall(answer.receipt.index)
    assert recalled.response.SerializeToString(deterministic=True) == answer.SerializeToString(
        deterministic=True
    )
    assert recalled.response.bundle_json == answer.bundle_json
    assert answer.receipt.log_origin == served.house.audit.origin
    assert answer.receipt.leaf_hash == leaf_hash(_record(served, answer).leaf)


def test_a_record_holds_what_a_replay_starts_from(served: Service) -> None:
    asked = request("positive-flow.json", request_id="replay-1")
    metadata = (("x-pactolus-client", "ehr-1"), ("x-pactolus-tenant", "north"))
    stored = read_stored_input(_record(served, served.evaluate(asked, metadata=metadata)).input)
    assert stored.request.resources == (EXAMPLES.joinpath("positive-flow.json").read_bytes(),)
    assert (stored.request.request_id, stored.request.client, stored.request.tenant) == (
        "replay-1",
        "ehr-1",
        "north",
    )
    assert stored.decided.instant == AT.replace("Z", ".000Z")
    pack = served.house.shelf.get("midas-consolidation").pack
    assert stored.decided.pack == PackIdentity(pack.id, pack.version, pack.digest)
    assert stored.decided.parameters
    assert stored.decided.settings["default_pack"] == "midas-consolidation"
    assert stored.decided.versions.keys() >= {"pactolus", "durable-rules", "fhir.resources"}


def test_without_an_instant_the_clock_of_the_server_is_recorded(served: Service) -> None:
    asked = request("negative-ngs.json")
    asked.ClearField("evaluation_time")
    answer = served.evaluate(asked)
    stored = read_stored_input(_record(served, answer).input)
    assert stored.request.evaluation_time == ""
    assert (
        stored.decided.instant
        == answer.decision.evaluation_time.ToJsonString().replace("Z", ".000Z")[:23] + "Z"
    )
    recalled = served.recall(answer.receipt.index)
    assert recalled.response.decision.evaluation_time == answer.decision.evaluation_time


def test_a_bundle_and_the_same_bytes_as_a_resource_decide_alike(served: Service) -> None:
    content = (EXAMPLES / "negative-ngs.json").read_bytes()
    one = served.evaluate(request(content))
    asked = request(content, bundle_json=content)
    del asked.resources_json[:]
    other = served.evaluate(asked)
    assert one.decision == other.decision
    assert one.bundle_json == other.bundle_json


# --- a request id is used once -------------------------------------------------------------------


def test_a_repeated_request_gets_the_same_answer_and_one_record(served: Service) -> None:
    asked = request("negative-ngs.json", request_id="once")
    first = served.evaluate(asked)
    before = served.records
    again = served.evaluate(asked)
    assert again == first
    assert served.records == before


def test_a_repeated_refusal_is_the_same_refusal_and_one_record(served: Service) -> None:
    asked = request(b'{"resourceType": "Observation"}', request_id="refused-once")
    before = served.records
    told = []
    for _ in range(2):
        with pytest.raises(grpc.RpcError) as caught:
            served.evaluate(asked)
        told.append((caught.value.details(), caught.value.trailing_metadata()))
    assert told[0] == told[1]
    assert served.records == before + 1
    assert served.house.audit.read(before).event == "refusal"


def test_the_same_request_at_once_makes_one_record(served: Service) -> None:
    asked = request("negative-ngs.json", request_id="race")
    before = served.records
    start = Barrier(RACERS)

    def send(_: int) -> bytes:
        start.wait()
        return served.evaluate(asked).SerializeToString(deterministic=True)

    with ThreadPoolExecutor(RACERS) as pool:
        answers = set(pool.map(send, range(RACERS)))
    assert len(answers) == 1
    assert served.records == before + 1


@pytest.mark.parametrize(
    "change",
    [
        {"patient": "Patient/testpatient-negative"},
        {"pack": PackSelector(id="midas-consolidation")},
        {"evaluation_time": instant("2026-03-01T09:00:00.001Z")},
        {"fhir_version": "R4"},
        {"resources_json": [b"{}"]},
        {"bundle_json": b"{}"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_request_id_with_other_fields_is_refused(served: Service, change: dict[str, Any]) -> None:
    asked = request("negative-ngs.json", request_id=f"taken-{next(iter(change))}")
    served.evaluate(asked)
    before = served.records
    for field, value in change.items():
        asked.ClearField(field)
        asked.MergeFrom(type(asked)(**{field: value}))
    with pytest.raises(grpc.RpcError) as caught:
        served.evaluate(asked)
    assert caught.value.code() is grpc.StatusCode.ALREADY_EXISTS
    assert reason_of(caught.value) == "REQUEST_ID_REUSED"
    assert served.records == before


def test_a_request_id_belongs_to_its_client(served: Service) -> None:
    asked = request("negative-ngs.json", request_id="shared")
    receipts = [
        served.evaluate(asked, metadata=(("x-pactolus-client", client),)).receipt.index
        for client in ("one", "other", "one")
    ]
    assert receipts[0] == receipts[2] != receipts[1]
