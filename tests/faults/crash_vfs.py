"""What a disk holds after a power cut, worked out from the log of everything that was done to it.

Whatever was synced is there. Of the rest a disk may hold nothing, everything, or any 512-byte
sectors of it: drives keep no order between two syncs.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from random import Random

from tests.faults.watched_vfs import Change

__all__ = ["SECTOR", "Disk", "Image", "Keep", "everything", "images", "nothing", "some"]

SECTOR = 512

Keep = Callable[[], bool]
"""Asked for each unsynced sector and truncation: did it reach the disk?"""


def nothing() -> bool:
    """No unsynced change is on the disk."""
    return False


def everything() -> bool:
    """Every unsynced change is on the disk."""
    return True


def some(seed: int) -> Keep:
    """Each unsynced change is on the disk or not, by chance."""
    chance = Random(seed)
    return lambda: chance.random() < 0.5


@dataclass(frozen=True, slots=True)
class Image:
    """What a disk holds after a power cut: `cut` changes were made before it, `kept` says what of the
    unsynced ones, `files` is name to content."""

    cut: int
    kept: str
    files: dict[str, bytes]


@dataclass
class _File:
    durable: bytearray = field(default_factory=bytearray)
    unsynced: list[Change] = field(default_factory=list)

    @property
    def deleted(self) -> int:
        """How many of the unsynced changes a deletion has made void, itself included."""
        return max(
            (number for number, each in enumerate(self.unsynced, 1) if each.kind == "delete"), default=0
        )

    def settle(self, count: int) -> None:
        """Makes the first so many changes durable."""
        _apply(self.durable, self.unsynced[:count], everything)
        del self.unsynced[:count]


class Disk:
    """The files of a store up to one moment. A deleted file is an empty one: SQLite sees no difference
    in a WAL or a journal, and it deletes no other."""

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}

    def do(self, change: Change) -> None:
        """The next change."""
        file = self._files.setdefault(change.file, _File())
        if change.kind == "sync":
            file.settle(len(file.unsynced))
        else:
            file.unsynced.append(change)
        if change.names:
            for each in self._files.values():
                each.settle(each.deleted)

    def after_power_cut(self, keep: Keep) -> dict[str, bytes]:
        """Name to content of every file, if the power goes now."""
        found: dict[str, bytes] = {}
        for name, file in sorted(self._files.items()):
            content = bytearray(file.durable)
            _apply(content, file.unsynced, keep)
            found[name] = bytes(content)
        return found


def _apply(content: bytearray, changes: Iterable[Change], keep: Keep) -> None:
    for change in changes:
        if change.kind == "write":
            _write(content, change, keep)
        elif keep():
            size = change.at if change.kind == "truncate" else 0
            del content[size:]


def _write(content: bytearray, change: Change, keep: Keep) -> None:
    """The sectors that are kept; a hole before them reads as zeros."""
    begin, end = change.at, change.at + len(change.data)
    while begin < end:
        after = min(end, (begin // SECTOR + 1) * SECTOR)
        if keep():
            content.extend(bytes(max(0, begin - len(content))))
            content[begin:after] = change.data[begin - change.at : after - change.at]
        begin = after


def images(changes: list[Change], cuts: Iterable[int], seed: int) -> Iterator[Image]:
    """Four images for each cut."""
    disk, done = Disk(), 0
    for cut in sorted(cuts):
        for change in changes[done:cut]:
            disk.do(change)
        done = cut
        yield Image(cut, "nothing unsynced", disk.after_power_cut(nothing))
        for each in (seed + 2 * cut, seed + 2 * cut + 1):
            yield Image(cut, f"sectors by seed {each}", disk.after_power_cut(some(each)))
        yield Image(cut, "everything", disk.after_power_cut(everything))
