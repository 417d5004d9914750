"""The keys of an audit store: one key-encryption key, and what is derived from or wrapped under it.

The key-encryption key is 32 random bytes, kept outside the store (see `key_sources.py`). HKDF-SHA-256
(RFC 5869) makes two keys of them, so that no key serves two purposes: one wraps the store's other keys,
one tells whether a key belongs to a store. Those others are random, and stored wrapped: the key that
makes pseudonyms, and the data keys. A data key encrypts the payloads of one patient or of one record
(AES-256-GCM, NIST SP 800-38D); whoever erases it erases them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pactolus_engine.errors import AuditUnavailable, RecordAltered

__all__ = ["KEY_BYTES", "NONCE_BYTES", "Keys", "RandomBytes", "WrappedKey", "associated_data"]

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
"""96 bits, the nonce length of AES-GCM; random ones are safe far below 2^32 uses of a key."""

_PSEUDONYM_KEY: Final = "pseudonyms"
_KEPT_PSEUDONYMS: Final = 16_384
"""A record asks for that of its client and of its patient again and again."""

RandomBytes = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A key as it is stored. `subject`: whose data key, empty for the key of a single record.

    `wrapped_by`: check value of the key-encryption key it is wrapped under. `destroyed_by`: the record
    that destroyed it; nonce and wrapped key are empty then.
    """

    key_id: str
    subject: str
    nonce: bytes
    wrapped: bytes
    wrapped_by: str
    destroyed_by: int | None = None


class Keys:
    """What the key-encryption key allows: to wrap and unwrap keys, and to make pseudonyms."""

    def __init__(self, root: bytes, pseudonym_key: bytes = b"") -> None:
        """`root`: the key-encryption key, not kept. `pseudonym_key`: empty means the one derived from it,
        which is that of stores made before pseudonyms had a key of their own."""
        self._wrapping = AESGCM(_derived(root, b"pactolus audit data key wrapping 1"))
        self._pseudonym = pseudonym_key or _derived(root, b"pactolus audit pseudonyms 1")
        self._keyed = HMAC(self._pseudonym, SHA256())  # copied for each name, which saves half the time
        self._kept = lru_cache(_KEPT_PSEUDONYMS)(self._made_pseudonym)
        self.check_value: Final = _derived(root, b"pactolus audit key check 1").hex()
        """Tells key-encryption keys apart and gives nothing away; stored in the log."""

    def pseudonym(self, kind: str, tenant: str, name: str) -> str:
        """HMAC-SHA-256 in hex of a name within a tenant; the same name has the same pseudonym."""
        return self._kept(kind, tenant, name)

    def _made_pseudonym(self, kind: str, tenant: str, name: str) -> str:
        message = associated_data("pseudonym", kind.encode(), tenant.encode(), name.encode())
        made = self._keyed.copy()
        made.update(message)
        return made.finalize().hex()

    def new_data_key(self, subject: str, random_bytes: RandomBytes) -> tuple[WrappedKey, bytes]:
        """A fresh data key for a subject, wrapped and plain."""
        plain = random_bytes(KEY_BYTES)
        return self._wrap(random_bytes(16).hex(), subject, plain, random_bytes), plain

    def rewrapped(self, key: WrappedKey, before: "Keys", random_bytes: RandomBytes) -> WrappedKey:
        """The same key under this key-encryption key. Raises `AuditUnavailable` as `unwrap`."""
        return self._wrap(key.key_id, key.subject, before.unwrap(key), random_bytes)

    def unwrap(self, key: WrappedKey) -> bytes:
        """The plain key. Raises `RecordAltered` when the stored one was altered."""
        try:
            return self._wrapping.decrypt(key.nonce, key.wrapped, _key_binding(key.key_id, key.subject))
        except (InvalidTag, ValueError) as error:
            raise RecordAltered("a data key does not open: its row in `data_key` was altered") from error

    def wrapped_pseudonym_key(self, random_bytes: RandomBytes) -> str:
        """The key of pseudonyms as the store keeps it: nonce and wrapped key in hex, a colon between."""
        key = self._wrap(_PSEUDONYM_KEY, "", self._pseudonym, random_bytes)
        return f"{key.nonce.hex()}:{key.wrapped.hex()}"

    def under(self, root: bytes) -> "Keys":
        """The same pseudonyms, and another key-encryption key."""
        return Keys(root, self._pseudonym)

    def is_derived_from(self, root: bytes) -> bool:
        """Whether the pseudonyms are those of a store made before pseudonyms had a key of their own."""
        return self._pseudonym == Keys(root)._pseudonym

    def with_pseudonym_key(self, root: bytes, stored: str) -> "Keys":
        """These keys (of `root`) with the pseudonyms of a store. Raises `AuditUnavailable` on another text."""
        try:
            nonce, wrapped = (bytes.fromhex(part) for part in stored.split(":"))
        except ValueError as error:
            raise AuditUnavailable("the audit store has no readable `pseudonym_key` in `log_meta`") from error
        return Keys(root, self.unwrap(WrappedKey(_PSEUDONYM_KEY, "", nonce, wrapped, self.check_value)))

    def _wrap(self, key_id: str, subject: str, plain: bytes, random_bytes: RandomBytes) -> WrappedKey:
        nonce = random_bytes(NONCE_BYTES)
        wrapped = self._wrapping.encrypt(nonce, plain, _key_binding(key_id, subject))
        return WrappedKey(key_id, subject, nonce, wrapped, self.check_value)


def associated_data(label: str, *parts: bytes) -> bytes:
    """A label and parts in one byte string, each after its length, so that none can trade bytes."""
    return b"".join([len(part).to_bytes(8, "big") + part for part in (label.encode(), *parts)])


def _key_binding(key_id: str, subject: str) -> bytes:
    return associated_data("pactolus data key 1", key_id.encode(), subject.encode())


def _derived(root: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(root)
