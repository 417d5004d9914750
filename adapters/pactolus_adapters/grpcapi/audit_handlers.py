"""`AuditService`: what was answered, and the proof that it stands."""

from collections.abc import Iterator
from threading import BoundedSemaphore
from typing import Final

import grpc

from pactolus.v1 import audit_service_pb2 as audit
from pactolus.v1.audit_service_pb2_grpc import AuditServiceServicer
from pactolus_adapters.affected import Passed, affected
from pactolus_adapters.grpcapi.admission import slot
from pactolus_adapters.grpcapi.convert import actor
from pactolus_adapters.grpcapi.convert_affected import affected_message, ground_asked_for
from pactolus_adapters.grpcapi.erasure_methods import ErasureMethods
from pactolus_adapters.grpcapi.export_methods import STREAMS, ExportMethods, NewExporter
from pactolus_adapters.grpcapi.feedback_methods import FeedbackMethods
from pactolus_adapters.grpcapi.proof_methods import VERIFICATIONS, ProofMethods
from pactolus_adapters.grpcapi.recall import Recall
from pactolus_adapters.grpcapi.record_methods import RecordMethods
from pactolus_adapters.grpcapi.replay_methods import ReplayMethods
from pactolus_adapters.replay.jobs.service import Replays
from pactolus_adapters.trail.erase import Erasure
from pactolus_adapters.trail.events import EventRecorder
from pactolus_adapters.trail.looks import note_look
from pactolus_engine.ports import PackShelf
from pactolus_engine.trail import AuditTrail

__all__ = ["ERASED_KEY", "AuditHandlers", "Recall"]

ERASED_KEY: Final = "x-pactolus-erased-decisions"
"""Trailing metadata of `ListAffectedDecisions`: how many decisions could not be asked any more."""

_Context = grpc.ServicerContext


class AuditHandlers(
    RecordMethods,
    FeedbackMethods,
    ProofMethods,
    ExportMethods,
    ErasureMethods,
    ReplayMethods,
    AuditServiceServicer,
):
    """`AuditService`: what was answered."""

    def __init__(
        self,
        log: AuditTrail,
        recall: Recall,
        shelf: PackShelf,
        events: EventRecorder,
        exporter: NewExporter | None = None,
        erasure: Erasure | None = None,
        replays: Replays | None = None,
    ) -> None:
        """`exporter`, `erasure`, `replays`: None means that callers cannot export, erase, or replay."""
        ErasureMethods.__init__(self, erasure)
        ReplayMethods.__init__(self, replays)
        self._log = log
        self._recall = recall
        self._shelf = shelf
        self._events = events
        self._exporter = exporter
        self._verifications = BoundedSemaphore(VERIFICATIONS)
        self._streams = BoundedSemaphore(STREAMS)

    def ListAffectedDecisions(
        self, request: audit.ListAffectedDecisionsRequest, context: _Context
    ) -> Iterator[audit.ListAffectedDecisionsResponse]:
        """Every decision of this tenant that rests on what is named."""
        who, ground, passed = actor(context.invocation_metadata()), ground_asked_for(request), Passed()
        found = affected(self._log, self._shelf, ground, who.tenant, passed=passed)
        with slot(self._streams):
            note_look(self._events, who, "AuditService.ListAffectedDecisions", ground.asked())
            try:
                for one in found:
                    yield affected_message(one)
            finally:
                context.set_trailing_metadata(((ERASED_KEY, str(len(passed.gone))),))
