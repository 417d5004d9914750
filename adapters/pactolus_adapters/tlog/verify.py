"""The independent verifier of a log: inclusion and consistency proofs (RFC 9162 sections 2.1.3.2 and 2.1.4.2).

It stands alone: it imports nothing of this project and shares no code with what writes the tree, so that one
mistake cannot be made on both sides. Whoever checks a log can take this one file along.

Hashes are 32 bytes of SHA-256, of a leaf over 0x00 and the entry, of a node over 0x01 and its two children.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256

__all__ = ["ProofInvalid", "hash_leaf", "verify_consistency", "verify_inclusion"]

_HASH_BYTES = 32
_EMPTY_ROOT = sha256(b"").digest()


class ProofInvalid(ValueError):
    """The proof does not show what it was said to show; says why."""


def hash_leaf(entry: bytes) -> bytes:
    """The hash by which an entry stands in the tree."""
    return sha256(b"\x00" + entry).digest()


def verify_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Returns if the leaf stands at `index`, from 0, in the tree of `size` leaves with this root.

    `proof` holds the siblings from the leaf to the root. Raises `ProofInvalid`.
    """
    _need_hashes(leaf_hash, root, *proof)
    if not 0 <= index < size:
        raise ProofInvalid(f"index {index} is not in a tree of {size} leaves")
    node, last, hash_ = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            raise ProofInvalid("the inclusion proof goes on above the root")
        if node & 1 or node == last:
            hash_ = _hash_node(sibling, hash_)
            node, last = _up_to_a_right_child(node, last)
        else:
            hash_ = _hash_node(hash_, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ProofInvalid("the inclusion proof ends below the root")
    if hash_ != root:
        raise ProofInvalid("the inclusion proof leads to another root")


def verify_consistency(
    first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes
) -> None:
    """Returns if the tree of `first` leaves is the beginning of the tree of `second` leaves, by their roots.

    The empty tree is the beginning of every tree, and every tree of itself; both need an empty proof.
    Raises `ProofInvalid`.
    """
    _need_hashes(first_root, second_root, *proof)
    if not 0 <= first <= second:
        raise ProofInvalid(f"a tree of {first} leaves is no beginning of one of {second}")
    _need_root_of_nothing(first, first_root)
    _need_root_of_nothing(second, second_root)
    if first in (0, second):
        _verify_without_proof(first, second, proof, first_root, second_root)
    else:
        _verify_growth(first, second, proof, first_root, second_root)


def _verify_without_proof(
    first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes
) -> None:
    if proof:
        raise ProofInvalid("the consistency proof of equal or empty trees is empty")
    if first == second and first_root != second_root:
        raise ProofInvalid("two trees of the same size have different roots")


def _verify_growth(
    first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes
) -> None:
    path = _path(first, proof, first_root)
    node, last = _shared_subtree(first - 1, second - 1)
    old = new = next(path)
    for sibling in path:
        if last == 0:
            raise ProofInvalid("the consistency proof goes on above the root")
        if node & 1 or node == last:
            old, new = _hash_node(sibling, old), _hash_node(sibling, new)
            node, last = _up_to_a_right_child(node, last)
        else:
            new = _hash_node(new, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ProofInvalid("the consistency proof ends below the root")
    if old != first_root:
        raise ProofInvalid("the consistency proof leads to another root of the smaller tree")
    if new != second_root:
        raise ProofInvalid("the consistency proof leads to another root of the larger tree")


def _path(first: int, proof: Sequence[bytes], first_root: bytes) -> Iterator[bytes]:
    """The hashes to start from and go on with; a smaller tree that is one full subtree starts from its root."""
    if not proof:
        raise ProofInvalid("the consistency proof is empty, and the trees differ in size")
    full = first & (first - 1) == 0
    return iter((first_root, *proof) if full else proof)


def _shared_subtree(node: int, last: int) -> tuple[int, int]:
    """Up from the last leaf of the smaller tree to the largest full subtree that both trees share."""
    while node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _up_to_a_right_child(node: int, last: int) -> tuple[int, int]:
    """Past the levels where the node on the right border has no sibling and is carried up as it is."""
    while not node & 1 and node != 0:
        node, last = node >> 1, last >> 1
    return node, last


def _hash_node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _need_root_of_nothing(size: int, root: bytes) -> None:
    if size == 0 and root != _EMPTY_ROOT:
        raise ProofInvalid("the root of an empty tree is the SHA-256 of nothing")


def _need_hashes(*hashes: bytes) -> None:
    if any(len(one) != _HASH_BYTES for one in hashes):
        raise ProofInvalid(f"every hash of a proof has {_HASH_BYTES} bytes")
