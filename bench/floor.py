"""The floor: a gRPC server of the same kind that reads the same request and does nothing with it.

Started by `bench.py` as a process of its own. Prints its port and serves until its standard input ends.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import grpc

from pactolus.v1.evaluation_service_pb2 import EvaluateRequest, EvaluateResponse
from pactolus.v1.evaluation_service_pb2_grpc import (
    EvaluationServiceServicer,
    add_EvaluationServiceServicer_to_server,
)

_THREADS = 48
"""As many as the real server has by default."""


class _NoOp(EvaluationServiceServicer):
    """Answers every request with an empty message."""

    def Evaluate(self, request: EvaluateRequest, context: grpc.ServicerContext) -> EvaluateResponse:  # noqa: ARG002
        """Nothing."""
        return EvaluateResponse()


def main() -> None:
    """Serves on a free port of the loopback address."""
    server = grpc.server(ThreadPoolExecutor(_THREADS), compression=grpc.Compression.NoCompression)
    add_EvaluationServiceServicer_to_server(_NoOp(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(f"floor serves on 127.0.0.1:{port};", flush=True)
    sys.stdin.read()
    server.stop(None).wait()


if __name__ == "__main__":
    main()
