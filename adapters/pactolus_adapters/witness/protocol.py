"""The messages of C2SP tlog-witness: the request `add-checkpoint` and the answers to it.

The body of a request is `old SIZE`, one line of Base64 for each hash of the consistency proof, an empty line, and
the checkpoint.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from pactolus_adapters.tlog.checkpoint import Checkpoint, read_checkpoint
from pactolus_adapters.tlog.errors import TlogUnreadable
from pactolus_adapters.tlog.note import read_note
from pactolus_adapters.tlog.strict import base64_text, read_decimal, read_hash, read_text

__all__ = [
    "BODY_BYTES",
    "PATH",
    "SIZE_TYPE",
    "AddCheckpoint",
    "Answer",
    "read_request",
    "read_size",
    "refusal",
    "size_answer",
    "write_request",
]

PATH: Final = "/add-checkpoint"
"""Where requests go, below the submission prefix of the witness."""

BODY_BYTES: Final = 64 * 1024
"""The largest body that is read, of a request and of an answer."""

SIZE_TYPE: Final = "text/x.tlog.size"
"""The content type of an answer that tells the size which the witness holds."""

TEXT_TYPE: Final = "text/plain; charset=utf-8"

_OLD: Final = "old "
_MOST_HASHES: Final = 63


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request: `note` is the checkpoint as the log signed it, `proof` leads there from a tree of `old` entries."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness answers."""

    status: HTTPStatus
    body: bytes
    content_type: str = TEXT_TYPE


def write_request(old: int, proof: tuple[bytes, ...], note: bytes) -> bytes:
    """The body of a request."""
    lines = [f"{_OLD}{old}", *map(base64_text, proof), ""]
    return "".join(f"{line}\n" for line in lines).encode("ascii") + note


def read_request(body: bytes) -> AddCheckpoint:
    """The request of a body; no signature is looked at. Raises `TlogUnreadable`."""
    head, separator, note = body.partition(b"\n\n")
    if not separator:
        raise TlogUnreadable("a request is `old SIZE`, a proof, an empty line and a checkpoint")
    first, *lines = read_text(head, "the head of the request").split("\n")
    if not first.startswith(_OLD):
        raise TlogUnreadable("the first line of a request is `old SIZE`")
    if len(lines) > _MOST_HASHES:
        raise TlogUnreadable(f"a consistency proof has at most {_MOST_HASHES} hashes, here are {len(lines)}")
    old = read_decimal(first.removeprefix(_OLD), "the old size")
    proof = tuple(read_hash(line, f"hash {at} of the proof") for at, line in enumerate(lines, 1))
    checkpoint = read_checkpoint(read_note(note)[0])
    if old > checkpoint.size:
        raise TlogUnreadable(f"the old size {old} is beyond that of the checkpoint, {checkpoint.size}")
    return AddCheckpoint(old, proof, note, checkpoint)


def refusal(status: HTTPStatus, why: str) -> Answer:
    """An answer that is no cosignature, with one line for whoever reads it."""
    return Answer(status, f"{why}\n".encode())


def size_answer(size: int) -> Answer:
    """The answer to a request that does not start from, or does not agree with, what the witness holds."""
    return Answer(HTTPStatus.CONFLICT, f"{size}\n".encode(), SIZE_TYPE)


def read_size(body: bytes) -> int:
    """The size in such an answer. Raises `TlogUnreadable`."""
    text = read_text(body, "the size")
    if not text.endswith("\n"):
        raise TlogUnreadable("the size ends in a newline")
    return read_decimal(text[:-1], "the size")
