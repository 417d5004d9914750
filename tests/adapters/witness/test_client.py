"""Asking a witness: real ones, ones that refuse, and servers that are no witness at all."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from threading import Thread

import pytest

from pactolus_adapters.tlog.cosignature import Cosigner, cosignature_line
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.tlog.note import open_note, read_note
from pactolus_adapters.witness.client import WitnessClient
from pactolus_adapters.witness.errors import (
    AddressUnusable,
    HistoryRefused,
    LogUnknown,
    RecordsMissing,
    WitnessAway,
)
from pactolus_adapters.witness.protocol import BODY_BYTES, Answer, size_answer
from tests.adapters.tlog.material import OTHER
from tests.adapters.witness.material import COSIGNER, NOW, WITNESS_KEY, History, a_witness, named, served

TRUE, FALSE = History(), History("false", fork=3)


def _cosign(client: WitnessClient, history: History, size: int) -> str:
    return client.cosign(history.note(size), lambda old: list(history.proof(old, size)))


def test_a_cosignature_is_verified_and_the_size_remembered(tmp_path: Path) -> None:
    asked: list[bytes] = []
    witness = a_witness(tmp_path)
    with served(lambda body: (asked.append(body), witness.answer(body))[1]) as server:
        client = WitnessClient(named(server.server_port))
        for size in (5, 9, 9):
            text, _ = read_note(TRUE.note(size))
            line = _cosign(client, TRUE, size)
            assert open_note(f"{text}\n{line}\n".encode(), [WITNESS_KEY]).verified
    assert [body.split(b"\n")[0] for body in asked] == [b"old 0", b"old 5", b"old 9"]


def test_a_client_that_forgot_asks_again_from_the_size_it_is_told(tmp_path: Path) -> None:
    with served(a_witness(tmp_path).answer) as server:
        _cosign(WitnessClient(named(server.server_port)), TRUE, 5)
        assert _cosign(WitnessClient(named(server.server_port)), TRUE, 9)


@pytest.mark.parametrize(
    ("size", "words"), [(5, "other records than the 5"), (9, "are not the first of those here")]
)
def test_a_rewritten_history_is_an_alarm(tmp_path: Path, size: int, words: str) -> None:
    with served(a_witness(tmp_path).answer) as server:
        client = WitnessClient(named(server.server_port))
        _cosign(client, TRUE, 5)
        with pytest.raises(HistoryRefused, match="`w1` refuses this log's history") as caught:
            _cosign(client, FALSE, size)
    assert words in str(caught.value)


def test_a_log_that_lost_its_end_is_an_alarm(tmp_path: Path) -> None:
    with served(a_witness(tmp_path).answer) as server:
        _cosign(WitnessClient(named(server.server_port)), TRUE, 9)
        with pytest.raises(RecordsMissing, match="it has cosigned 9 records, here are 5") as caught:
            _cosign(WitnessClient(named(server.server_port)), TRUE, 5)
    assert caught.value.size == 9


def test_a_log_that_the_witness_does_not_know_is_no_alarm(tmp_path: Path) -> None:
    with served(a_witness(tmp_path).answer) as server:
        client = WitnessClient(named(server.server_port))
        with pytest.raises(LogUnknown, match=r"knows no log `other\.example`"):
            _cosign(client, History(signer=OTHER), 5)


def _line(cosigner: Cosigner, note: bytes, time: int = NOW) -> bytes:
    return (cosignature_line(note, cosigner, time) + "\n").encode()


_STRANGER = Cosigner(COSIGNER.name, b"\x08" * 32)


def _ok(body: bytes) -> Answer:
    return Answer(HTTPStatus.OK, body)


def test_lines_of_other_keys_are_passed_over() -> None:
    note = TRUE.note(5)
    with served(lambda _: _ok(_line(_STRANGER, note) + _line(COSIGNER, note))) as server:
        line = _cosign(WitnessClient(named(server.server_port)), TRUE, 5)
    assert f"{line}\n".encode() == _line(COSIGNER, note)


@pytest.mark.parametrize(
    "answer",
    [
        _ok(b""),
        _ok(b"cosigned\n"),
        _ok(b"\xff\xfe"),
        _ok(_line(_STRANGER, TRUE.note(5))),
        _ok(_line(COSIGNER, TRUE.note(4))),
        _ok(_line(COSIGNER, FALSE.note(5))),
        _ok(_line(COSIGNER, TRUE.note(5), time=0)),
        _ok(b"x" * (BODY_BYTES + 1)),
        Answer(HTTPStatus.INTERNAL_SERVER_ERROR, b""),
        Answer(HTTPStatus.TEMPORARY_REDIRECT, b""),
        Answer(HTTPStatus.CONFLICT, b"5 \n", "text/x.tlog.size"),
        size_answer(3),
    ],
)
def test_an_answer_of_no_witness_is_not_kept(answer: Answer) -> None:
    """The last one tells one size and another by turns, as far as a client can see."""
    sizes = iter([3, 2, 3, 2, 3, 2])
    with (
        served(lambda _: answer if answer != size_answer(3) else size_answer(next(sizes))) as server,
        pytest.raises(WitnessAway),
    ):
        _cosign(WitnessClient(named(server.server_port)), TRUE, 5)


@contextmanager
def _peer(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does with one connection as it likes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            connection, _ = listening.accept()
            with connection:
                try:
                    serve(connection)
                except OSError:
                    return

        thread = Thread(target=run)
        thread.start()
        yield int(listening.getsockname()[1])
        thread.join(10)
        assert not thread.is_alive()


def _drip(connection: socket.socket) -> None:
    for _ in range(400):
        connection.sendall(b"HTTP/1.1 200 OK\r\n"[:1])
        time.sleep(0.02)


def _drip_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
    _drip(connection)


@pytest.mark.parametrize(
    "serve",
    [lambda connection: None, lambda connection: connection.sendall(b"SSH-2.0-x\r\n"), _drip, _drip_body],
)
def test_a_server_that_is_no_witness_costs_little_time(serve: Callable[[socket.socket], None]) -> None:
    with _peer(serve) as port:
        began = time.monotonic()
        with pytest.raises(WitnessAway, match="cannot be reached, or does not answer in time"):
            _cosign(WitnessClient(named(port), seconds=0.5), TRUE, 5)
        assert time.monotonic() - began < 3


def test_nobody_there_is_told() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        with pytest.raises(WitnessAway, match="`w1` cannot be reached"):
            _cosign(WitnessClient(named(held.getsockname()[1])), TRUE, 5)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "w.example",
        "ftp://w.example",
        "http://",
        "http://w.example:x",
        "http://u@w.example",
        "http://w.example/?a",
    ],
)
def test_an_address_that_cannot_be_asked_is_refused(url: str) -> None:
    with pytest.raises(AddressUnusable, match="`w1`"):
        WitnessClient(replace(named(1), url=url))


def test_a_prefix_stands_before_the_path(tmp_path: Path) -> None:
    heard: list[bytes] = []
    with _peer(lambda connection: heard.append(connection.recv(60))) as port:
        witness = replace(named(port), url=f"http://127.0.0.1:{port}/logs/")
        with pytest.raises(WitnessAway):
            _cosign(WitnessClient(witness), TRUE, 5)
    assert heard[0].startswith(b"POST /logs/add-checkpoint HTTP/1.1\r\n")


def test_the_witness_key_is_the_one_of_the_policy(tmp_path: Path) -> None:
    stranger = NoteVerifier.from_text(_STRANGER.verifier_key)
    with (
        served(a_witness(tmp_path).answer) as server,
        pytest.raises(WitnessAway, match="key that the policy names"),
    ):
        _cosign(WitnessClient(named(server.server_port, key=stranger)), TRUE, 5)
