"""The tree of RFC 6962 section 2.1, word for word and slowly: what every faster way must agree with."""

from collections.abc import Sequence
from hashlib import sha256


def leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def _split(leaves: Sequence[bytes]) -> int:
    """The largest power of two that is smaller than the number of leaves."""
    return 1 << (len(leaves) - 1).bit_length() - 1


def recursive_root(leaf_hashes: Sequence[bytes]) -> bytes:
    if len(leaf_hashes) < 2:
        return leaf_hashes[0] if leaf_hashes else sha256().digest()
    k = _split(leaf_hashes)
    return sha256(b"\x01" + recursive_root(leaf_hashes[:k]) + recursive_root(leaf_hashes[k:])).digest()


def recursive_inclusion(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of section 2.1.1, over leaf hashes."""
    if len(leaves) < 2:
        return []
    k = _split(leaves)
    if index < k:
        return [*recursive_inclusion(index, leaves[:k]), recursive_root(leaves[k:])]
    return [*recursive_inclusion(index - k, leaves[k:]), recursive_root(leaves[:k])]


def recursive_consistency(first: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PROOF(m, D[n]) of section 2.1.2, over leaf hashes; empty for the empty tree, which needs no proof."""
    return _subproof(first, leaves, whole=True) if first else []


def _subproof(first: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if whole else [recursive_root(leaves)]
    k = _split(leaves)
    if first <= k:
        return [*_subproof(first, leaves[:k], whole=whole), recursive_root(leaves[k:])]
    return [*_subproof(first - k, leaves[k:], whole=False), recursive_root(leaves[:k])]
