"""`AuditService.ErasePatient`: forgetting a patient over the wire, where the operator allows it."""

from typing import Final

import grpc

from pactolus.v1.audit_service_pb2 import ErasePatientRequest, ErasePatientResponse
from pactolus_adapters.grpcapi.convert import actor, receipt_message
from pactolus_adapters.grpcapi.errors import ErasureOff
from pactolus_adapters.trail.erase import Erasure
from pactolus_engine.errors import InputInvalid, Violation

__all__ = ["ErasureMethods"]

_LONGEST_REQUEST_ID: Final = 128


class ErasureMethods:
    """The method over the use case `Erasure`."""

    def __init__(self, erasure: Erasure | None) -> None:
        """`erasure`: None means that callers cannot erase."""
        self._erasure = erasure

    def ErasePatient(
        self, request: ErasePatientRequest, context: grpc.ServicerContext
    ) -> ErasePatientResponse:
        """Erases a patient of the caller's tenant; a repeated request id gets the answer of the first."""
        if self._erasure is None:
            raise ErasureOff
        who = actor(context.invocation_metadata())
        if len(request.request_id) > _LONGEST_REQUEST_ID:
            expected = f"expected at most {_LONGEST_REQUEST_ID} characters"
            raise InputInvalid([Violation("request_id", expected)])
        erased = self._erasure.erase(who, request.patient, request.ground, request.request_id)
        return ErasePatientResponse(
            receipts=[receipt_message(one) for one in erased.receipts], records_erased=erased.records
        )
