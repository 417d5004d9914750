"""Clients that send requests without pause and remember what was acknowledged."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

import grpc

from pactolus.v1.evaluation_service_pb2 import EvaluateResponse
from pactolus.v1.evaluation_service_pb2_grpc import EvaluationServiceStub
from tests.support.examples import request

__all__ = ["CLIENTS", "Load", "under_load"]

CLIENTS = 4
_FILES = ("negative-ngs.json", "lone-observation.json", "positive-flow.json", "preliminary.json")


@dataclass
class Load:
    """What the clients saw so far."""

    acknowledged: dict[str, EvaluateResponse] = field(default_factory=dict)
    """Request id to answer."""
    failed: list[tuple[str, grpc.RpcError]] = field(default_factory=list)
    """Request ids that got an error, with it."""
    sent: dict[str, str] = field(default_factory=dict)
    """Request id to the example that was sent."""
    _lock: Lock = field(default_factory=Lock)

    def note(self, request_id: str, result: EvaluateResponse | grpc.RpcError) -> None:
        """Remembers what came back."""
        with self._lock:
            if isinstance(result, EvaluateResponse):
                self.acknowledged[request_id] = result
            else:
                self.failed.append((request_id, result))


@contextmanager
def under_load(port: int, name: str, *, stop_on_error: bool) -> Iterator[Load]:
    """Clients run inside; they have stopped when it is left. `name` makes the request ids unique."""
    load, stop = Load(), Event()
    threads = [
        Thread(target=_client, args=(port, f"{name}-{number}", load, stop, stop_on_error))
        for number in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads)


def _client(port: int, name: str, load: Load, stop: Event, stop_on_error: bool) -> None:
    options = [("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
        evaluation = EvaluationServiceStub(channel)
        number = 0
        while not stop.is_set():
            request_id, file = f"{name}-{number}", _FILES[number % len(_FILES)]
            load.sent[request_id] = file
            try:
                load.note(request_id, evaluation.Evaluate(request(file, request_id=request_id), timeout=20))
            except grpc.RpcError as error:
                load.note(request_id, error)
                if stop_on_error:
                    return
            number += 1
