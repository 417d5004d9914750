"""`AuditService`: what became of a suggestion."""

import grpc

from pactolus.v1 import audit_service_pb2 as audit
from pactolus_adapters.grpcapi.convert import actor, receipt_message
from pactolus_adapters.grpcapi.convert_feedback import feedback_given
from pactolus_adapters.trail.events import EventRecorder
from pactolus_adapters.trail.feedback import record_feedback
from pactolus_engine.trail import AuditTrail

__all__ = ["FeedbackMethods"]


class FeedbackMethods:
    """`RecordFeedback`."""

    _log: AuditTrail
    _events: EventRecorder

    def RecordFeedback(
        self, request: audit.RecordFeedbackRequest, context: grpc.ServicerContext
    ) -> audit.RecordFeedbackResponse:
        """Records what a clinician did with a decision of this tenant."""
        who = actor(context.invocation_metadata())
        receipt = record_feedback(self._log, self._events, who, feedback_given(request))
        return audit.RecordFeedbackResponse(receipt=receipt_message(receipt))
