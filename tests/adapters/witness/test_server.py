"""The witness over real HTTP: every status, and clients that are slow, large, many or no clients at all."""

import http.client
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pactolus_adapters.tlog.keys import Ed25519NoteSigner
from pactolus_adapters.witness.errors import AddressUnusable
from pactolus_adapters.witness.protocol import BODY_BYTES
from pactolus_adapters.witness.server import WitnessServer
from tests.adapters.tlog.material import ORIGIN, OTHER
from tests.adapters.witness.material import History, a_witness, served

TRUE, FALSE = History(), History("false", fork=3)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Of a witness that has cosigned 5 entries, and gives a client a second."""
    witness = a_witness(tmp_path)
    assert witness.answer(TRUE.request(0, 5)).status == 200
    with served(witness.answer, seconds=1) as server:
        yield server.server_port


def _post(port: int, body: bytes, path: str = "/add-checkpoint") -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", path, body)
    answer = connection.getresponse()
    found = answer.status, answer.getheader("Content-Type", ""), answer.read()
    connection.close()
    return found


def _raw(port: int, content: bytes) -> bytes:
    """What comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
        peer.sendall(content)
        found = b""
        try:
            while piece := peer.recv(65536):
                found += piece
        except ConnectionResetError:
            pass
        return found


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (TRUE.request(5, 9), 200),
        (b"\xff", 400),
        (TRUE.request(0, 5).replace(b"old 0", b"old 6"), 400),
        (History(signer=OTHER).request(0, 5), 404),
        (History(signer=Ed25519NoteSigner(ORIGIN, b"\x09" * 32)).request(5, 9), 403),
        (FALSE.request(5, 9), 422),
    ],
)
def test_each_status_is_that_of_the_specification(port: int, body: bytes, status: int) -> None:
    found, kind, text = _post(port, body)
    assert found == status
    assert kind == "text/plain; charset=utf-8"
    assert text.endswith(b"\n")
    assert text.startswith("\N{EM DASH} ".encode()) is (status == 200)


@pytest.mark.parametrize("body", [TRUE.request(4, 9), TRUE.request(0, 5), FALSE.request(5, 5)])
def test_a_conflict_tells_the_size(port: int, body: bytes) -> None:
    assert _post(port, body) == (409, "text/x.tlog.size", b"5\n")


def test_a_connection_takes_several_requests(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for old, size in ((5, 6), (6, 7)):
        connection.request("POST", "/add-checkpoint", TRUE.request(old, size))
        answer = connection.getresponse()
        assert (answer.status, answer.read()[:3]) == (200, "\N{EM DASH}".encode())
    connection.close()


def test_other_paths_and_methods_are_refused(port: int) -> None:
    assert _post(port, TRUE.request(5, 9), "/add-checkpoint/x")[0] == 404
    for method, status in ((b"GET", b"405"), (b"PUT", b"501"), (b"HEAD", b"501")):
        assert _raw(port, method + b" /add-checkpoint HTTP/1.1\r\nHost: x\r\n\r\n").split(b" ")[1] == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"Content-Length: %d" % (BODY_BYTES + 1), b"413"),
        (b"Content-Length: 99999999999999999999", b"411"),
        (b"Content-Length: -1", b"411"),
        (b"Content-Length: 1_0", b"411"),
        (b"Content-Length: 1\r\nContent-Length: 2", b"411"),
        (b"Transfer-Encoding: chunked", b"411"),
        (b"X: y", b"411"),
    ],
)
def test_a_body_that_is_large_or_has_no_length_is_not_read(port: int, headers: bytes, status: bytes) -> None:
    began = time.monotonic()
    found = _raw(port, b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n\r\n")
    assert found.split(b" ")[1] == status
    assert time.monotonic() - began < 0.9


@pytest.mark.parametrize(
    "content",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"GET\r\n\r\n",
        b"POST  \r\n\r\n",
        b"x" * 70_000 + b"\r\n",
        b"\r\n",
    ],
)
def test_what_is_no_http_ends_its_connection_alone(port: int, content: bytes) -> None:
    assert b"Traceback" not in _raw(port, content)
    assert _post(port, TRUE.request(5, 9))[0] == 200


def test_a_client_that_drips_is_cut_off(port: int) -> None:
    """A byte now and then keeps no thread for longer than a request may take."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
        peer.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 60000\r\n\r\n")
        began = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - began < 8:
                peer.sendall(b"x")
                time.sleep(0.05)
    assert time.monotonic() - began < 5


def test_many_idle_clients_keep_nobody_out_for_long(port: int) -> None:
    idle = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(40)]
    assert any(peer.recv(100).startswith(b"HTTP/1.1 503") for peer in idle[32:])
    deadline, status = time.monotonic() + 8, 503
    while status != 200 and time.monotonic() < deadline:
        try:
            status = _post(port, TRUE.request(5, 9))[0]
        except (OSError, http.client.HTTPException):
            status = 503
        time.sleep(0.1)
    assert status == 200
    for peer in idle:
        peer.close()


def test_a_defect_is_told_without_what_was_sent(capfd: pytest.CaptureFixture[str]) -> None:
    def broken(body: bytes) -> None:
        raise KeyError(body)

    with served(broken) as server:  # type: ignore[arg-type]  # the defect
        found = _raw(server.server_port, b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 6\r\n\r\nsecret")
    assert found == b""
    err = capfd.readouterr().err
    assert "defect (KeyError)" in err
    assert "secret" not in err


def test_an_address_that_cannot_be_had_is_told(port: int) -> None:
    for host, taken in (("127.0.0.1", port), ("192.0.2.1", 0), ("no such host", 0)):
        with pytest.raises(AddressUnusable, match="cannot listen on"):
            WitnessServer(host, taken, lambda _: None)  # type: ignore[arg-type,return-value]
