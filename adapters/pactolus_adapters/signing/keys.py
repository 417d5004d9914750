"""Ed25519 keys (RFC 8032) in PEM files: a private one for who signs, public ones for who trusts.

The private key is not encrypted: it is guarded by the mode of its file, 600, and by where it is kept.
"""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from pactolus_engine.errors import PactolusError

__all__ = [
    "KeyUnusable",
    "SigningKey",
    "Trust",
    "make_keys",
    "read_signing_key",
    "read_trust",
]

_PUBLIC_ENDING: Final = ".pub"
_KEY_ID_CHARACTERS: Final = 32
_MOST_BYTES: Final = 4096


class KeyUnusable(PactolusError):
    """A key file cannot be made, read or used; says which and what to do."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key. `key_id`: the first 32 hex digits of SHA-256 over the 32 bytes of the public one."""

    key_id: str
    _key: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes (RFC 8032)."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes; the same message gives the same signature."""
        return self._key.sign(message)

    def trust(self) -> "Trust":
        """Trust in this key alone."""
        return Trust({self.key_id: self._key.public_key()})


@dataclass(frozen=True, slots=True)
class Trust:
    """The public keys whose signatures count, by key id."""

    _keys: dict[str, Ed25519PublicKey]

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Whose signatures count, sorted."""
        return tuple(sorted(self._keys))

    def knows(self, key_id: str) -> bool:
        """Whether a key of that id is trusted."""
        return key_id in self._keys

    def verifies(self, key_id: str, signature: bytes, message: bytes) -> bool:
        """Whether the trusted key of that id has signed exactly this message."""
        key = self._keys.get(key_id)
        if key is None:
            return False
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def __or__(self, other: "Trust") -> "Trust":
        return Trust(self._keys | other._keys)


def make_keys(file: Path) -> str:
    """Makes a pair of keys: the private one in `file`, mode 600, the public one beside it; gives the key id.

    Raises `KeyUnusable` when one of the files is there already: a key is never overwritten.
    """
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    beside = public_file(file)
    if beside.exists():
        raise KeyUnusable(f"key file `{beside}` is there already: choose another name")
    _write_new(file, private, 0o600)
    _write_new(beside, public, 0o644)
    _sync_folder(file.parent)
    return _key_id(key.public_key())


def read_signing_key(file: Path, advice: str = "`pactolus rules keygen` makes one") -> SigningKey:
    """The private key of a file. Raises `KeyUnusable`, also when others than its owner may read it.

    `advice` ends the message for a file that holds no key.
    """
    content = _content(file, must_be_private=True)
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"key file `{file}` holds no private key without a password: {advice}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"key file `{file}` holds a key of another algorithm than Ed25519")
    return SigningKey(_key_id(key.public_key()), key)


def read_trust(files: Iterable[Path]) -> Trust:
    """The public keys of these files. Raises `KeyUnusable` for the first that holds none."""
    keys = [_public_key(file) for file in files]
    return Trust({_key_id(key): key for key in keys})


def _public_key(file: Path) -> Ed25519PublicKey:
    content = _content(file)
    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm) as error:
        advice = f"the public key is the file that ends in `{_PUBLIC_ENDING}`"
        raise KeyUnusable(f"key file `{file}` holds no public key: {advice}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnusable(f"key file `{file}` holds a key of another algorithm than Ed25519")
    return key


def public_file(file: Path) -> Path:
    """Where the public key of a private one is put when they are made."""
    return file.with_name(f"{file.name}{_PUBLIC_ENDING}")


def _key_id(key: Ed25519PublicKey) -> str:
    return sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:_KEY_ID_CHARACTERS]


def _content(file: Path, *, must_be_private: bool = False) -> bytes:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as opened:
            mode = os.fstat(descriptor).st_mode
            content = opened.read(_MOST_BYTES) if stat.S_ISREG(mode) else b""
    except OSError as error:
        raise KeyUnusable(f"key file `{file}` cannot be read") from error
    if must_be_private and mode & 0o077:
        raise KeyUnusable(f"key file `{file}` can be read by others: `chmod 600` it, and ask who may have it")
    return content


def _write_new(file: Path, content: bytes, mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(file, flags, mode), "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
    except FileExistsError as error:
        raise KeyUnusable(f"key file `{file}` is there already: choose another name") from error
    except OSError as error:
        raise KeyUnusable(f"key file `{file}` cannot be written") from error


def _sync_folder(folder: Path) -> None:
    """Makes the names of new files survive a power cut, as their content does."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise KeyUnusable(f"folder `{folder}` of the new key cannot be made durable") from error
