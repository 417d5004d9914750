"""`AuditService`: replays of the tenant's records, started, watched, and what came out otherwise.

A replay shows a tenant its own records only, and only in what became of them. That it is made is recorded at its start;
a look at its differences is recorded too, as any look at records.
"""

from collections.abc import Iterator
from threading import BoundedSemaphore
from typing import Final

import grpc

from pactolus.v1 import audit_service_pb2 as audit
from pactolus_adapters.grpcapi.admission import slot
from pactolus_adapters.grpcapi.convert import actor, receipt_message
from pactolus_adapters.grpcapi.convert_records import page_size
from pactolus_adapters.grpcapi.convert_replay import (
    after_records,
    difference_message,
    differences_asked_for,
    replay_asked_for,
    status_message,
)
from pactolus_adapters.grpcapi.errors import NotBuilt
from pactolus_adapters.replay.jobs.service import Replays
from pactolus_adapters.trail.events import EventRecorder
from pactolus_adapters.trail.looks import note_look
from pactolus_adapters.trail.page_tokens import page_token, read_page_token
from pactolus_adapters.trail.places import entry_at
from pactolus_engine.ports import Receipt
from pactolus_engine.trail import AuditTrail

__all__ = ["REPLAY_WATCHES", "ReplayMethods"]

REPLAY_WATCHES: Final = 8
"""Watches that are open at once; each holds a thread of the server until its client leaves or the replay ends."""

_TELL_SECONDS: Final = 3.0
"""So often something is told even if nothing has moved, so that neither side takes the other for gone."""

_Context = grpc.ServicerContext


class ReplayMethods:
    """Part of `AuditHandlers`."""

    _log: AuditTrail
    _events: EventRecorder

    def __init__(self, replays: Replays | None) -> None:
        """`replays`: None means that callers cannot replay."""
        self._given_replays = replays
        self._replay_watches = BoundedSemaphore(REPLAY_WATCHES)

    def StartReplay(self, request: audit.StartReplayRequest, context: _Context) -> audit.StartReplayResponse:
        """Begins a replay for the caller, or names the one that the same request id began."""
        replays = self._replays("AuditService.StartReplay")
        who = actor(context.invocation_metadata())
        replay_id, started = replays.start(who, replay_asked_for(request))
        return audit.StartReplayResponse(replay_id=replay_id, receipt=receipt_message(self._receipt(started)))

    def WatchReplay(
        self, request: audit.WatchReplayRequest, context: _Context
    ) -> Iterator[audit.WatchReplayResponse]:
        """Tells how far a replay is whenever it gets further, and every few seconds, until it ends."""
        replays = self._replays("AuditService.WatchReplay")
        who = actor(context.invocation_metadata())
        seen, is_running = after_records(request), True
        with slot(self._replay_watches):
            if not context.add_callback(replays.wake):
                return
            while is_running:
                status = replays.wait(who.tenant, request.replay_id, seen, _TELL_SECONDS, context.is_active)
                if not context.is_active():
                    return
                seen, is_running = max(seen, status.records_done), status.is_running
                receipt = None if status.recorded is None else self._receipt(status.recorded)
                yield status_message(status, receipt)

    def ListReplayDifferences(
        self, request: audit.ListReplayDifferencesRequest, context: _Context
    ) -> audit.ListReplayDifferencesResponse:
        """A page of the records that came out otherwise, in the order of the log."""
        replays = self._replays("AuditService.ListReplayDifferences")
        who = actor(context.invocation_metadata())
        asked, most = differences_asked_for(request, who.tenant), page_size(request)
        after = read_page_token(asked, request.page_token)
        replays.check_done(who.tenant, request.replay_id)
        about = {"replay": request.replay_id, "classes": ",".join(asked.classes)}
        note_look(self._events, who, "AuditService.ListReplayDifferences", about)
        found, is_last = replays.results(who.tenant, request.replay_id, asked.classes, after, most)
        return audit.ListReplayDifferencesResponse(
            differences=map(difference_message, found),
            next_page_token="" if is_last else page_token(asked, found[-1].index),
        )

    def _replays(self, method: str) -> Replays:
        if self._given_replays is None:
            raise NotBuilt(method)
        return self._given_replays

    def _receipt(self, index: int) -> Receipt:
        return Receipt(self._log.origin, index, entry_at(self._log, index).leaf_hash)
