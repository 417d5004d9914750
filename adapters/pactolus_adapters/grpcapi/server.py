"""The gRPC server: built from the ports, started on a port that is free, stopped without losing a call.

A synchronous server with threads: the handlers are short and busy, and measured faster than under
asyncio. The limits are those that were tried out against floods, idle connections and lost peers.
"""

import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event, Lock
from types import FrameType
from typing import Final

import grpc
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2_grpc import add_HealthServicer_to_server
from grpc_reflection.v1alpha import reflection

from pactolus.v1 import audit_service_pb2, evaluation_service_pb2, rule_pack_service_pb2
from pactolus.v1.audit_service_pb2_grpc import add_AuditServiceServicer_to_server
from pactolus.v1.evaluation_service_pb2_grpc import add_EvaluationServiceServicer_to_server
from pactolus.v1.rule_pack_service_pb2_grpc import add_RulePackServiceServicer_to_server
from pactolus_adapters.grpcapi.admission import Admission
from pactolus_adapters.grpcapi.audit_handlers import AuditHandlers, Recall
from pactolus_adapters.grpcapi.export_methods import STREAMS, NewExporter
from pactolus_adapters.grpcapi.handlers import EvaluationHandlers, RulePackHandlers
from pactolus_adapters.grpcapi.health import Health
from pactolus_adapters.grpcapi.interceptors import ErrorBoundary
from pactolus_adapters.grpcapi.listen import AddressUnusable, PortTaken, listen
from pactolus_adapters.grpcapi.proof_methods import VERIFICATIONS
from pactolus_adapters.grpcapi.replay_methods import REPLAY_WATCHES
from pactolus_adapters.hallway import Evaluate
from pactolus_adapters.replay.jobs.service import Replays
from pactolus_adapters.trail.erase import Erasure
from pactolus_adapters.trail.events import EventRecorder
from pactolus_engine.ports import PackShelf
from pactolus_engine.trail import AuditTrail

__all__ = ["SERVICES", "AddressUnusable", "GrpcServer", "PortTaken", "ServerLimits", "build_server", "serve"]

SERVICES: Final = (
    evaluation_service_pb2.DESCRIPTOR.services_by_name["EvaluationService"].full_name,
    rule_pack_service_pb2.DESCRIPTOR.services_by_name["RulePackService"].full_name,
    audit_service_pb2.DESCRIPTOR.services_by_name["AuditService"].full_name,
)
"""Full names of our services, as health and reflection tell them."""

_HEALTH: Final = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name
# A watch holds a thread for as long as its client likes: one each for a few balancers.
_WATCHES: Final = 32
# Threads beyond those that evaluations, batches, watches and streams can hold: health checks, refusals, the rest.
_SPARE_THREADS: Final = 8
_LAST_SENDS_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """How much the server takes at once.

    `receive_bytes`: largest message. `evaluations`: single requests that run at once; more are
    refused with `RESOURCE_EXHAUSTED`. `batches`: streams that are open at once. `leave_seconds`: from
    NOT_SERVING to the first refusal, so that a load balancer can look. `drain_seconds`: longest wait
    for what still runs.
    """

    receive_bytes: int = 4 * 1024 * 1024
    evaluations: int = 32
    batches: int = 8
    leave_seconds: float = 0.0
    drain_seconds: float = 10.0


