"""Keys of notes: their names and ids, the text in which a public key is handed on, and signing (C2SP signed-note).

The text of a public key is `name+id+key`: the id in 8 hex digits, the key in Base64 of the byte that says the
type of signature and the key itself. The id is the start of SHA-256 over name, newline, type and key.

Two types are known. 0x01: Ed25519 over the text of the note. 0x04: a witness's Ed25519 cosignature of a
checkpoint with its time (C2SP tlog-cosignature). Another type, say ML-DSA-44 (0x06), gets a member of
`SignatureType`, its key's length and its branch in `signed_message`.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Final, Protocol, assert_never

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pactolus_adapters.tlog.errors import TlogUnreadable, VerifierKeyInvalid
from pactolus_adapters.tlog.strict import MOST_SIZE, base64_text, read_base64

__all__ = [
    "COSIGNATURE_TIME_BYTES",
    "KEY_ID_BYTES",
    "Ed25519Key",
    "Ed25519NoteSigner",
    "NoteSigner",
    "NoteVerifier",
    "SignatureType",
    "check_key_name",
    "cosigned_message",
    "ed25519_key",
    "ed25519_verifies",
]

KEY_ID_BYTES: Final = 4
"""Bytes of the id of a key."""

COSIGNATURE_TIME_BYTES: Final = 8
"""Bytes of the time, big-endian, before the signature in a cosignature."""

_ED25519_KEY_BYTES: Final = 32
_KEY_ID: Final = re.compile(r"[0-9a-f]{8}")


class SignatureType(IntEnum):
    """The types of signature that can be trusted, by their byte in C2SP signed-note."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


class Ed25519Key(Protocol):
    """Whoever signs with an Ed25519 key: a file, a command, a device."""

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes (RFC 8032)."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes."""
        ...


class NoteSigner(Protocol):
    """Whoever signs notes."""

    @property
    def name(self) -> str:
        """The name of the key; for the key of a log, the log's origin."""
        ...

    @property
    def verifier_key(self) -> str:
        """The text of the public key, for those who are to trust it."""
        ...

    def sign(self, message: bytes) -> bytes:
        """What the signature line holds after the id of the key, for a note with this text."""
        ...


@dataclass(frozen=True, slots=True)
class NoteVerifier:
    """A trusted public key: `public` is the key alone, without the byte of its type."""

    name: str
    type: SignatureType
    public: bytes

    def __post_init__(self) -> None:
        check_key_name(self.name)
        if len(self.public) != _ED25519_KEY_BYTES:
            raise VerifierKeyInvalid(
                f"key `{self.name}` has {len(self.public)} bytes, an Ed25519 key has {_ED25519_KEY_BYTES}"
            )

    @staticmethod
    def from_text(text: str) -> "NoteVerifier":
        """The key of a text `name+id+key`. Raises `VerifierKeyInvalid`, also for an unknown type."""
        name, _, rest = text.partition("+")
        key_id, _, key = rest.partition("+")
        check_key_name(name)
        try:
            content = read_base64(key, "the key")
        except TlogUnreadable as error:
            raise VerifierKeyInvalid(f"verifier key `{name}`: {error}; expected `name+id+key`") from None
        verifier = NoteVerifier(name, _known_type(name, content[:1]), content[1:])
        if _KEY_ID.fullmatch(key_id) is None or bytes.fromhex(key_id) != verifier.key_id:
            raise VerifierKeyInvalid(
                f"verifier key `{name}` has another id than its name and key make: copy the whole text again"
            )
        return verifier

    @property
    def key_id(self) -> bytes:
        """4 bytes that, with the name, say in a note which key has signed."""
        identity = self.name.encode() + b"\n" + bytes([self.type]) + self.public
        return sha256(identity).digest()[:KEY_ID_BYTES]

    @property
    def text(self) -> str:
        """The key as `from_text` reads it."""
        return f"{self.name}+{self.key_id.hex()}+{base64_text(bytes([self.type]) + self.public)}"

    def verifies(self, message: bytes, payload: bytes) -> bool:
        """Whether this key has made `payload`, a signature without the key's id, for a note with this text."""
        match self.type:
            case SignatureType.ED25519:
                return ed25519_verifies(self.public, payload, message)
            case SignatureType.COSIGNATURE:
                return _cosignature_verifies(self.public, payload, message)
            case _:
                assert_never(self.type)


class Ed25519NoteSigner:
    """Signs notes with an Ed25519 key (type 0x01)."""

    __slots__ = ("_key", "_verifier")

    def __init__(self, name: str, key: bytes | Ed25519PrivateKey | Ed25519Key) -> None:
        """`key`: 32 bytes of a private key, the key as `cryptography` holds it, or whoever signs with it."""
        self._key = ed25519_key(key)
        self._verifier = NoteVerifier(name, SignatureType.ED25519, self._key.public)

    @property
    def name(self) -> str:
        """The name of the key."""
        return self._verifier.name

    @property
    def verifier_key(self) -> str:
        """The text of the public key."""
        return self._verifier.text

    def sign(self, message: bytes) -> bytes:
        """The signature over exactly the text of the note, 64 bytes."""
        return self._key.sign(message)


@dataclass(frozen=True, slots=True)
class _PrivateKey:
    _key: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def ed25519_key(key: bytes | Ed25519PrivateKey | Ed25519Key) -> Ed25519Key:
    """A signing key from what the caller has of it. Raises `VerifierKeyInvalid` unless raw bytes are 32."""
    if isinstance(key, bytes):
        if len(key) != _ED25519_KEY_BYTES:
            raise VerifierKeyInvalid(f"a private Ed25519 key has {_ED25519_KEY_BYTES} bytes, not {len(key)}")
        return _PrivateKey(Ed25519PrivateKey.from_private_bytes(key))
    return _PrivateKey(key) if isinstance(key, Ed25519PrivateKey) else key


def ed25519_verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the Ed25519 signature (64 bytes) is that of the key over exactly this message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def cosigned_message(time: int, text: bytes) -> bytes:
    """What a witness signs at `time` (POSIX seconds) of a checkpoint with this text (C2SP tlog-cosignature)."""
    return b"cosignature/v1\ntime " + str(time).encode("ascii") + b"\n" + text


def check_key_name(name: str) -> None:
    """Raises `VerifierKeyInvalid` unless the name may stand in a signature line."""
    if (
        not name
        or "+" in name
        or any(one.isspace() or one < " " or "\ud800" <= one <= "\udfff" for one in name)
    ):
        raise VerifierKeyInvalid("the name of a key is text without spaces, control characters and `+`")


def _known_type(name: str, content: bytes) -> SignatureType:
    try:
        return SignatureType(int.from_bytes(content))
    except ValueError:
        known = ", ".join(f"0x{one:02x} ({one.name.lower()})" for one in SignatureType)
        found = f"type 0x{content.hex()}" if content else "no type"
        raise VerifierKeyInvalid(
            f"verifier key `{name}` has {found}, which cannot be verified here: known are {known}"
        ) from None


def _cosignature_verifies(public: bytes, payload: bytes, text: bytes) -> bool:
    time = int.from_bytes(payload[:COSIGNATURE_TIME_BYTES], "big")
    if time > MOST_SIZE:
        return False
    return ed25519_verifies(public, payload[COSIGNATURE_TIME_BYTES:], cosigned_message(time, text))
