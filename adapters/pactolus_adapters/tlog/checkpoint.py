"""Checkpoints (C2SP tlog-checkpoint): the size and root of a log's tree as the text of a signed note."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from pactolus_adapters.tlog.errors import SignatureInvalid, TlogUnreadable
from pactolus_adapters.tlog.keys import NoteSigner, NoteVerifier, SignatureType
from pactolus_adapters.tlog.note import Note, open_note, write_note
from pactolus_adapters.tlog.strict import (
    HASH_BYTES,
    MOST_SIZE,
    base64_text,
    read_decimal,
    read_hash,
)

__all__ = ["Checkpoint", "open_checkpoint", "read_checkpoint", "sign_checkpoint"]

_FIXED_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: its origin, how many entries, and the root of the tree over them (32 bytes).

    `extensions` are further lines of the text: kept, signed with the rest, and not understood.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any(not line or "\n" in line for line in (self.origin, *self.extensions)):
            raise TlogUnreadable(
                "the origin and the further lines of a checkpoint are one non-empty line each"
            )
        if not 0 <= self.size <= MOST_SIZE:
            raise TlogUnreadable("the size of a checkpoint is from 0 to 2^63 - 1")
        if len(self.root) != HASH_BYTES:
            raise TlogUnreadable(f"the root of a checkpoint has {HASH_BYTES} bytes, not {len(self.root)}")
        if self.size == 0 and self.root != sha256().digest():
            raise TlogUnreadable("the root of an empty tree is the SHA-256 of nothing (RFC 6962 section 2.1)")

    def text(self) -> str:
        """The text that is signed."""
        lines = (self.origin, str(self.size), base64_text(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint of a note's text. Raises `TlogUnreadable`; looks at no signature."""
    *lines, after = text.split("\n")
    if after or len(lines) < _FIXED_LINES:
        raise TlogUnreadable("a checkpoint has three lines: origin, size, root; each ends in a newline")
    origin, size, root, *extensions = lines
    return Checkpoint(
        origin,
        read_decimal(size, "the size of the checkpoint"),
        read_hash(root, "the root of the checkpoint"),
        tuple(extensions),
    )


def sign_checkpoint(checkpoint: Checkpoint, signer: NoteSigner) -> bytes:
    """The checkpoint as a note of the log. The name of the log's key is the origin, else `TlogUnreadable`."""
    if signer.name != checkpoint.origin:
        raise TlogUnreadable(
            f"the key is named `{signer.name}`, the checkpoint is of log `{checkpoint.origin}`: the two are one"
        )
    return write_note(checkpoint.text(), signer)


def open_checkpoint(note: bytes, verifiers: Iterable[NoteVerifier]) -> tuple[Checkpoint, Note]:
    """The checkpoint of a note that its own log has signed, and the note with all verified signatures.

    The log's signature is one of type Ed25519 by a trusted key whose name is the origin; cosignatures of witnesses
    alone do not make a checkpoint. Raises `TlogUnreadable`, `SignatureInvalid`, `VerifierKeyInvalid`.
    """
    trusted = tuple(verifiers)
    opened = open_note(note, trusted)
    checkpoint = read_checkpoint(opened.text)
    logs = [one for one in trusted if one.type is SignatureType.ED25519 and one.name == checkpoint.origin]
    if not any(signature.is_of(log) for signature in opened.verified for log in logs):
        raise SignatureInvalid(
            f"the checkpoint is of log `{checkpoint.origin}` and has no signature of a trusted key of that name"
        )
    return checkpoint, opened