class GrpcServer:
    """A built server; it can be started once and stopped any number of times."""

    def __init__(
        self,
        server: grpc.Server,
        status: Health,
        admission: Admission,
        limits: ServerLimits,
        replays: Replays | None = None,
    ) -> None:
        """`replays`: those that are done while it serves."""
        self._replays = replays
        self._server = server
        self._health = status
        self._admission = admission
        self._limits = limits
        self._stopping = Lock()
        self._idle: bool | None = None

    def start(
        self, port: int, host: str = "127.0.0.1", before_serving: Callable[[], object] = lambda: None
    ) -> int:
        """Listens and serves; returns the port, which the system chooses when 0 is asked for.

        `before_serving` is called once the address is taken and before the first request is; what it raises
        ends the start. Raises `PortTaken` when somebody else listens there, else `AddressUnusable`.
        """
        bound = listen(self._server, host, port)
        before_serving()
        if self._replays is not None:
            self._replays.open()
        self._server.start()
        self._health.set_serving(True)
        return bound

    def stop(self) -> bool:
        """Drains and stops: NOT_SERVING, no new evaluation, wait for what runs, close.

        Returns whether everything came to its end in time; only then may the stores be closed
        without a call losing them. Idempotent, and safe to call from several threads.
        """
        with self._stopping:
            if self._idle is None:
                self._idle = self._drain()
            return self._idle

    def _drain(self) -> bool:
        self._health.set_serving(False)
        time.sleep(self._limits.leave_seconds)
        self._admission.close()
        # Replays end at once: they go on at the next start, and what runs here may take its time.
        if self._replays is not None:
            self._replays.close()
        idle = self._admission.wait_idle(self._limits.drain_seconds)
        # What has been evaluated is on its way out; open health watches and batches end here.
        self._server.stop(_LAST_SENDS_SECONDS).wait()
        return idle


def build_server(
    hallway: Evaluate,
    shelf: PackShelf,
    log: AuditTrail,
    recall: Recall,
    events: EventRecorder,
    limits: ServerLimits | None = None,
    reflection_on: bool = False,
    exporter: NewExporter | None = None,
    erasure: Erasure | None = None,
    replays: Replays | None = None,
) -> GrpcServer:
    """Builds the server with health service; `recall` reads an answer back out of a record, `events` records
    what callers do with records.

    `exporter`, `erasure`, `replays`: None means that callers cannot export, erase, or replay. `reflection_on` lets anybody who can
    connect list the methods: for loopback, elsewhere by setting.
    """
    limits = limits or ServerLimits()
    admission = Admission(limits.evaluations, limits.batches)
    server = grpc.server(
        ThreadPoolExecutor(_threads(limits), thread_name_prefix="grpc"),
        interceptors=[ErrorBoundary()],
        options=_options(limits),
        compression=grpc.Compression.NoCompression,
    )
    status = Health((*SERVICES, _HEALTH), _WATCHES, lambda: log.healthy)
    add_HealthServicer_to_server(status, server)
    add_EvaluationServiceServicer_to_server(EvaluationHandlers(hallway, admission), server)
    add_RulePackServiceServicer_to_server(RulePackHandlers(shelf), server)
    handlers = AuditHandlers(log, recall, shelf, events, exporter, erasure, replays)
    add_AuditServiceServicer_to_server(handlers, server)
    if reflection_on:
        names = (*SERVICES, _HEALTH, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, server)
    return GrpcServer(server, status, admission, limits, replays)


def serve(
    server: GrpcServer,
    port: int,
    host: str = "127.0.0.1",
    announce: Callable[[int], None] = lambda _: None,
    before_serving: Callable[[], object] = lambda: None,
    before_stopping: Callable[[], object] = lambda: None,
) -> bool:
    """Starts, tells the port by `announce`, and serves until SIGTERM or SIGINT; then calls `before_stopping` and drains.

    To be called from the main thread. Returns what `GrpcServer.stop` returns; raises as `start`.
    """
    asked_to_stop = Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        asked_to_stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        announce(server.start(port, host, before_serving))
        asked_to_stop.wait()
        before_stopping()
        return server.stop()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _threads(limits: ServerLimits) -> int:
    streams = _WATCHES + VERIFICATIONS + STREAMS + REPLAY_WATCHES
    return limits.evaluations + limits.batches + streams + _SPARE_THREADS


def _options(limits: ServerLimits) -> list[tuple[str, int]]:
    """Channel arguments of gRPC core; the figures were measured, times are milliseconds."""
    return [
        ("grpc.so_reuseport", 0),  # else a second server would bind the same port in silence
        ("grpc.max_receive_message_length", limits.receive_bytes),
        ("grpc.max_concurrent_streams", 100),
        ("grpc.max_connection_idle_ms", 300_000),
        ("grpc.max_connection_age_ms", 1_800_000),
        ("grpc.max_connection_age_grace_ms", 30_000),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ]
