"""The digests that name a pack: of everything that can change a decision, and of what its authors wrote."""

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal

from pactolus_engine.pack.exact_number import canonical_number

__all__ = ["APPROVALS_FILE", "SIGNATURE_FILE", "content_digest", "pack_digest"]

APPROVALS_FILE = "approvals.yaml"
"""The sign-offs of a pack. It changes caveats, and is no part of what is signed off."""

SIGNATURE_FILE = "signature.json"
"""Beside the files of a pack, and none of them: it says who vouches for their content."""

_PURPOSE = b"pactolus pack digest 1"
_CONTENT_PURPOSE = b"pactolus pack content 1"


def content_digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 in lower-case hex over names and contents of the pack's own files but its sign-offs.

    This is what an author signs and a clinician approves. The signature is not among `files`.
    """
    hasher = _Hasher(_CONTENT_PURPOSE)
    hasher.add_files({name: content for name, content in files.items() if name != APPROVALS_FILE})
    return hasher.hex()


def pack_digest(
    files: Mapping[str, bytes],
    parameter_values: Mapping[str, Decimal],
    overlay: bytes | None = None,
    site_approvals: bytes | None = None,
) -> str:
    """SHA-256 in lower-case hex over names, contents and parameters, sorted by the bytes of the name.

    Each part is preceded by its length (8 bytes, big endian) and each list by its count, so that no
    two different packs give the same bytes. A parameter counts by its value, however it was written. The
    overlay follows at the end where there is one, and then the site's sign-offs behind a mark of their own,
    so that a pack without them keeps its digest.
    """
    hasher = _Hasher(_PURPOSE)
    hasher.add_files(files)
    numbers = parameter_values.items()
    hasher.add_pairs((name, canonical_number(number).encode("ascii")) for name, number in numbers)
    if overlay is not None:
        hasher.add(overlay)
    if site_approvals is not None:
        hasher.add(b"site approvals")
        hasher.add(site_approvals)
    return hasher.hex()


class _Hasher:
    """SHA-256 over parts, each behind its length, so that no part can trade bytes with the next."""

    def __init__(self, purpose: bytes) -> None:
        self._hasher = hashlib.sha256()
        self.add(purpose)

    def add(self, part: bytes) -> None:
        self._hasher.update(len(part).to_bytes(8, "big") + part)

    def add_files(self, files: Mapping[str, bytes]) -> None:
        self.add_pairs(files.items())

    def add_pairs(self, pairs: Iterable[tuple[str, bytes]]) -> None:
        encoded = sorted((name.encode("utf-8"), content) for name, content in pairs)
        self._hasher.update(len(encoded).to_bytes(8, "big"))
        for name, content in encoded:
            self.add(name)
            self.add(content)

    def hex(self) -> str:
        return self._hasher.hexdigest()
