"""The whole house behind a real gRPC server in this process, and a channel to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from grpc_status import rpc_status

from pactolus.v1.audit_service_pb2 import GetDecisionRequest, GetDecisionResponse
from pactolus.v1.audit_service_pb2_grpc import AuditServiceStub
from pactolus.v1.evaluation_service_pb2 import EvaluateRequest, EvaluateResponse
from pactolus.v1.evaluation_service_pb2_grpc import EvaluationServiceStub
from pactolus_adapters import wiring
from pactolus_adapters.settings import settings_from
from pactolus_adapters.wiring import House
from tests.support.examples import ROOT

__all__ = ["Service", "everything_told", "reason_of", "service", "violations_of"]


@dataclass
class Service:
    """A served house."""

    house: House
    port: int
    channel: grpc.Channel

    def evaluate(self, request: EvaluateRequest, **call: Any) -> EvaluateResponse:
        """Sends one request; raises `grpc.RpcError` as the channel does."""
        return EvaluationServiceStub(self.channel).Evaluate(request, timeout=30, **call)

    def recall(self, index: int) -> GetDecisionResponse:
        """The recorded answer at that index."""
        return AuditServiceStub(self.channel).GetDecision(GetDecisionRequest(index=index), timeout=30)

    @property
    def records(self) -> int:
        """How many records there are."""
        return self.house.audit.size()


@contextmanager
def service(data: Path, **chosen: Any) -> Iterator[Service]:
    """A server on a free port of loopback over the repository's rules; `chosen` are settings."""
    settings = settings_from({}, **{"data": data, "rules": ROOT / "rules", "port": 0} | chosen)
    with wiring.open_house(settings) as house:
        server = house.server()
        port = server.start(0)
        try:
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield Service(house, port, channel)
        finally:
            server.stop()


def violations_of(error: grpc.RpcError) -> dict[str, str]:
    """Place to description, of the one `BadRequest` in the status of a failed call."""
    details = [each for each in rpc_status.from_call(error).details if each.Is(BadRequest.DESCRIPTOR)]
    assert len(details) == 1, "a `BadRequest` is expected in the status"
    told = BadRequest()
    details[0].Unpack(told)
    return {each.field: each.description for each in told.field_violations}


def reason_of(error: grpc.RpcError) -> str:
    """The reason in the `ErrorInfo` of a failed call."""
    info = ErrorInfo()
    assert any(each.Unpack(info) for each in rpc_status.from_call(error).details)
    return info.reason


def everything_told(error: grpc.RpcError) -> str:
    """All that a client can see of a failed call, the trailers decoded and as they are."""
    status = rpc_status.from_call(error)
    parts = [error.code(), error.details(), error.debug_error_string(), error.trailing_metadata(), status]
    raw = status.SerializeToString().decode("latin-1") if status else ""
    return " ".join(map(str, [*parts, raw, *(error.initial_metadata() or ())]))
