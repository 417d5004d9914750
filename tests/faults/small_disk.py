"""A disk with little room that can be given more: a tmpfs where mounting is allowed, else a planted limit."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import apsw

from tests.faults.watched_vfs import Change, WatchedVfs

__all__ = ["SmallDisk", "mounted", "small_disk"]

_KIB = 1024


@dataclass
class SmallDisk:
    """`directory` is where to put a store. `way`: how the room is limited."""

    directory: Path
    way: str = "tmpfs"

    def grow(self, kib: int) -> None:
        """Sets the room to that many KiB."""
        _run("mount", "-o", f"remount,size={kib}k", str(self.directory))


@contextmanager
def mounted(place: Path, kib: int) -> Iterator[bool]:
    """Mounts a tmpfs there, where the system allows it, and says whether it did."""
    place.mkdir(mode=0o700)
    try:
        _run("mount", "-t", "tmpfs", "-o", f"size={kib}k,mode=700", "tmpfs", str(place))
    except (OSError, subprocess.CalledProcessError):
        yield False
        return
    try:
        yield True
    finally:
        # Lazily: a file that a failed test left open must not leave the mount behind.
        _run("umount", "--lazy", str(place))


@contextmanager
def small_disk(place: Path, kib: int) -> Iterator[SmallDisk]:
    """A disk of that many KiB for stores that are opened inside."""
    with mounted(place, kib) as real:
        if real:
            yield SmallDisk(place)
            return
        limit = _Limit(place, "planted limit", kib * _KIB)
        vfs = WatchedVfs("pactolus-small", limit.watch, default=True)
        try:
            yield limit
        finally:
            vfs.unregister()


@dataclass
class _Limit(SmallDisk):
    room: int = 0
    sizes: dict[str, int] = field(default_factory=dict)

    def grow(self, kib: int) -> None:
        self.room = kib * _KIB

    def watch(self, change: Change) -> None:
        """Raises what SQLite raises when the system says that there is no room."""
        size = self.sizes.get(change.file, 0)
        if change.kind == "write":
            size = max(size, change.at + len(change.data))
        elif change.kind in ("truncate", "delete"):
            size = min(size, change.at)
        others = sum(each for name, each in self.sizes.items() if name != change.file)
        if change.kind == "write" and others + size > self.room:
            raise apsw.FullError("planted")
        self.sizes[change.file] = size


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
