"""Bundles of entries (C2SP tlog-tiles): up to 256 entries, each after its length in two big-endian bytes."""

from collections.abc import Iterable
from typing import Final

from pactolus_adapters.tlog.errors import TlogUnreadable
from pactolus_adapters.tlog.tile_paths import FULL_WIDTH

__all__ = ["MOST_ENTRY_BYTES", "read_bundle", "write_bundle"]

MOST_ENTRY_BYTES: Final = 0xFFFF
"""The longest entry that a bundle can hold."""

_LENGTH_BYTES: Final = 2


def write_bundle(entries: Iterable[bytes]) -> bytes:
    """The bundle of 1 to 256 entries, in order. Raises `TlogUnreadable` for more, none, or one too long."""
    held = tuple(entries)
    _check_width(len(held))
    if any(len(entry) > MOST_ENTRY_BYTES for entry in held):
        raise TlogUnreadable(f"an entry of a bundle has at most {MOST_ENTRY_BYTES} bytes")
    return b"".join(len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in held)


def read_bundle(content: bytes) -> tuple[bytes, ...]:
    """The entries of a bundle. Raises `TlogUnreadable` when it breaks off, is empty or holds too many."""
    entries: list[bytes] = []
    at = 0
    while at < len(content):
        start = at + _LENGTH_BYTES
        end = start + int.from_bytes(content[at:start], "big")
        if end > len(content):
            raise TlogUnreadable(f"the bundle breaks off in entry {len(entries)}")
        entries.append(content[start:end])
        at = end
    _check_width(len(entries))
    return tuple(entries)


def _check_width(width: int) -> None:
    if not 1 <= width <= FULL_WIDTH:
        raise TlogUnreadable(f"a bundle has from 1 to {FULL_WIDTH} entries")
