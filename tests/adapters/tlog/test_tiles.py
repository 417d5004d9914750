"""Paths of tiles and bundles of entries, one form for each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.tlog.entry_bundles import MOST_ENTRY_BYTES, read_bundle, write_bundle
from pactolus_adapters.tlog.errors import TlogUnreadable
from pactolus_adapters.tlog.tile_paths import TilePath, read_tile_path, tile_path
from tests.adapters.tlog.material import accepts, damaged, sizes

PATHS = [
    (TilePath(0, 0), "tile/0/000"),
    (TilePath(0, 999), "tile/0/999"),
    (TilePath(0, 1000), "tile/0/x001/000"),
    (TilePath(0, 1234067), "tile/0/x001/x234/067"),
    (TilePath(1, 0, 17), "tile/1/000.p/17"),
    (TilePath(2, 0, 1), "tile/2/000.p/1"),
    (TilePath(63, 5, 255), "tile/63/005.p/255"),
    (TilePath(None, 1234067), "tile/entries/x001/x234/067"),
    (TilePath(None, 273, 112), "tile/entries/273.p/112"),
    (TilePath(0, 2**63 - 1), "tile/0/x009/x223/x372/x036/x854/x775/807"),
]


@pytest.mark.parametrize(("tile", "path"), PATHS)
def test_a_tile_has_one_path(tile: TilePath, path: str) -> None:
    assert tile_path(tile) == path
    assert read_tile_path(path) == tile


@given(st.none() | st.integers(0, 63), sizes, st.integers(1, 256))
def test_every_tile_is_found_by_its_path(level: int | None, index: int, width: int) -> None:
    tile = TilePath(level, index, width)
    assert read_tile_path(tile_path(tile)) == tile


@pytest.mark.parametrize(
    "path",
    [
        "", "tile", "tile/0", "tile/0/", "/tile/0/000", "tile/0/000/", "tile/0/0", "tile/0/00", "tile/0/0000",
        "tile/00/000", "tile/64/000", "tile/100/000", "tile/-1/000", "tile/+1/000", "tile/entry/000", "tile/0/x000/001",
        "tile/0/x000", "tile/0/001/002", "tile/0/X001/002", "tile/0/x01/002", "tile/0/000.p", "tile/0/000.p/",
        "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/007", "tile/0/000.p/999", "tile/0/000.p/1/", "tile/0/000\n",
        "tile/0/../../etc/passwd", "tile/0/\u0661\u0661\u0661", "tile/\u0661/000", "checkpoint",
        "tile/0/x009/x223/x372/x036/x854/x775/808", "tile/0/" + "x001/" * 1000 + "000",
    ],
)  # fmt: skip
def test_what_is_no_path_of_a_tile_is_refused(path: str) -> None:
    with pytest.raises(TlogUnreadable):
        read_tile_path(path)


@given(st.text(max_size=40) | damaged(b"tile/0/x001/x234/067.p/17").map(lambda path: path.decode("latin-1")))
def test_any_text_is_refused_or_is_the_one_path(path: str) -> None:
    if accepts(read_tile_path, path):
        assert tile_path(read_tile_path(path)) == path


@pytest.mark.parametrize(
    ("level", "index", "width"),
    [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 2**63, 1), (0, 0, 0), (0, 0, 257), (None, -1, 1)],
)
def test_no_tile_is_named_that_no_path_can_mean(level: int | None, index: int, width: int) -> None:
    with pytest.raises(TlogUnreadable):
        TilePath(level, index, width)


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=256))
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    assert read_bundle(write_bundle(entries)) == tuple(entries)


def test_a_bundle_is_lengths_and_entries() -> None:
    assert write_bundle([b"", b"ab", bytes(258)]) == b"\0\0\0\x02ab\x01\x02" + bytes(258)
    longest = bytes(MOST_ENTRY_BYTES)
    assert read_bundle(write_bundle([longest] * 256)) == (longest,) * 256


@pytest.mark.parametrize("entries", [[], [b""] * 257, [bytes(MOST_ENTRY_BYTES + 1)]])
def test_no_bundle_is_made_that_could_not_be_read(entries: list[bytes]) -> None:
    with pytest.raises(TlogUnreadable):
        write_bundle(entries)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "from 1 to 256"),
        (b"\0", "breaks off in entry 0"),
        (b"\0\x01", "breaks off in entry 0"),
        (b"\0\0\0", "breaks off in entry 1"),
        (b"\0\x03ab", "breaks off in entry 0"),
        (b"\0\0" * 257, "from 1 to 256"),
        (b"\0\0" * 100_000, "from 1 to 256"),
    ],
)
def test_what_is_no_bundle_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(TlogUnreadable, match=why):
        read_bundle(content)


@given(st.binary(max_size=60) | damaged(write_bundle([b"a", b"bc", b""])))
def test_any_bytes_are_refused_or_are_the_one_bundle(content: bytes) -> None:
    if accepts(read_bundle, content):
        assert write_bundle(read_bundle(content)) == content
