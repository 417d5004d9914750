"""`ErasePatient` over the wire: only where it is allowed, once for a request id, and out of memory too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from pactolus.v1.audit_service_pb2 import ErasePatientRequest, ErasePatientResponse
from pactolus.v1.audit_service_pb2_grpc import AuditServiceStub
from pactolus_adapters.audit.erased_keys import ERASED_KEYS_FILE, ErasedKeys
from tests.support.examples import request
from tests.support.service import Service, reason_of, service, violations_of

PATIENT = "Patient/testpatient-negative"
GROUND = "request under GDPR article 17"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("erasing") / "data"


@pytest.fixture(scope="module")
def served(data: Path) -> Iterator[Service]:
    with service(data, remote_erasure=True) as started:
        yield started


def _erase(served: Service, tenant: str = "default", **asked: Any) -> ErasePatientResponse:
    message = ErasePatientRequest(**{"patient": PATIENT, "ground": GROUND} | asked)
    return AuditServiceStub(served.channel).ErasePatient(
        message, timeout=30, metadata=[("x-pactolus-tenant", tenant)]
    )


def test_an_erased_patient_is_gone_and_may_come_again(served: Service, data: Path) -> None:
    first = served.evaluate(request("negative-ngs.json", request_id="one"))
    served.evaluate(request("negative-ngs.json", request_id="two"))
    assert served.house.hallway.memory.past(served.house.audit, "default", (PATIENT,)).records, (
        "what was told before is remembered"
    )
    assert _erase(served, tenant="other").records_erased == 0
    erased = _erase(served, request_id="erase-1")
    assert erased.records_erased == 2
    assert [one.index for one in erased.receipts] == [2]
    assert not served.house.hallway.memory._kept
    assert len(ErasedKeys(data / ERASED_KEYS_FILE).read()) == 1
    for call in (
        lambda: served.recall(first.receipt.index),
        lambda: served.evaluate(request("negative-ngs.json", request_id="one")),
    ):
        with pytest.raises(grpc.RpcError) as caught:
            call()
        assert (caught.value.code(), reason_of(caught.value)) == (grpc.StatusCode.NOT_FOUND, "RECORD_GONE")
    again = served.evaluate(request("negative-ngs.json", request_id="three"))
    assert again.decision.decision_id == first.decision.decision_id
    assert _erase(served, request_id="erase-1") == erased
    assert served.recall(again.receipt.index).response == again


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"patient": ""}, "patient"), ({"ground": " "}, "ground"), ({"request_id": "x" * 129}, "request_id")],
)
def test_what_is_not_said_is_refused(served: Service, asked: dict[str, str], field: str) -> None:
    records = served.records
    with pytest.raises(grpc.RpcError) as caught:
        _erase(served, **asked)
    assert list(violations_of(caught.value)) == [field]
    assert served.records == records


def test_nobody_erases_where_it_is_not_allowed(tmp_path: Path) -> None:
    with service(tmp_path / "data") as served:
        answer = served.evaluate(request("negative-ngs.json"))
        with pytest.raises(grpc.RpcError) as caught:
            _erase(served)
        assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
        assert reason_of(caught.value) == "ERASURE_OFF"
        assert served.recall(answer.receipt.index).response == answer
