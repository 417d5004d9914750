"""The Merkle tree of a log (RFC 6962 section 2.1) computed anew, from the leaves alone, in flat memory.

It stands alone and shares no code with what writes the tree. Kept is, for each level of the tiles (C2SP
`tlog-tiles`, 256 hashes to a tile, a full tile's root is one hash of the level above), the unfinished tile
and the roots of the perfect subtrees in it; from these the root of the tree so far follows at any size.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

__all__ = ["TILE_HASHES", "RecomputedTile", "RecomputedTree", "leaf_hash_of"]

TILE_HASHES: Final = 256

_EMPTY_ROOT: Final = sha256(b"").digest()


def leaf_hash_of(leaf: bytes) -> bytes:
    """The hash by which a leaf stands in the tree: SHA-256 over a zero byte and the leaf."""
    return sha256(b"\x00" + leaf).digest()


@dataclass(frozen=True, slots=True)
class RecomputedTile:
    """A tile as it must be. `hashes`: one after the other; fewer than 256 only at the end of the tree."""

    level: int
    index: int
    hashes: bytes


@dataclass(slots=True)
class _Level:
    """The unfinished tile of a level: its place, its hashes, the roots of the perfect subtrees in it."""

    index: int = 0
    hashes: list[bytes] = field(default_factory=list)
    roots: list[bytes] = field(default_factory=list)

    def push(self, hashed: bytes) -> None:
        ends = len(self.hashes)
        self.hashes.append(hashed)
        while ends & 1:  # as many subtrees end here as the count has ones at its end
            hashed = sha256(b"\x01" + self.roots.pop() + hashed).digest()
            ends >>= 1
        self.roots.append(hashed)

    def begin_next(self) -> None:
        self.index += 1
        self.hashes.clear()
        self.roots.clear()


class RecomputedTree:
    """A tree that grows by leaf hashes."""

    def __init__(self) -> None:
        self._levels = [_Level()]

    def grow(self, leaf_hashes: Iterable[bytes]) -> list[RecomputedTile]:
        """Adds leaf hashes; gives the tiles that have become full."""
        full: list[RecomputedTile] = []
        lowest = self._levels[0]
        for hashed in leaf_hashes:
            lowest.push(hashed)
            if len(lowest.hashes) == TILE_HASHES:
                full += self._filled()
        return full

    def unfinished(self) -> Iterator[RecomputedTile]:
        """The tiles at the end of each level that are not full."""
        for number, level in enumerate(self._levels):
            if level.hashes:
                yield RecomputedTile(number, level.index, b"".join(level.hashes))

    def root(self) -> bytes:
        """The root over all leaves so far."""
        root = b""
        for level in self._levels:
            for subtree in reversed(level.roots):
                root = sha256(b"\x01" + subtree + root).digest() if root else subtree
        return root or _EMPTY_ROOT

    def _filled(self) -> Iterator[RecomputedTile]:
        """Closes full tiles, from the lowest level up."""
        for number, level in enumerate(self._levels):
            if len(level.hashes) < TILE_HASHES:
                return
            tile, (root,) = RecomputedTile(number, level.index, b"".join(level.hashes)), level.roots
            level.begin_next()
            if number + 1 == len(self._levels):
                self._levels.append(_Level())
            self._levels[number + 1].push(root)
            yield tile
