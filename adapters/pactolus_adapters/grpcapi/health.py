"""The standard health service (`grpc.health.v1`), so written that it cannot hold up the server.

The servicer that comes with grpcio-health-checking sends to its watchers under the lock that the
serving thread needs when a watcher leaves: a client that cancels while the server drains stops both
for good (seen with grpcio 1.85.1). Here a watch waits in a thread of its own, and there are few.
"""

from collections.abc import Callable, Iterable, Iterator
from threading import BoundedSemaphore, Condition
from typing import Any, Final, TypeAlias

import grpc
from grpc_health.v1 import health_pb2

from pactolus_adapters.grpcapi.admission import slot
from pactolus_adapters.grpcapi.errors import ServiceUnknown

__all__ = ["Health"]

# The messages come without types.
_Status: TypeAlias = Any
_Request: TypeAlias = Any

_LOOK_SECONDS: Final = 1.0
"""How often a watch asks whether the server is able to work; nobody tells it of a disk that failed."""


class Health:
    """Tells whether the server and each of its services take requests; all have the same state."""

    def __init__(self, services: Iterable[str], watches: int, able: Callable[[], bool]) -> None:
        """`services`: names that may be asked for beside the empty one. `watches`: open at once. `able`:
        whether a request that comes now could be recorded; while it could not, the state is NOT_SERVING."""
        self._services = frozenset(services) | {""}
        self._watches = BoundedSemaphore(watches)
        self._changed = Condition()
        self._serving = False
        self._able = able

    def set_serving(self, serving: bool) -> None:
        """Changes the state and tells everybody who watches."""
        with self._changed:
            self._serving = serving
            self._changed.notify_all()

    def Check(self, request: _Request, _context: grpc.ServicerContext) -> _Status:
        """The state now. Raises `ServiceUnknown`, as the protocol asks."""
        if request.service not in self._services:
            raise ServiceUnknown
        return _message(self._state())

    def List(self, _request: _Request, _context: grpc.ServicerContext) -> Any:
        """The state now, by the name of each service."""
        state = _message(self._state())
        return health_pb2.HealthListResponse(statuses=dict.fromkeys(self._services, state))

    def Watch(self, request: _Request, context: grpc.ServicerContext) -> Iterator[_Status]:
        """The state now and whenever it changes, until the caller leaves. Raises `Overloaded`."""
        with slot(self._watches):
            if not context.add_callback(self._wake):
                return
            known = request.service in self._services
            told: bool | None = None
            while context.is_active():
                state = self._next_state(told, context)
                if state is not told and (known or told is None):
                    yield _message(state) if known else _unknown()
                told = state

    def _state(self) -> bool:
        return self._serving and self._able()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _next_state(self, told: bool | None, context: grpc.ServicerContext) -> bool:
        """Waits for a state that was not told yet, or for the caller to leave."""
        with self._changed:
            while (state := self._state()) is told and context.is_active():
                self._changed.wait(_LOOK_SECONDS)
            return state


def _message(serving: bool) -> _Status:
    kind = health_pb2.HealthCheckResponse
    return kind(status=kind.SERVING if serving else kind.NOT_SERVING)


def _unknown() -> _Status:
    kind = health_pb2.HealthCheckResponse
    return kind(status=kind.SERVICE_UNKNOWN)
