"""The recomputed tree against the definition of RFC 6962, word for word."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pactolus_adapters.tlog.tree import appended
from pactolus_adapters.trail.recompute import RecomputedTree, leaf_hash_of
from tests.support.merkle import leaf, recursive_root

LEAVES = [sha256(number.to_bytes(4, "big")).digest() for number in range(70_000)]


def test_a_leaf_hash_is_that_of_the_rfc() -> None:
    assert leaf_hash_of(b"entry") == leaf(b"entry")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 300), max_size=8))
def test_the_root_is_that_of_the_definition_however_the_tree_grew(runs: list[int]) -> None:
    tree, size = RecomputedTree(), 0
    for run in runs:
        assert tree.root() == recursive_root(LEAVES[:size])
        tree.grow(LEAVES[size : size + run])
        size += run
    assert tree.root() == recursive_root(LEAVES[:size])


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 66_000])
def test_the_tiles_are_those_of_the_writer_and_each_is_told_once(size: int) -> None:
    tree = RecomputedTree()
    told = [*tree.grow(LEAVES[:size]), *tree.unfinished()]
    stored = appended(0, LEAVES[:size], lambda _level, _index: b"")
    assert {(tile.level, tile.index): tile.hashes for tile in told} == stored
    assert len(told) == len(stored)
    assert tree.root() == recursive_root(LEAVES[:size])
