"""The keys of an audit store: one key file, and what is derived from or wrapped under it.

The key file holds 32 random bytes. HKDF-SHA-256 (RFC 5869) makes three keys of them, so that no
key serves two purposes: one encrypts data keys, one makes pseudonyms, one tells whether a key
file belongs to a store. A data key is random, encrypts the payloads of one patient or of one
record (AES-256-GCM, NIST SP 800-38D), and is stored encrypted; whoever erases it erases them.
"""

import hmac
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pactolus_engine.errors import AuditUnavailable

__all__ = [
    "KEY_BYTES",
    "KEY_FILE",
    "NONCE_BYTES",
    "Keys",
    "RandomBytes",
    "WrappedKey",
    "associated_data",
    "make_key_file",
    "read_key_file",
    "sync_directory",
]

KEY_FILE: Final = "audit.key"
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
"""96 bits, the nonce length of AES-GCM; random ones are safe far below 2^32 uses of a key."""

RandomBytes = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as it is stored. `subject`: whose key, empty for the key of a single record."""

    key_id: str
    subject: str
    nonce: bytes
    wrapped: bytes


class Keys:
    """What the key file allows: to wrap data keys and to make pseudonyms."""

    def __init__(self, root: bytes) -> None:
        """Takes the 32 bytes of the key file; they are not kept."""
        self._wrapping = AESGCM(_derived(root, b"pactolus audit data key wrapping 1"))
        self._pseudonym = _derived(root, b"pactolus audit pseudonyms 1")
        self.check_value: Final = _derived(root, b"pactolus audit key check 1").hex()
        """Tells key files apart and gives nothing away; stored in the log."""

    def pseudonym(self, kind: str, tenant: str, name: str) -> str:
        """HMAC-SHA-256 in hex of a name within a tenant; the same name has the same pseudonym."""
        message = associated_data("pseudonym", kind.encode(), tenant.encode(), name.encode())
        return hmac.digest(self._pseudonym, message, "sha256").hex()

    def new_data_key(self, subject: str, random_bytes: RandomBytes) -> tuple[WrappedKey, bytes]:
        """A fresh data key for a subject, wrapped and plain."""
        key_id, nonce, plain = random_bytes(16).hex(), random_bytes(NONCE_BYTES), random_bytes(KEY_BYTES)
        wrapped = self._wrapping.encrypt(nonce, plain, _key_binding(key_id, subject))
        return WrappedKey(key_id, subject, nonce, wrapped), plain

    def unwrap(self, key: WrappedKey) -> bytes:
        """The plain data key. Raises `AuditUnavailable` when the stored one was altered."""
        try:
            return self._wrapping.decrypt(key.nonce, key.wrapped, _key_binding(key.key_id, key.subject))
        except (InvalidTag, ValueError) as error:
            raise AuditUnavailable("a data key does not open: its row in `data_key` was altered") from error


def associated_data(label: str, *parts: bytes) -> bytes:
    """A label and parts in one byte string, each after its length, so that none can trade bytes."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in (label.encode(), *parts))


def _key_binding(key_id: str, subject: str) -> bytes:
    return associated_data("pactolus data key 1", key_id.encode(), subject.encode())


def _derived(root: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(root)


# --- the key file ---------------------------------------------------------------------------------


def make_key_file(directory: Path, random_bytes: RandomBytes) -> None:
    """Makes `audit.key`, readable by its owner only, on disk before this returns.

    It appears under its name whole or not at all; an existing one is never replaced. The caller
    holds the lock of the directory. Raises `AuditUnavailable`.
    """
    draft = directory / f"{KEY_FILE}.new"
    try:
        draft.unlink(missing_ok=True)  # left by a crash: never used, since it never had its name
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(random_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, directory / KEY_FILE)  # fails when the name is taken
        draft.unlink()
        sync_directory(directory)
    except OSError as error:
        raise AuditUnavailable(f"key file `{KEY_FILE}` cannot be made in the data directory") from error


def read_key_file(directory: Path) -> Keys:
    """The keys of `audit.key`. Raises `AuditUnavailable` when it is absent, open to others, or no key."""
    try:
        descriptor = os.open(directory / KEY_FILE, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(KEY_BYTES + 1)
    except FileNotFoundError as error:
        raise AuditUnavailable(
            f"key file `{KEY_FILE}` is missing; put back the one that the audit store was made with"
        ) from error
    except OSError as error:
        raise AuditUnavailable(f"key file `{KEY_FILE}` cannot be read; a regular file is expected") from error
    if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o077:
        raise AuditUnavailable(
            f"key file `{KEY_FILE}` is open to other users; expected mode 600, set it with `chmod 600`"
        )
    if len(content) != KEY_BYTES:
        raise AuditUnavailable(
            f"key file `{KEY_FILE}` is expected to hold {KEY_BYTES} bytes; put back the right one"
        )
    return Keys(content)


def sync_directory(directory: Path) -> None:
    """Makes the names in a directory durable. Raises `OSError`."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
