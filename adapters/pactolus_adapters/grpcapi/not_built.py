"""Methods that the contract declares and this version does not have."""

from collections.abc import Callable
from typing import Any, NoReturn

import grpc

from pactolus_adapters.grpcapi.errors import NotBuilt

__all__ = ["not_built"]


def not_built(method: str) -> Callable[[Any, Any, grpc.ServicerContext], NoReturn]:
    """A method of that name that is declared and answers UNIMPLEMENTED."""

    def refuse(_self: Any, _request: Any, _context: grpc.ServicerContext) -> NoReturn:
        raise NotBuilt(method)

    return refuse
