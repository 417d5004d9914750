"""Checks the tree of a log against its records: stored tiles, and the root under every checkpoint."""

from collections.abc import Iterable, Iterator
from typing import Final

from pactolus_adapters.trail.findings import Findings
from pactolus_adapters.trail.readable import ReadableTrail
from pactolus_adapters.trail.recompute import TILE_HASHES, RecomputedTile, RecomputedTree
from pactolus_adapters.trail.verify_signed import Signed
from pactolus_engine.trail import PayloadUnfit

__all__ = ["TreeCheck"]

_HASH: Final = 32


class TreeCheck:
    """Takes the leaf hashes in order, compares as it goes, and keeps a tile per level."""

    def __init__(self, trail: ReadableTrail, findings: Findings, checkpoints: Iterator[Signed]) -> None:
        self._trail = trail
        self._findings = findings
        self._tree = RecomputedTree()
        self._size = 0
        self._checkpoints = checkpoints
        self._next = next(checkpoints, None)
        self._parted: set[bool] = set()
        self._holds = True
        self.agreed: Signed | None = None
        """The largest checkpoint that the records agree with, before one with which they do not."""

    def take(self, first: int, leaf_hashes: list[bytes | None]) -> None:
        """Leaf hashes from `first` on, which is where a tile begins; None: the record is missing."""
        if self._holds and first == self._size:
            self._grow(self._filled_in(first, leaf_hashes))

    def finish(self) -> None:
        """After the last record: the unfinished tiles, and checkpoints over more records than there are."""
        if self._holds:
            self._meet_those_of(self._size)
            for tile in self._tree.unfinished():
                self._compare(tile)
        self._look_beyond()
        self._look_for_surplus()

    # --- tiles ----------------------------------------------------------------------------------

    def _filled_in(self, first: int, leaf_hashes: list[bytes | None]) -> list[bytes]:
        """The hashes, those of missing records out of the tiles, up to where these end too."""
        filled: list[bytes] = []
        while len(filled) < len(leaf_hashes):
            index, place = first + len(filled), (first + len(filled)) % TILE_HASHES
            own = leaf_hashes[len(filled) : len(filled) + TILE_HASHES - place]
            stored = self._trail.tile(0, index // TILE_HASHES)[place * _HASH :]
            known = list(self._compared_leaves(index, own, stored))
            filled += known
            if len(known) < len(own):
                self._holds = False
                break
        return filled

    def _compared_leaves(self, index: int, own: list[bytes | None], stored: bytes) -> Iterator[bytes]:
        whole = [hashed for hashed in own if hashed is not None]
        if len(whole) == len(own) and stored.startswith(b"".join(whole)):
            yield from whole
            return
        for number, hashed in enumerate(own):
            theirs = stored[number * _HASH : (number + 1) * _HASH]
            self._compare_leaf(index + number, hashed, theirs)
            known = hashed or theirs
            if len(known) != _HASH:
                return
            yield known

    def _compare_leaf(self, index: int, own: bytes | None, theirs: bytes) -> None:
        if own == theirs:
            return
        self._findings.note_bad_leaf(index)
        if own is not None and not self._findings.any_in(index, index + 1):
            found = "another leaf hash" if len(theirs) == _HASH else "no leaf hash"
            self._findings.add(index, f"the tree holds {found} in the place of record `{index}`")

    def _compare(self, tile: RecomputedTile) -> None:
        """A tile above the leaves; one that has grown meanwhile may go on."""
        if tile.level == 0:
            return
        stored = self._trail.tile(tile.level, tile.index)
        if stored[: len(tile.hashes)] == tile.hashes:
            return
        width = TILE_HASHES**tile.level
        places = range(0, len(tile.hashes), _HASH)
        place = next(at for at in places if stored[at : at + _HASH] != tile.hashes[at : at + _HASH])
        first = (tile.index * TILE_HASHES + place // _HASH) * width
        if not self._findings.any_bad_leaf_in(first, first + width):
            self._findings.add(
                first,
                f"tile `{tile.level}/{tile.index}` of the tree is torn or altered: it is not that of the records from "
                f"`{first}` on",
            )

    def _look_for_surplus(self) -> None:
        """Hashes in the tree of records that are not there."""
        index = self._size // TILE_HASHES
        stored = self._trail.tile(0, index)
        there = self._trail.size()  # asked after the tile, so that a log that grows is no finding
        if index * TILE_HASHES + len(stored) // _HASH > there and self._holds:
            self._findings.add(
                there, f"the tree holds hashes of records from `{there}` on, which are missing"
            )

    # --- checkpoints ----------------------------------------------------------------------------

    def _grow(self, hashes: list[bytes]) -> None:
        done = 0
        while done < len(hashes):
            self._meet_those_of(self._size)
            wanted = self._next.size - self._size if self._next is not None else len(hashes)
            run = hashes[done : done + wanted]
            for tile in self._tree.grow(run):
                self._compare(tile)
            self._size += len(run)
            done += len(run)

    def _meet_those_of(self, size: int) -> None:
        while self._next is not None and self._next.size <= size:
            self._meet(self._next)
            self._next = next(self._checkpoints, None)

    def _meet(self, signed: Signed) -> None:
        """The root of the records so far against the one that was signed for so many."""
        if self._tree.root() != signed.root:
            if signed.is_kept not in self._parted:
                self._parted.add(signed.is_kept)
                self._tell_where(signed)
        elif not self._parted:
            self.agreed = signed

    def _tell_where(self, signed: Signed) -> None:
        """The first bad record: exactly, where a payload does not fit its record any more.

        Checkpoints of the store that agree say nothing when the one that was kept does not: whoever rewrote
        the records has signed those anew.
        """
        first = self.agreed.size if self.agreed is not None and not signed.is_kept else 0
        what = f"{_records(first, signed.size)} not what {_named(signed)} was signed for"
        unfit = _first_unfit(self._trail.opened(first, signed.size))
        if unfit is not None:
            self._findings.add(unfit, f"{what}: `{unfit}` is the first that its payload does not fit")
        elif not self._findings.any_bad_leaf_in(first, signed.size):
            self._findings.add(
                first,
                f"{what}; where the rewriting began cannot be told, since every payload that is left fits its record",
            )

    def _look_beyond(self) -> None:
        """Checkpoints over more records than there are, after those that were made meanwhile."""
        last = self._next
        for signed in self._checkpoints:
            last = signed
        there = self._trail.size()
        if last is not None and last.size > there:
            self._findings.add(there, f"{_records(there, last.size)} missing: {_named(last)} covers them")


def _named(signed: Signed) -> str:
    return f"the checkpoint over `{signed.size}` records that {'was kept' if signed.is_kept else 'is stored'}"


def _records(first: int, end: int) -> str:
    return f"record `{first}` is" if end == first + 1 else f"records `{first}` to `{end - 1}` are"


def _first_unfit(opened: Iterable[tuple[int, object]]) -> int | None:
    """The first record whose payload does not fit it."""
    return next((index for index, result in opened if isinstance(result, PayloadUnfit)), None)
