"""The HTTP server of a witness: one method, small bodies, few threads, and nobody holds one of them for long.

Plain HTTP: what goes over the wire is public and signed. A proxy may put TLS in front.
"""

import re
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Any, Final

from pactolus_adapters.witness.errors import AddressUnusable
from pactolus_adapters.witness.protocol import BODY_BYTES, PATH, Answer, refusal

__all__ = ["REQUEST_SECONDS", "WitnessServer"]

REQUEST_SECONDS: Final = 10.0
"""How long a connection may take for one request, and stay idle between two."""

_CONNECTIONS: Final = 32
_LENGTH: Final = re.compile(r"[0-9]{1,9}")
_BUSY: Final = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class WitnessServer(ThreadingHTTPServer):
    """Listens from construction; `serve_forever` answers until `shutdown`."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = _CONNECTIONS

    def __init__(
        self,
        host: str,
        port: int,
        answer: Callable[[bytes], Answer],
        request_seconds: float = REQUEST_SECONDS,
    ) -> None:
        """`answer` gives the answer to a body. Raises `AddressUnusable`."""
        self.answer = answer
        self._request_seconds = request_seconds
        self._room = BoundedSemaphore(_CONNECTIONS)
        self._ends: dict[socket.socket, float] = {}
        self._ends_lock = Lock()
        self.address_family = _family(host)
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            raise AddressUnusable(
                f"cannot listen on `{host}:{port}`: it is taken, not permitted or no address of this machine"
            ) from error

    def server_bind(self) -> None:
        """Binds without asking for the name of this host, which may take long."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Gives the connection a thread if there is one left, else says that there is none."""
        if not self._room.acquire(blocking=False):
            request.settimeout(0)
            with suppress(OSError):
                request.send(_BUSY)
            self.shutdown_request(request)
            return
        self.renew(request)
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._forget(request)
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serves the connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._forget(request)

    def renew(self, request: socket.socket) -> None:
        """Another request may come over this connection, and has its time from now."""
        with self._ends_lock:
            self._ends[request] = monotonic() + self._request_seconds

    def service_actions(self) -> None:
        """Ends the connections whose time is over, however busy they look; called twice a second."""
        now = monotonic()
        with self._ends_lock:
            for connection, end in self._ends.items():
                if end < now:
                    with suppress(OSError):
                        connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - as the base has it
        """A connection that broke is no news; anything else is a defect and told without its content."""
        kind = sys.exc_info()[0]
        if kind is not None and not issubclass(kind, OSError):
            sys.stderr.write(f"error: a request was not answered, because of a defect ({kind.__name__})\n")

    def _forget(self, request: socket.socket) -> None:
        with self._ends_lock:
            self._ends.pop(request, None)
        self._room.release()


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    protocol_version = "HTTP/1.1"
    server_version = "pactolus-witness"
    sys_version = ""

    def do_POST(self) -> None:
        """Answers `add-checkpoint`."""
        if self.path != PATH:
            self._send(refusal(HTTPStatus.NOT_FOUND, f"expected POST {PATH}"), is_last=True)
            return
        length = self._length()
        if isinstance(length, Answer):
            self._send(length, is_last=True)
            return
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        self._send(self.server.answer(body))
        self.server.renew(self.connection)

    def do_GET(self) -> None:
        """There is nothing to get."""
        self._send(refusal(HTTPStatus.METHOD_NOT_ALLOWED, f"expected POST {PATH}"), is_last=True)

    def send_error(
        self,
        code: int,
        message: str | None = None,  # noqa: ARG002 - as the base has it
        explain: str | None = None,  # noqa: ARG002 - as the base has it
    ) -> None:
        """What the base class refuses is told in one line, and never repeats what was sent."""
        status = HTTPStatus(code)
        self._send(refusal(status, status.phrase.lower()), is_last=True)

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged: what matters is told by the witness."""

    def _length(self) -> int | Answer:
        if "Transfer-Encoding" in self.headers:
            return refusal(HTTPStatus.LENGTH_REQUIRED, "expected a `Content-Length`")
        given = self.headers.get_all("Content-Length", [])
        if len(given) != 1 or not _LENGTH.fullmatch(given[0]):
            return refusal(HTTPStatus.LENGTH_REQUIRED, "expected a `Content-Length`")
        if int(given[0]) > BODY_BYTES:
            return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body has at most {BODY_BYTES} bytes")
        return int(given[0])

    def _send(self, answer: Answer, *, is_last: bool = False) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if answer.status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "POST")
        if is_last:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(answer.body)


def _family(host: str) -> socket.AddressFamily:
    try:
        return socket.AF_INET6 if ip_address(host).version == 6 else socket.AF_INET
    except ValueError:
        return socket.AF_INET
