"""`ExportRecords` through a real server: lines in messages, the caller's tenant alone, recorded first."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import Any

import grpc
import pytest

from pactolus.v1 import audit_service_pb2 as audit
from pactolus.v1.audit_service_pb2_grpc import AuditServiceStub
from pactolus.v1.evaluation_service_pb2 import PackSelector
from pactolus_adapters.grpcapi.export_methods import STREAMS
from tests.contract.audit_log import new_record
from tests.support.examples import request
from tests.support.service import Service, reason_of, service, violations_of

_AFFECTED = audit.ListAffectedDecisionsRequest(pack=PackSelector(id="midas-consolidation"))
_SOUTH = [("x-pactolus-tenant", "south"), ("x-pactolus-client", "ehr-south")]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Record 0 is of the default tenant, 1 of another, 2 a refusal of the default one."""
    with service(tmp_path_factory.mktemp("export")) as running:
        running.evaluate(request("negative-ngs.json"))
        running.evaluate(request("positive-flow.json"), metadata=_SOUTH)
        with pytest.raises(grpc.RpcError):
            running.evaluate(request(b"{}"))
        yield running


def _exported(served: Service, metadata: Any = (), **asked: Any) -> list[dict[str, Any]]:
    answers = AuditServiceStub(served.channel).ExportRecords(
        audit.ExportRecordsRequest(**asked), metadata=metadata, timeout=30
    )
    lines = [line for answer in answers for line in answer.lines.splitlines(keepends=True)]
    assert all(line.endswith(b"\n") for line in lines)
    return [json.loads(line) for line in lines]


def test_a_tenant_gets_its_own_records(served: Service) -> None:
    asked = {"format": audit.EXPORT_FORMAT_NDJSON, "end_index": 3, "with_patient_data": True}
    header, record, checkpoint = _exported(served, _SOUTH, **asked)
    assert (record["index"], record["tenant"], record["client"]) == (1, "south", "ehr-south")
    assert record["decision"]["patient"] == "Patient/testpatient-positive"
    assert checkpoint["note"].startswith(header["log_origin"])
    recorded = served.house.audit.read(header["recorded_as"])
    assert (recorded.event, json.loads(recorded.input)["tenants"]) == ("export", "own")
    default = _exported(served, **asked)
    assert [line["index"] for line in default if line["kind"] == "record"] == [0, 2]


def test_events_come_as_fhir(served: Service) -> None:
    resources = _exported(served, format=audit.EXPORT_FORMAT_FHIR, end_index=3)
    kinds = [one["resourceType"] for one in resources]
    assert kinds == ["AuditEvent", "AuditEvent", "Provenance", "AuditEvent"]
    assert "testpatient" not in json.dumps(resources)


def test_long_exports_come_in_several_messages(served: Service) -> None:
    asked = audit.ExportRecordsRequest(format=audit.EXPORT_FORMAT_NDJSON, with_patient_data=True)
    answers = list(AuditServiceStub(served.channel).ExportRecords(asked, timeout=30))
    assert len(answers) > 1
    assert all(answer.lines.endswith(b"\n") for answer in answers)


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ({}, "format"),
        ({"format": 7}, "format"),
        ({"format": audit.EXPORT_FORMAT_FHIR, "first_index": -1}, "first_index"),
        ({"format": audit.EXPORT_FORMAT_FHIR, "end_index": 10_000}, "end_index"),
    ],
)
def test_what_cannot_be_exported_is_refused_and_not_recorded(
    served: Service, asked: dict[str, int], place: str
) -> None:
    before = served.records
    with pytest.raises(grpc.RpcError) as refused:
        _exported(served, **asked)
    assert reason_of(refused.value) == "INPUT_INVALID"
    assert list(violations_of(refused.value)) == [place]
    assert served.records == before


def test_streams_that_nobody_reads_leave_the_threads_to_the_others(tmp_path: Path) -> None:
    with service(tmp_path) as running:
        log = running.house.audit
        with ThreadPoolExecutor(8) as pool:  # more than a connection holds for a reader who does not read
            made = [
                replace(new_record(f"made-{number}"), tenant="default", event="refusal")
                for number in range(400)
            ]
            list(pool.map(log.append, made))
        stub, recorded = AuditServiceStub(running.channel), log.size()
        asked = audit.ExportRecordsRequest(format=audit.EXPORT_FORMAT_NDJSON)
        unread = [stub.ExportRecords(asked) for _ in range(STREAMS)]
        while log.size() < recorded + STREAMS:
            sleep(0.01)
        for call in (
            lambda: list(stub.ExportRecords(asked, timeout=30)),
            lambda: list(stub.ListAffectedDecisions(_AFFECTED, timeout=30)),
        ):
            with pytest.raises(grpc.RpcError) as refused:
                call()
            assert reason_of(refused.value) == "OVERLOADED"
        assert log.size() == recorded + STREAMS, "what is refused is not recorded as done"
        running.evaluate(request("negative-ngs.json"))
        for stream in unread:
            stream.cancel()
        for _ in range(STREAMS):
            assert list(_let_in(lambda: stub.ListAffectedDecisions(_AFFECTED, timeout=30)))


def _let_in(call: Callable[[], Iterator[Any]]) -> list[Any]:
    """What a call gives once one of the places is free again."""
    for _ in range(500):
        try:
            return list(call())
        except grpc.RpcError as error:
            assert reason_of(error) == "OVERLOADED"
            sleep(0.01)
    raise AssertionError("no place was given back")
