"""The log as a static folder (C2SP tlog-tiles): checkpoint, tiles and bundles of entries.

Any client of transparency logs can read and verify it, from disk or behind a plain web server. There are no
patient data in it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pactolus_adapters.tlog.entry_bundles import write_bundle
from pactolus_adapters.tlog.tile_paths import FULL_WIDTH, TilePath, tile_path
from pactolus_adapters.tlog.tree import HASH_BYTES, tree_root
from pactolus_adapters.tlog.verify import hash_leaf
from pactolus_adapters.trail.export_request import Export, Progress, not_told
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.trail import AuditTrail

__all__ = ["CHECKPOINT_FILE", "write_tiles"]

CHECKPOINT_FILE: Final = "checkpoint"
_READ_ME: Final = "README.txt"


def write_tiles(log: AuditTrail, export: Export, folder: Path, progress: Progress = not_told) -> None:
    """Writes the whole log, as of the export's checkpoint, into a folder that is there.

    The checkpoint is written last. Raises `AuditUnavailable`, naming the first record, when a leaf is not the one
    that its tile holds, or when the tiles do not lead to the root of the checkpoint.
    """
    size = export.checkpoint.size
    for index, width in _widths(size):
        _write_entries(log, folder, TilePath(None, index, width))
        progress(min((index + 1) * FULL_WIDTH, size), size)
    for tile in _tiles(size):
        _write(folder, tile, _hashes(log, tile))
    if tree_root(size, log.tile) != export.checkpoint.root:
        raise AuditUnavailable(
            "the tiles of the audit log do not lead to the root of its checkpoint; `pactolus audit verify` tells more"
        )
    (folder / _READ_ME).write_text(_about(export), encoding="utf-8")
    (folder / CHECKPOINT_FILE).write_bytes(export.note)


def _tiles(size: int) -> Iterator[TilePath]:
    """Every tile of a tree of that size, level by level."""
    level, hashes = 0, size
    while hashes:
        for index, width in _widths(hashes):
            yield TilePath(level, index, width)
        level, hashes = level + 1, hashes // FULL_WIDTH


def _widths(count: int) -> Iterator[tuple[int, int]]:
    """Index and width of each tile that so many hashes fill."""
    for index, start in enumerate(range(0, count, FULL_WIDTH)):
        yield index, min(FULL_WIDTH, count - start)


def _write_entries(log: AuditTrail, folder: Path, bundle: TilePath) -> None:
    first = bundle.index * FULL_WIDTH
    hashes = _hashes(log, TilePath(0, bundle.index, bundle.width))
    leaves = {entry.index: entry.leaf for entry in log.entries(first, first + bundle.width)}
    for place in range(bundle.width):
        wanted = hashes[place * HASH_BYTES : (place + 1) * HASH_BYTES]
        if hash_leaf(leaves.get(first + place, b"")) != wanted:
            raise AuditUnavailable(
                f"record `{first + place}` of the audit log is missing or is not the one that its tile holds; "
                "`pactolus audit verify` tells more"
            )
    _write(folder, bundle, write_bundle(leaves.values()))


def _hashes(log: AuditTrail, tile: TilePath) -> bytes:
    assert tile.level is not None
    hashes = log.tile(tile.level, tile.index)[: tile.width * HASH_BYTES]
    if len(hashes) != tile.width * HASH_BYTES:
        raise AuditUnavailable(
            "a tile of the audit log is missing or torn; start the service, which mends it"
        )
    return hashes


def _write(folder: Path, tile: TilePath, content: bytes) -> None:
    path = folder / tile_path(tile)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _about(export: Export) -> str:
    return (
        f"Audit log {export.own.log_origin}, {export.checkpoint.size} records, {export.contents}.\n"
        f"Exported as record {export.own.index}. A C2SP tlog-tiles log; its public key:\n{export.verifier_key}\n"
    )
