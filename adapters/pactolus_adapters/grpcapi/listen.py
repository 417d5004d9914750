"""Binding a server to an address so that a failure is seen and says what it is.

gRPC alone does neither: of a name with two addresses it takes the one that is free and stays silent
about the other, it wraps port 70000 round to 4464, and it does not tell a taken port from a wrong
address.
"""

import errno
import socket
from typing import Final

import grpc

from pactolus_engine.errors import PactolusError

__all__ = ["AddressUnusable", "PortTaken", "listen"]

_LAST_PORT: Final = 65_535
_Place = tuple[int, str]  # address family, numeric address


class AddressUnusable(PactolusError):
    """The server cannot listen on the address; the operator chooses another host or port."""


class PortTaken(AddressUnusable):
    """Another process listens on the port; the operator ends it or chooses another port."""


def listen(server: grpc.Server, host: str, port: int) -> int:
    """Binds every address that the host name stands for; returns the port (the system's choice for 0).

    Without TLS. Raises `PortTaken` when one of the addresses is in use, else `AddressUnusable`; the
    server is then of no more use.
    """
    if not 0 <= port <= _LAST_PORT:
        raise AddressUnusable(f"cannot listen on `{host}`: expected a port from 0 to {_LAST_PORT}")
    for family, address in _places(host, port):
        port = _bind(server, family, address, port)
    return port


def _places(host: str, port: int) -> list[_Place]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        message = f"cannot listen on `{host}`: expected a host name or address that can be resolved"
        raise AddressUnusable(message) from error
    return list(dict.fromkeys((int(family), str(place[0])) for family, *_, place in found))


def _bind(server: grpc.Server, family: int, address: str, port: int) -> int:
    shown = f"[{address}]:{port}" if family == socket.AF_INET6 else f"{address}:{port}"
    try:
        bound = server.add_insecure_port(shown)
    except RuntimeError as error:
        raise _unusable(family, address, port, shown) from error
    if bound == 0:  # how older grpc says the same
        raise _unusable(family, address, port, shown)
    return bound


def _unusable(family: int, address: str, port: int, shown: str) -> AddressUnusable:
    """Why the address cannot be had: gRPC does not tell, a plain socket does."""
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
            probe.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return PortTaken(
                f"cannot listen on `{shown}`: the port is taken, choose another or end its owner"
            )
        if error.errno in {errno.EACCES, errno.EPERM}:
            return AddressUnusable(f"cannot listen on `{shown}`: the system does not permit this port")
    return AddressUnusable(f"cannot listen on `{shown}`: expected an address of this machine")
