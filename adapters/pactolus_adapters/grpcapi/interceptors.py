"""What stands around every method of the server: nothing unforeseen gets out, nothing unreadable in.

grpc would send the text of an exception to the caller and write it to its log, and it would answer
bytes that are no message with a status of its own. Here an unforeseen error becomes `INTERNAL` with
a reference, and unreadable bytes become invalid input like any other.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from traceback import walk_tb
from typing import Any, Final, TypeAlias, TypeVar
from uuid import uuid4

import grpc

from pactolus_adapters.grpcapi.errors import InternalFailure
from pactolus_adapters.grpcapi.status import is_known, trailing_status
from pactolus_engine.errors import InputInvalid, PactolusError, Violation

__all__ = ["ErrorBoundary", "Unreadable", "public", "readable", "takes_unreadable"]

_DEEPEST_FRAMES: Final = 8

# Quoted: generic in the type stubs only.
_Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
_MaybeHandler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"
_Context = grpc.ServicerContext
_Method = TypeVar("_Method", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands in a method's input for bytes that are no message of the expected type."""

    content: bytes


class ErrorBoundary(grpc.ServerInterceptor):  # type: ignore[type-arg]  # not generic at run time
    """Turns every error of a method into a status that may be shown to anybody."""

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], _MaybeHandler],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """The method with the boundary around it; None when there is no such method."""
        handler = continuation(handler_call_details)
        return None if handler is None else _guarded(handler)


def takes_unreadable(method: _Method) -> _Method:
    """Marks a method that wants to see `Unreadable` itself, to record it before it is refused."""
    method.takes_unreadable = True  # type: ignore[attr-defined]  # looked for below
    return method


def readable(message: Any) -> Any:
    """The message, if it is one. Raises `InputInvalid` when its bytes could not be read."""
    if isinstance(message, Unreadable):
        expected = "expected a protobuf message of the type that the method takes"
        raise InputInvalid([Violation("request", expected)])
    return message


def public(error: Exception) -> PactolusError:
    """The error as it may be shown; an unforeseen one is logged under a reference and masked.

    The log gets kinds of error and places in the code. Their texts stay out: they may hold what a
    patient's resource held.
    """
    if isinstance(error, PactolusError) and is_known(error):
        return error
    reference = uuid4().hex
    logging.getLogger(__name__).error("internal error, reference %s: %s", reference, _story(error))
    return InternalFailure(reference)


def _guarded(handler: _Handler) -> _Handler:
    """The same method with a safe reader of its input and the boundary around its function."""
    reads: Any = _safely(handler.request_deserializer) if handler.request_deserializer else None
    writes: Any = handler.response_serializer
    if handler.request_streaming and handler.response_streaming:
        return grpc.stream_stream_rpc_method_handler(_guard_stream(handler.stream_stream), reads, writes)
    if handler.request_streaming:
        return grpc.stream_unary_rpc_method_handler(_guard_one(handler.stream_unary), reads, writes)
    if handler.response_streaming:
        return grpc.unary_stream_rpc_method_handler(_guard_stream(handler.unary_stream), reads, writes)
    return grpc.unary_unary_rpc_method_handler(_guard_one(handler.unary_unary), reads, writes)


def _guard_one(function: Any) -> Callable[[Any, _Context], Any]:
    checked = _as_it_is if getattr(function, "takes_unreadable", False) else readable

    def guarded(request: Any, context: _Context) -> Any:
        with _boundary(context):
            return function(checked(request), context)

    return guarded


def _as_it_is(message: Any) -> Any:
    return message


def _guard_stream(function: Any) -> Callable[[Any, _Context], Iterator[Any]]:
    def guarded(request: Any, context: _Context) -> Iterator[Any]:
        with _boundary(context):
            yield from function(readable(request), context)

    return guarded


def _safely(deserialize: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    def read(content: bytes) -> Any:
        try:
            return deserialize(content)
        except Exception:  # noqa: BLE001  # protobuf raises several kinds; all mean: no message
            return Unreadable(content)

    return read


@contextmanager
def _boundary(context: _Context) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if isinstance(error, grpc.RpcError) and not context.is_active():
            raise  # the caller has gone; grpc knows its own error and stays silent
        status = trailing_status(public(error))
    else:
        return
    context.abort_with_status(status)


def _story(error: BaseException) -> str:
    """Kinds of error, from the one that was raised to its first cause, each with its place."""
    told: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        frames = [f"{frame.f_globals.get('__name__')}:{line}" for frame, line in walk_tb(cause.__traceback__)]
        told.append(f"{type(cause).__name__} at {' > '.join(frames[-_DEEPEST_FRAMES:])}")
        cause = cause.__cause__ or cause.__context__
    return "; caused by ".join(told)
