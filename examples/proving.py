"""Whether a record stands in the tree of a checkpoint, from hashes alone (RFC 9162, section 2.1.3.2).

That the checkpoint is the log's own is told by its signature; `pactolus audit check-proof` looks at both.
"""

from base64 import b64decode
from collections.abc import Sequence
from hashlib import sha256

__all__ = ["root_from", "size_and_root"]


def root_from(leaf_hash: bytes, index: int, size: int, hashes: Sequence[bytes]) -> bytes:
    """The root that these hashes lead to from a leaf; empty when they are too many or too few."""
    node, last, root = index, size - 1, leaf_hash
    for other in hashes:
        if last == 0:
            return b""
        if node % 2 or node == last:
            root = sha256(b"\x01" + other + root).digest()
            while node % 2 == 0 and node:
                node, last = node // 2, last // 2
        else:
            root = sha256(b"\x01" + root + other).digest()
        node, last = node // 2, last // 2
    return root if last == 0 else b""


def size_and_root(note: bytes) -> tuple[int, bytes]:
    """What a checkpoint says: how many records there are, and the root over them."""
    _, size, root, *_ = note.decode().split("\n")
    return int(size), b64decode(root)
