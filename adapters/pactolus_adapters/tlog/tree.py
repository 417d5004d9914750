"""The Merkle tree of RFC 6962 section 2.1, kept as tiles: what is written on append, and every proof.

A tile is 256 hashes wide and 8 levels high (C2SP `tlog-tiles`). Level 0 holds the leaf hashes; an entry of
the level above is the root of a full tile. Nothing else is stored: every other node is computed from at
most one tile. All functions are pure over a `ReadTile`.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Final

__all__ = [
    "EMPTY_ROOT",
    "HASH_BYTES",
    "TILE_WIDTH",
    "ReadTile",
    "Tiles",
    "TreeBroken",
    "appended",
    "consistency_proof",
    "inclusion_proof",
    "tree_root",
]

HASH_BYTES: Final = 32
TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT

EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves."""

ReadTile = Callable[[int, int], bytes]
"""Level and index of a tile to its hashes, one after the other; empty when there is no such tile."""

Tiles = dict[tuple[int, int], bytes]


class TreeBroken(Exception):
    """The tiles do not hold the tree of the size that is asked for: rebuild them from the leaves."""


def appended(size: int, leaf_hashes: Sequence[bytes], read: ReadTile) -> Tiles:
    """The tiles that change when these leaf hashes follow a tree of `size` leaves.

    Raises `TreeBroken` when the right edge of the stored tree is not that of `size` leaves.
    """
    changed: Tiles = {}
    level, first, hashes = 0, size, list(leaf_hashes)
    while hashes:
        index, width = divmod(first, TILE_WIDTH)
        content = (_edge(read, level, index, width) if width else b"") + b"".join(hashes)
        full: list[bytes] = []
        for number, start in enumerate(range(0, len(content), TILE_WIDTH * HASH_BYTES)):
            tile = content[start : start + TILE_WIDTH * HASH_BYTES]
            changed[level, index + number] = tile
            if len(tile) == TILE_WIDTH * HASH_BYTES:
                full.append(_folded(tile))
        level, first, hashes = level + 1, index, full
    return changed


def tree_root(size: int, read: ReadTile) -> bytes:
    """The root of the first `size` leaves. Raises `TreeBroken` when tiles are missing."""
    return _root(0, size, read) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, read: ReadTile) -> list[bytes]:
    """The audit path of RFC 6962 section 2.1.1: of leaf `index` in the tree of `size` leaves.

    Raises `ValueError` unless 0 <= index < size, `TreeBroken` when tiles are missing.
    """
    if not 0 <= index < size:
        raise ValueError("a leaf of the tree is expected")
    return list(_path(index, 0, size, read))


def consistency_proof(first: int, size: int, read: ReadTile) -> list[bytes]:
    """The proof of RFC 6962 section 2.1.2: that the first `first` leaves of the tree are a tree of their own.

    Raises `ValueError` unless 0 <= first <= size, `TreeBroken` when tiles are missing. The empty tree is
    the beginning of every tree, and a tree of itself, without any hash.
    """
    if not 0 <= first <= size:
        raise ValueError("a tree that is no larger than the other is expected")
    return list(_subproof(first, 0, size, True, read)) if 0 < first < size else []


def _path(index: int, begin: int, end: int, read: ReadTile) -> Iterator[bytes]:
    if end - begin == 1:
        return
    middle = begin + _split(end - begin)
    if index < middle:
        yield from _path(index, begin, middle, read)
        yield _root(middle, end, read)
    else:
        yield from _path(index, middle, end, read)
        yield _root(begin, middle, read)


def _subproof(first: int, begin: int, end: int, is_whole: bool, read: ReadTile) -> Iterator[bytes]:
    """SUBPROOF of the RFC; `first` counts from `begin`, `is_whole`: the old tree's root is known."""
    if first == end - begin:
        if not is_whole:
            yield _root(begin, end, read)
        return
    split = _split(end - begin)
    if first <= split:
        yield from _subproof(first, begin, begin + split, is_whole, read)
        yield _root(begin + split, end, read)
    else:
        yield from _subproof(first - split, begin + split, end, False, read)
        yield _root(begin, begin + split, read)


def _root(begin: int, end: int, read: ReadTile) -> bytes:
    """The root over the leaves from `begin` to before `end`, where `begin` is one where the RFC splits."""
    size = end - begin
    if size & (size - 1) == 0:
        return _node(size.bit_length() - 1, begin // size, read)
    middle = begin + _split(size)
    return _parent(_root(begin, middle, read), _root(middle, end, read))


def _node(height: int, index: int, read: ReadTile) -> bytes:
    """The root of a perfect subtree of 2^height leaves, folded from a part of one tile."""
    level, rest = divmod(height, TILE_HEIGHT)
    tile, place = divmod(index << rest, TILE_WIDTH)
    hashes = read(level, tile)[place * HASH_BYTES : (place + (1 << rest)) * HASH_BYTES]
    if len(hashes) != HASH_BYTES << rest:
        raise TreeBroken(f"tile `{level}/{tile}` of the tree is missing or too short")
    return _folded(hashes)


def _edge(read: ReadTile, level: int, index: int, width: int) -> bytes:
    tile = read(level, index)
    if len(tile) != width * HASH_BYTES:
        raise TreeBroken(f"tile `{level}/{index}` of the tree has another width than the size asks for")
    return tile


def _folded(hashes: bytes) -> bytes:
    """The root over a power of two of neighbouring hashes."""
    while len(hashes) > HASH_BYTES:
        step = 2 * HASH_BYTES
        hashes = b"".join(
            sha256(b"\x01" + hashes[at : at + step]).digest() for at in range(0, len(hashes), step)
        )
    return hashes


def _parent(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
