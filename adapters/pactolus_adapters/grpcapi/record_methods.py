"""`AuditService`: recorded decisions, one and many. A look is recorded before anything is shown."""

import grpc

from pactolus.v1 import audit_service_pb2 as audit
from pactolus_adapters.grpcapi.convert import actor, response
from pactolus_adapters.grpcapi.convert_decision import timestamp
from pactolus_adapters.grpcapi.convert_records import (
    decision_record,
    page_size,
    query_asked_for,
    record_asked_for,
)
from pactolus_adapters.grpcapi.recall import Recall
from pactolus_adapters.trail.events import EventRecorder
from pactolus_adapters.trail.find import find
from pactolus_adapters.trail.page_tokens import page_token, read_page_token
from pactolus_adapters.trail.recall import recall
from pactolus_engine.trail import AuditTrail

__all__ = ["RecordMethods"]

_Context = grpc.ServicerContext


class RecordMethods:
    """`GetDecision` and `ListDecisions`."""

    _log: AuditTrail
    _events: EventRecorder
    _recall: Recall

    def GetDecision(self, request: audit.GetDecisionRequest, context: _Context) -> audit.GetDecisionResponse:
        """A recorded answer, by its place in the log or by the id of its decision."""
        who = actor(context.invocation_metadata())
        wanted = record_asked_for(request)
        record = recall(self._log, self._events, who, "AuditService.GetDecision", wanted)
        return audit.GetDecisionResponse(
            response=response(self._recall(record)), record_time=timestamp(record.recorded_at)
        )

    def ListDecisions(
        self, request: audit.ListDecisionsRequest, context: _Context
    ) -> audit.ListDecisionsResponse:
        """A page of the decisions of this tenant."""
        who = actor(context.invocation_metadata())
        query, most = query_asked_for(request, who.tenant), page_size(request)
        after = read_page_token(query, request.page_token)
        found = find(
            self._log, self._events, who, "AuditService.ListDecisions", query, after=after, most=most
        )
        return audit.ListDecisionsResponse(
            records=[decision_record(self._log, one) for one in found.records],
            next_page_token="" if found.is_last else page_token(query, found.records[-1].index),
        )
