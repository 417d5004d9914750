"""A patient is erased while answers about the patient are being given: none from before stays, and none is wrong."""

from pathlib import Path

import grpc

from pactolus.v1.audit_service_pb2 import ErasePatientRequest
from pactolus.v1.audit_service_pb2_grpc import AuditServiceStub
from pactolus_engine.errors import RecordGone
from pactolus_engine.trail import Selection
from tests.faults.load import CLIENTS, under_load
from tests.support.process import until
from tests.support.service import Service, reason_of, service

PATIENT = "Patient/testpatient-negative"


def _erase(served: Service) -> None:
    """Erases the patient, again for as long as answers keep arriving."""
    while True:
        request = ErasePatientRequest(patient=PATIENT, ground="by law")
        try:
            AuditServiceStub(served.channel).ErasePatient(request, timeout=60)
        except grpc.RpcError as error:
            assert reason_of(error) == "PATIENT_MOVED"
        else:
            return


def test_nothing_from_before_an_erasure_is_left_after_it(tmp_path: Path) -> None:
    with service(tmp_path / "data", remote_erasure=True) as served:
        log = served.house.audit
        with under_load(served.port, "load", stop_on_error=False) as load:
            assert until(lambda: len(load.acknowledged) >= 4 * CLIENTS, 60)
            size = log.size()
            _erase(served)
            count = len(load.acknowledged)
            assert until(lambda: len(load.acknowledged) >= count + CLIENTS, 60)
        assert {reason_of(error) for _, error in load.failed} <= {"RECORD_GONE", "PATIENT_MOVED"}
        names = log.reach(log.pseudonyms("default", (PATIENT,))).pseudonyms
        found = log.listed(Selection(patient_pseudonyms=names), -1, 9999)
        assert [one.index for one in found if one.index < size] == []
        gone = {index for index, one in log.opened(0, size) if isinstance(one, RecordGone)}
        before = [one for one in load.acknowledged.values() if one.receipt.index < size]
        about = {one.receipt.index for one in before if PATIENT.encode() in one.bundle_json}
        assert about
        assert gone == about
