"""`AuditService`: what was answered, and the proof that it stands."""

from collections.abc import Callable, Iterator
from typing import Final

import grpc

from pactolus.v1 import audit_service_pb2 as audit
from pactolus.v1.audit_service_pb2_grpc import AuditServiceServicer
from pactolus_adapters.affected import affected
from pactolus_adapters.grpcapi.convert import caller, response
from pactolus_adapters.grpcapi.convert_affected import affected_message, ground_asked_for
from pactolus_adapters.grpcapi.convert_decision import timestamp
from pactolus_adapters.grpcapi.erasure_methods import ErasureMethods
from pactolus_adapters.grpcapi.errors import NotBuilt, RecordNotFound
from pactolus_adapters.grpcapi.not_built import not_built
from pactolus_adapters.hallway import Answer
from pactolus_adapters.trail.erase import Erasure
from pactolus_engine.errors import InputInvalid, Violation
from pactolus_engine.ports import PackShelf, StoredRecord
from pactolus_engine.record import read_stored_input
from pactolus_engine.trail import AuditTrail

__all__ = ["AuditHandlers", "Recall"]

Recall = Callable[[StoredRecord], Answer]
"""Reads the answer back out of a record, as it was given."""

_Context = grpc.ServicerContext
_NO_RECORD: Final = "the log has no record of this tenant at this `index`"


class AuditHandlers(ErasureMethods, AuditServiceServicer):
    """`AuditService`: what was answered."""

    def __init__(
        self, log: AuditTrail, recall: Recall, shelf: PackShelf, erasure: Erasure | None = None
    ) -> None:
        """`erasure`: None means that callers cannot erase."""
        ErasureMethods.__init__(self, erasure)
        self._log = log
        self._recall = recall
        self._shelf = shelf

    def GetDecision(self, request: audit.GetDecisionRequest, context: _Context) -> audit.GetDecisionResponse:
        """A recorded answer, by its place in the log."""
        record = self._record(request, caller(context.invocation_metadata()).tenant)
        return audit.GetDecisionResponse(
            response=response(self._recall(record)), record_time=timestamp(record.recorded_at)
        )

    def ListAffectedDecisions(
        self, request: audit.ListAffectedDecisionsRequest, context: _Context
    ) -> Iterator[audit.ListAffectedDecisionsResponse]:
        """Every decision of this tenant that rests on what is named."""
        tenant = caller(context.invocation_metadata()).tenant
        for one in affected(self._log, self._shelf, ground_asked_for(request), tenant):
            yield affected_message(one)

    ListDecisions = not_built("AuditService.ListDecisions")
    GetCheckpoint = not_built("AuditService.GetCheckpoint")
    GetInclusionProof = not_built("AuditService.GetInclusionProof")
    GetConsistencyProof = not_built("AuditService.GetConsistencyProof")
    VerifyLog = not_built("AuditService.VerifyLog")
    ExportRecords = not_built("AuditService.ExportRecords")
    RecordFeedback = not_built("AuditService.RecordFeedback")
    StartReplay = not_built("AuditService.StartReplay")
    WatchReplay = not_built("AuditService.WatchReplay")
    ListReplayDifferences = not_built("AuditService.ListReplayDifferences")

    def _record(self, request: audit.GetDecisionRequest, tenant: str) -> StoredRecord:
        """The record, if it is a decision of this tenant: nobody learns of the records of others."""
        if request.WhichOneof("record") == "decision_id":
            raise NotBuilt("AuditService.GetDecision by decision_id")
        if not request.HasField("index") or request.index < 0:
            raise InputInvalid([Violation("index", "expected the index of a record, 0 or more")])
        try:
            record = self._log.read(request.index)
        except KeyError:
            raise RecordNotFound(_NO_RECORD) from None
        if read_stored_input(record.input).request.tenant != tenant:
            raise RecordNotFound(_NO_RECORD)
        if record.event != "evaluation":
            raise RecordNotFound("the record at this `index` holds no decision")
        return record
