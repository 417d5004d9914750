"""The digest that names a pack: every byte of every file and of the site's overlay, and the parameters."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal

from pactolus_engine.pack.exact_number import canonical_number

__all__ = ["pack_digest"]

_PURPOSE = b"pactolus pack digest 1"


def pack_digest(
    files: Mapping[str, bytes], parameter_values: Mapping[str, Decimal], overlay: bytes | None = None
) -> str:
    """SHA-256 in lower-case hex over names, contents and parameters, sorted by the bytes of the name.

    Each part is preceded by its length (8 bytes, big endian) and each list by its count, so that no
    two different packs give the same bytes. A parameter counts by its value, however it was written. The
    overlay follows at the end where there is one, so that a pack without one keeps its digest.
    """
    hasher = hashlib.sha256()

    def add(part: bytes) -> None:
        hasher.update(len(part).to_bytes(8, "big") + part)

    def add_pairs(pairs: list[tuple[bytes, bytes]]) -> None:
        hasher.update(len(pairs).to_bytes(8, "big"))
        for name, content in sorted(pairs):
            add(name)
            add(content)

    add(_PURPOSE)
    add_pairs([(name.encode("utf-8"), content) for name, content in files.items()])
    numbers = parameter_values.items()
    add_pairs([(name.encode("utf-8"), canonical_number(number).encode("ascii")) for name, number in numbers])
    if overlay is not None:
        add(overlay)
    return hasher.hexdigest()
