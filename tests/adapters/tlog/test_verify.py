"""The verifier accepts exactly the proofs of the recursive definition, and agrees with somebody else's."""

import ast
import random
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sigstore._internal import merkle as sigstore_merkle
from sigstore.errors import VerificationError

from pactolus_adapters.tlog import verify
from pactolus_adapters.tlog.verify import (
    ProofInvalid,
    hash_leaf,
    verify_consistency,
    verify_inclusion,
)
from tests.support.merkle import leaf, recursive_consistency, recursive_inclusion, recursive_root

ENTRIES = [f"entry {number}".encode() for number in range(70)]
LEAVES = [leaf(entry) for entry in ENTRIES]
ROOTS = [recursive_root(LEAVES[:size]) for size in range(len(LEAVES) + 1)]

# The eight inputs and their roots are those of the test suite of the certificate-transparency project.
KNOWN_INPUTS = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"
]  # fmt: skip
KNOWN_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def _accepts(verify_: Callable[..., None], *arguments: object) -> bool:
    try:
        verify_(*arguments)
    except ProofInvalid:
        return False
    return True


def _sigstore_accepts(entry: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Rekor's verifier as sigstore-python ships it."""
    claim = SimpleNamespace(log_index=index, tree_size=size, hashes=list(proof), root_hash=root)
    entry_ = SimpleNamespace(_inner=SimpleNamespace(inclusion_proof=claim, canonicalized_body=entry))
    try:
        sigstore_merkle.verify_merkle_inclusion(cast(Any, entry_))
    except VerificationError:
        return False
    return True


def test_the_roots_are_those_that_the_world_knows() -> None:
    leaves = [hash_leaf(bytes.fromhex(text)) for text in KNOWN_INPUTS]
    assert {size: recursive_root(leaves[:size]).hex() for size in KNOWN_ROOTS} == KNOWN_ROOTS


def test_every_inclusion_proof_of_every_small_tree_is_accepted() -> None:
    for size in range(1, 34):
        for index in range(size):
            proof = recursive_inclusion(index, LEAVES[:size])
            verify_inclusion(hash_leaf(ENTRIES[index]), index, size, proof, ROOTS[size])


def test_every_consistency_proof_of_every_small_tree_is_accepted() -> None:
    for second in range(34):
        for first in range(second + 1):
            proof = recursive_consistency(first, LEAVES[:second])
            verify_consistency(first, second, proof, ROOTS[first], ROOTS[second])


def test_an_inclusion_proof_is_for_one_place_in_one_tree() -> None:
    """No other index and no other size is shown by the same hashes and root."""
    for size in range(1, 20):
        for index in range(size):
            proof = recursive_inclusion(index, LEAVES[:size])
            accepted = [
                (other_index, other_size)
                for other_size in range(size - 1, size + 2)
                for other_index in range(-1, other_size + 1)
                if _accepts(verify_inclusion, LEAVES[index], other_index, other_size, proof, ROOTS[size])
            ]
            # The size alone is not bound by a root: where a wrong size has the same path, it is the signature
            # over size and root that holds. Here is the same list from sigstore's verifier.
            agreed = [
                (other_index, other_size)
                for other_size in range(size - 1, size + 2)
                for other_index in range(other_size)
                if _sigstore_accepts(ENTRIES[index], other_index, other_size, proof, ROOTS[size])
            ]
            assert accepted == agreed
            assert {one for one, other_size in accepted if other_size == size} == {index}


def test_a_consistency_proof_is_for_one_pair_of_roots() -> None:
    for second in range(2, 18):
        for first in range(1, second):
            proof = recursive_consistency(first, LEAVES[:second])
            for other in range(second + 2):
                if other != first:
                    assert not _accepts(verify_consistency, first, second, proof, ROOTS[other], ROOTS[second])
                if other != second:
                    assert not _accepts(verify_consistency, first, second, proof, ROOTS[first], ROOTS[other])


def _flipped(hashes: Sequence[bytes], bit: int) -> list[bytes]:
    content = bytearray(b"".join(hashes))
    content[bit // 8] ^= 1 << bit % 8
    return [bytes(content[at : at + 32]) for at in range(0, len(content), 32)]


@pytest.mark.parametrize(("index", "size"), [(0, 7), (6, 7), (3, 8), (19, 33)])
def test_no_flipped_bit_of_an_inclusion_proof_is_accepted(index: int, size: int) -> None:
    proof = recursive_inclusion(index, LEAVES[:size])
    whole = [LEAVES[index], ROOTS[size], *proof]
    for bit in range(len(whole) * 256):
        leaf_hash, root, *broken = _flipped(whole, bit)
        assert not _accepts(verify_inclusion, leaf_hash, index, size, broken, root)


@pytest.mark.parametrize(("first", "second"), [(1, 2), (3, 7), (4, 7), (6, 8), (32, 33)])
def test_no_flipped_bit_of_a_consistency_proof_is_accepted(first: int, second: int) -> None:
    proof = recursive_consistency(first, LEAVES[:second])
    whole = [ROOTS[first], ROOTS[second], *proof]
    for bit in range(len(whole) * 256):
        first_root, second_root, *broken = _flipped(whole, bit)
        assert not _accepts(verify_consistency, first, second, broken, first_root, second_root)


def _mangled(proof: Sequence[bytes]) -> list[list[bytes]]:
    """Proofs that lack, double, swap, shorten or lengthen something."""
    proof = list(proof)
    lacking = [proof[:at] + proof[at + 1 :] for at in range(len(proof))]
    doubled = [[*proof[: at + 1], proof[at], *proof[at + 1 :]] for at in range(len(proof))]
    swapped = [
        [*proof[:at], proof[at + 1], proof[at], *proof[at + 2 :]] for at in range(max(len(proof) - 1, 0))
    ]
    sized = [[*proof[:at], other, *proof[at + 1 :]] for at in range(len(proof)) for other in (
        b"", proof[at][:-1], proof[at] + b"\x00")]  # fmt: skip
    longer = [[*proof, bytes(32)], [bytes(32), *proof]]
    return [*lacking, *doubled, *swapped, *sized, *longer, [*proof, *[bytes(32)] * 100]]


def test_no_mangled_inclusion_proof_is_accepted() -> None:
    for size in (2, 5, 8, 13, 64, 70):
        for index in (0, size // 2, size - 1):
            for broken in _mangled(recursive_inclusion(index, LEAVES[:size])):
                assert not _accepts(verify_inclusion, LEAVES[index], index, size, broken, ROOTS[size])


def test_no_mangled_consistency_proof_is_accepted() -> None:
    for second in (2, 5, 8, 13, 64, 70):
        for first in (1, 2, second // 2, second - 1, second):
            for broken in _mangled(recursive_consistency(first, LEAVES[:second])):
                assert not _accepts(verify_consistency, first, second, broken, ROOTS[first], ROOTS[second])


def test_a_node_is_not_taken_for_a_leaf() -> None:
    """Domain separation: an entry that spells a node's children does not hash to that node."""
    node = LEAVES[0] + LEAVES[1]
    assert not _accepts(verify_inclusion, hash_leaf(node), 0, 2, [ROOTS[4]], ROOTS[4])
    assert hash_leaf(node) != ROOTS[2] == sha256(b"\x01" + node).digest()


@pytest.mark.parametrize(
    ("first", "second", "proof", "first_root", "second_root", "why"),
    [
        (0, 3, [], ROOTS[1], ROOTS[3], "root of an empty tree"),
        (0, 3, [ROOTS[3]], ROOTS[0], ROOTS[3], "is empty"),
        (0, 0, [], ROOTS[1], ROOTS[1], "root of an empty tree"),
        (3, 3, [], ROOTS[3], ROOTS[4], "same size have different roots"),
        (3, 3, [ROOTS[3]], ROOTS[3], ROOTS[3], "is empty"),
        (3, 4, [], ROOTS[3], ROOTS[4], "the trees differ in size"),
        (4, 3, [], ROOTS[4], ROOTS[3], "no beginning"),
        (-1, 3, [], ROOTS[1], ROOTS[3], "no beginning"),
        (3, 4, recursive_consistency(3, LEAVES[:4])[:-1], ROOTS[3], ROOTS[4], "ends below the root"),
        (3, 4, [*recursive_consistency(3, LEAVES[:4]), ROOTS[3]], ROOTS[3], ROOTS[4], "above the root"),
        (3, 4, recursive_consistency(3, LEAVES[:4]), ROOTS[2], ROOTS[4], "root of the smaller tree"),
        (2, 4, recursive_consistency(2, LEAVES[:4]), ROOTS[2], ROOTS[3], "root of the larger tree"),
        (3, 4, recursive_consistency(3, LEAVES[:4]), ROOTS[3][:-1], ROOTS[4], "has 32 bytes"),
        (3, 4, recursive_consistency(3, LEAVES[:4]), ROOTS[3], b"", "has 32 bytes"),
    ],
)
def test_what_is_wrong_with_a_consistency_proof_is_said(
    first: int, second: int, proof: list[bytes], first_root: bytes, second_root: bytes, why: str
) -> None:
    with pytest.raises(ProofInvalid, match=why):
        verify_consistency(first, second, proof, first_root, second_root)


@pytest.mark.parametrize(
    ("index", "size", "proof", "root", "why"),
    [
        (0, 0, [], ROOTS[0], "not in a tree of 0"),
        (3, 3, [], ROOTS[3], "not in a tree of 3"),
        (-1, 3, [], ROOTS[3], "not in a tree of 3"),
        (0, 3, [LEAVES[1]], ROOTS[3], "ends below the root"),
        (0, 1, [LEAVES[1]], ROOTS[1], "above the root"),
        (0, 2, [LEAVES[2]], ROOTS[2], "another root"),
        (0, 2, [LEAVES[1][:31]], ROOTS[2], "has 32 bytes"),
    ],
)
def test_what_is_wrong_with_an_inclusion_proof_is_said(
    index: int, size: int, proof: list[bytes], root: bytes, why: str
) -> None:
    with pytest.raises(ProofInvalid, match=why):
        verify_inclusion(LEAVES[0], index, size, proof, root)


def test_a_rewritten_history_is_no_beginning() -> None:
    """Whatever proof the rewriter makes from the new tree: an old root that was kept does not fit."""
    rewritten = [*LEAVES[:20], leaf(b"another entry"), *LEAVES[21:]]
    for second in range(22, 40):
        for first in range(21, second + 1):
            proof = recursive_consistency(first, rewritten[:second])
            new_root = recursive_root(rewritten[:second])
            assert not _accepts(verify_consistency, first, second, proof, ROOTS[first], new_root)


def test_sigstore_agrees_on_whole_and_broken_proofs() -> None:
    chance = random.Random(6962)
    verdicts = []
    for _ in range(400):
        size = chance.randrange(1, len(LEAVES))
        index = chance.randrange(size)
        proof = recursive_inclusion(index, LEAVES[:size])
        entry = ENTRIES[index]
        damage = chance.choice(("none", "flip", "mangle", "entry", "index", "root"))
        if damage == "flip" and proof:
            proof = _flipped(proof, chance.randrange(len(proof) * 256))
        elif damage == "mangle":
            proof = chance.choice([one for one in _mangled(proof) if all(len(hash_) == 32 for hash_ in one)])
        elif damage == "entry":
            entry += b"?"
        elif damage == "index":
            index = chance.randrange(size)
        root = ROOTS[chance.randrange(len(ROOTS))] if damage == "root" else ROOTS[size]
        ours = _accepts(verify_inclusion, hash_leaf(entry), index, size, proof, root)
        assert ours == _sigstore_accepts(entry, index, size, proof, root)
        verdicts.append(ours)
    assert 50 < sum(verdicts) < 350


@given(st.data())
def test_a_verifier_of_anything_raises_nothing_else(data: st.DataObject) -> None:
    hashes = st.binary(min_size=31, max_size=32) | st.sampled_from(ROOTS + LEAVES)
    numbers = st.integers(-2, 80) | st.integers(2**62, 2**70)
    proof = data.draw(st.lists(hashes, max_size=8))
    one, other, number, bound = (
        data.draw(hashes), data.draw(hashes), data.draw(numbers), data.draw(numbers)
    )  # fmt: skip
    _accepts(verify_inclusion, one, number, bound, proof, other)
    _accepts(verify_consistency, number, bound, proof, one, other)


def test_the_verifier_stands_alone() -> None:
    """One file, the standard library, nothing of this project."""
    tree = ast.parse(Path(verify.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not any(isinstance(node, ast.Import) for node in ast.walk(tree))
    assert imported == {"collections.abc", "hashlib"}
