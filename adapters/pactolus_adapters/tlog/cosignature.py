"""Cosignatures of witnesses (C2SP tlog-cosignature, Ed25519): at this time, this was the log's largest tree.

A witness signs a checkpoint only after a proof that it goes on from the last one it has signed. That duty is
the witness's; here is only the form of its word: 8 bytes of time, big-endian POSIX seconds, and an Ed25519
signature over the time and the text of the checkpoint.
"""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pactolus_adapters.tlog.checkpoint import read_checkpoint
from pactolus_adapters.tlog.errors import SignatureInvalid, TlogUnreadable
from pactolus_adapters.tlog.keys import (
    COSIGNATURE_TIME_BYTES,
    Ed25519Key,
    NoteVerifier,
    SignatureType,
    cosigned_message,
    ed25519_key,
)
from pactolus_adapters.tlog.note import (
    Note,
    NoteSignature,
    add_signature_line,
    read_note,
    signature_line,
)
from pactolus_adapters.tlog.strict import MOST_SIZE

__all__ = ["Cosigner", "add_cosignature", "cosignature_line", "cosignature_time"]


class Cosigner:
    """The key of a witness. A key serves one witness alone: what it signs does not say who it is."""

    __slots__ = ("_key", "_verifier")

    def __init__(self, name: str, key: bytes | Ed25519PrivateKey | Ed25519Key) -> None:
        """`key`: 32 bytes of a private key, the key as `cryptography` holds it, or whoever signs with it."""
        self._key = ed25519_key(key)
        self._verifier = NoteVerifier(name, SignatureType.COSIGNATURE, self._key.public)

    @property
    def name(self) -> str:
        """The name of the witness."""
        return self._verifier.name

    @property
    def verifier_key(self) -> str:
        """The text of the public key."""
        return self._verifier.text

    def sign(self, message: bytes, time: int) -> bytes:
        """Time (POSIX seconds) and signature, for a checkpoint with this text."""
        if not 0 <= time <= MOST_SIZE:
            raise TlogUnreadable("the time of a cosignature is from 0 to 2^63 - 1 seconds after 1970")
        signature = self._key.sign(cosigned_message(time, message))
        return time.to_bytes(COSIGNATURE_TIME_BYTES, "big") + signature


@dataclass(frozen=True, slots=True)
class _AtTime:
    """A witness at one time, as a signer of notes."""

    cosigner: Cosigner
    time: int

    @property
    def name(self) -> str:
        return self.cosigner.name

    @property
    def verifier_key(self) -> str:
        return self.cosigner.verifier_key

    def sign(self, message: bytes) -> bytes:
        return self.cosigner.sign(message, self.time)


def cosignature_line(note: bytes, cosigner: Cosigner, time: int) -> str:
    """The line, without its newline, by which the witness cosigns the checkpoint of this note at `time`.

    Verifies nothing: that the log has signed and that history was not rewritten is looked at before.
    Raises `TlogUnreadable` when the note is no checkpoint.
    """
    text, _ = read_note(note)
    read_checkpoint(text)
    return signature_line(text, _AtTime(cosigner, time))


def add_cosignature(note: bytes, line: str) -> bytes:
    """The note of a checkpoint with one more line; the same one again changes nothing.

    Whether the line is true shows when the note is opened. Raises `TlogUnreadable`.
    """
    text, _ = read_note(note)
    read_checkpoint(text)
    return add_signature_line(note, line)


def cosignature_time(note: Note, witness: NoteVerifier) -> int:
    """When (POSIX seconds) this witness last cosigned the note; only verified signatures are looked at.

    Raises `SignatureInvalid` when it has not.
    """
    times = [_time(one) for one in note.verified if one.is_of(witness)]
    if witness.type is not SignatureType.COSIGNATURE or not times:
        raise SignatureInvalid(f"the checkpoint is not cosigned by witness `{witness.name}`")
    return max(times)


def _time(signature: NoteSignature) -> int:
    return int.from_bytes(signature.payload[:COSIGNATURE_TIME_BYTES], "big")
