"""Asking one witness for its cosignature: the log's side of C2SP tlog-witness.

What comes back is kept only after the witness's key has verified it. No answer, however long or odd, stops
the caller: every failure is one of the errors of `errors.py`, after `SECONDS` at the latest.
"""

import http.client
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from threading import Timer
from typing import Final
from urllib.parse import urlsplit

from pactolus_adapters.tlog.checkpoint import Checkpoint, read_checkpoint
from pactolus_adapters.tlog.cosignature import cosignature_time
from pactolus_adapters.tlog.errors import TlogInvalid
from pactolus_adapters.tlog.note import open_note, read_note
from pactolus_adapters.tlog.policy import Witness
from pactolus_adapters.witness.errors import (
    AddressUnusable,
    HistoryRefused,
    LogUnknown,
    RecordsMissing,
    WitnessAway,
    WitnessFailed,
)
from pactolus_adapters.witness.protocol import BODY_BYTES, PATH, SIZE_TYPE, read_size, write_request

__all__ = ["SECONDS", "Asked", "Prove", "WitnessClient"]

SECONDS: Final = 10.0
"""How long one request to a witness may take, from connecting to the last byte."""

Prove = Callable[[int], list[bytes]]
"""Gives the consistency proof from that size to the checkpoint that is submitted."""

_MOST_TRIES: Final = 4
_HEADERS: Final = {"Content-Type": "text/plain; charset=utf-8", "Connection": "close"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a witness answered: status, body, and whether the body is the size that it holds."""

    status: int
    body: bytes
    is_size: bool


@dataclass(frozen=True, slots=True)
class _Place:
    is_https: bool
    host: str
    port: int
    path: str


class WitnessClient:
    """Asks one witness; remembers the size that it cosigned last. For one thread at a time."""

    def __init__(self, witness: Witness, seconds: float = SECONDS) -> None:
        """Raises `AddressUnusable` unless the policy gives the witness an http(s) address."""
        self.witness = witness
        self._place = _place(witness)
        self._seconds = seconds
        self._size = 0

    def cosign(self, note: bytes, prove: Prove) -> str:
        """The signature line of the witness for this checkpoint of the log, verified.

        Raises `HistoryRefused`, `LogUnknown`, `WitnessAway`.
        """
        text, _ = read_note(note)
        checkpoint = read_checkpoint(text)
        for _ in range(_MOST_TRIES):
            old = min(self._size, checkpoint.size)
            asked = self._ask(write_request(old, tuple(prove(old)), note))
            if asked.status == HTTPStatus.OK:
                line = self._cosignature(text, asked.body)
                self._size = checkpoint.size
                return line
            if asked.status != HTTPStatus.CONFLICT:
                raise self._failure(asked.status, checkpoint)
            self._size = self._other_size(asked, old, checkpoint)
        raise self._away("tells another size each time it is asked")

    def _other_size(self, asked: Asked, old: int, checkpoint: Checkpoint) -> int:
        """The size to start from, as the witness says it."""
        try:
            size = read_size(asked.body) if asked.is_size else old
        except TlogInvalid as error:
            raise self._away("answers a conflict without the size that it holds") from error
        if size > checkpoint.size:
            why = f"it has cosigned {size} records, here are {checkpoint.size}: the last ones are missing"
            raise RecordsMissing(self._refusal(why), size)
        if size == old:
            raise HistoryRefused(
                self._refusal(f"it has cosigned other records than the {size} that are here")
            )
        return size

    def _failure(self, status: int, checkpoint: Checkpoint) -> WitnessFailed:
        name = f"witness `{self.witness.name}`"
        if status == HTTPStatus.UNPROCESSABLE_ENTITY:
            why = f"the {self._size} records that it has cosigned are not the first of those here"
            return HistoryRefused(self._refusal(why))
        if status == HTTPStatus.NOT_FOUND:
            return LogUnknown(
                f"{name} knows no log `{checkpoint.origin}`: its operator names this log's key with `--log`"
            )
        if status == HTTPStatus.FORBIDDEN:
            return LogUnknown(f"{name} trusts another key of log `{checkpoint.origin}`: compare the two keys")
        return self._away(f"answers with status {status}")

    def _refusal(self, why: str) -> str:
        return f"witness `{self.witness.name}` refuses this log's history: {why}"

    def _away(self, why: str) -> WitnessAway:
        return WitnessAway(f"witness `{self.witness.name}` {why}")

    def _cosignature(self, text: str, body: bytes) -> str:
        """The first line by the key of the witness, verified; lines of other keys mean nothing."""
        try:
            lines = body.decode("utf-8").removesuffix("\n").split("\n")
            for line in lines:
                note = f"{text}\n{line}\n".encode()
                (signature,) = read_note(note)[1]
                if signature.is_of(self.witness.key):
                    opened = open_note(note, [self.witness.key])
                    if cosignature_time(opened, self.witness.key) == 0:
                        raise ValueError("a cosignature of a whole tree has a time")
                    return line
        except (TlogInvalid, ValueError) as error:
            raise self._away("answers with a cosignature that does not hold") from error
        raise self._away("answers without a cosignature of the key that the policy names")

    def _ask(self, body: bytes) -> Asked:
        connection = _connection(self._place, self._seconds)
        try:
            connection.connect()
            with _cut_off(connection.sock, self._seconds):
                connection.request("POST", self._place.path, body, _HEADERS)
                answer = connection.getresponse()
                content = answer.read(BODY_BYTES + 1)
            if answer.length and len(content) <= BODY_BYTES:
                raise http.client.IncompleteRead(content, answer.length)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._away("cannot be reached, or does not answer in time") from error
        finally:
            connection.close()
        if len(content) > BODY_BYTES:
            raise self._away(f"answers more than {BODY_BYTES} bytes")
        return Asked(answer.status, content, answer.getheader("Content-Type", "") == SIZE_TYPE)


def _place(witness: Witness) -> _Place:
    try:
        url = urlsplit(witness.url)
        port = url.port or (443 if url.scheme == "https" else 80)
    except ValueError:
        url, port = urlsplit(""), 0
    if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment or url.username:
        raise AddressUnusable(
            f"witness `{witness.name}` has no address in the policy to send checkpoints to: expected "
            "`http://HOST:PORT` or `https://HOST` at the end of its line"
        )
    return _Place(url.scheme == "https", url.hostname, port, url.path.rstrip("/") + PATH)


def _connection(place: _Place, seconds: float) -> http.client.HTTPConnection:
    if place.is_https:
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(place.host, place.port, timeout=seconds, context=context)
    return http.client.HTTPConnection(place.host, place.port, timeout=seconds)


@contextmanager
def _cut_off(connected: socket.socket, seconds: float) -> Iterator[None]:
    """Ends the connection after so long: who sends a byte now and then never meets a socket's own limit."""

    def cut() -> None:
        with suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)

    guard = Timer(seconds, cut)
    guard.daemon = True
    guard.start()
    try:
        yield
    finally:
        guard.cancel()
