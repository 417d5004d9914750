"""Paths of tiles and bundles of entries (C2SP tlog-tiles): `tile/<level>/<index>`, `.p/<width>` when partial.

An index is written in groups of three digits, all but the last with an `x` before them: 1234067 is
`x001/x234/067`. A full tile is 256 hashes wide; the hashes of level n + 1 are those of full tiles of level n.
"""

import re
from dataclasses import dataclass
from typing import Final

from pactolus_adapters.tlog.errors import TlogUnreadable
from pactolus_adapters.tlog.strict import MOST_SIZE

__all__ = ["FULL_WIDTH", "TilePath", "read_tile_path", "tile_path"]

FULL_WIDTH: Final = 256
"""Hashes in a full tile, entries in a full bundle."""

_MOST_LEVEL: Final = 63
_ENTRIES: Final = "entries"
_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
_MOST_PATH: Final = 80


@dataclass(frozen=True, slots=True)
class TilePath:
    """Which tile: `level` 0 to 63, `None` for a bundle of entries; `index` in the level; `width` 1 to 256."""

    level: int | None
    index: int
    width: int = FULL_WIDTH

    def __post_init__(self) -> None:
        if self.level is not None and not 0 <= self.level <= _MOST_LEVEL:
            raise TlogUnreadable(f"the level of a tile is from 0 to {_MOST_LEVEL}")
        if not 0 <= self.index <= MOST_SIZE:
            raise TlogUnreadable("the index of a tile is from 0 to 2^63 - 1")
        if not 1 <= self.width <= FULL_WIDTH:
            raise TlogUnreadable(f"the width of a tile is from 1 to {FULL_WIDTH}")


def tile_path(tile: TilePath) -> str:
    """The path below the prefix of the log."""
    level = _ENTRIES if tile.level is None else str(tile.level)
    partial = "" if tile.width == FULL_WIDTH else f".p/{tile.width}"
    return f"tile/{level}/{_index_path(tile.index)}{partial}"


def read_tile_path(path: str) -> TilePath:
    """Which tile a path means. Raises `TlogUnreadable` for any other way to write it, and any other path."""
    found = _PATH.fullmatch(path) if len(path) <= _MOST_PATH else None
    if found is None:
        raise TlogUnreadable(
            "not the path of a tile: expected `tile/<level>/<index>`, `.p/<width>` if partial"
        )
    level = None if found["level"] == _ENTRIES else int(found["level"])
    index = int(found["index"].replace("x", "").replace("/", ""))
    tile = TilePath(level, index, FULL_WIDTH if found["width"] is None else int(found["width"]))
    if tile_path(tile) != path:
        raise TlogUnreadable("the path of a tile is written in another way than the one that counts")
    return tile


def _index_path(index: int) -> str:
    digits = str(index)
    digits = digits.zfill(len(digits) + -len(digits) % 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
