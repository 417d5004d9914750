"""A SQLite file layer that tells of every change before it is made; whoever is told may raise."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import apsw

__all__ = ["Change", "Kind", "WatchedVfs"]

_LOGS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL

Kind = Literal["write", "truncate", "sync", "delete"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a file: `file` is its name without folder, `at` the offset of a write and the size
    left by a truncation, `names`: the folder is synced with it, which makes earlier deletions durable."""

    kind: Kind
    file: str
    at: int = 0
    data: bytes = b""
    names: bool = False


class WatchedVfs(apsw.VFS):
    """The system's own layer, watched. The shared memory beside the WAL is no file and is not told of."""

    BASE = "unix"

    def __init__(self, name: str, watch: Callable[[Change], None], *, default: bool = False) -> None:
        """`default`: connections that ask for no layer get this one, until `unregister`."""
        self.name = name
        self.watch = watch
        super().__init__(name, self.BASE, makedefault=default)

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        return _WatchedFile(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self.watch(Change("delete", Path(filename).name, names=syncdir))
        super().xDelete(filename, syncdir)


class _WatchedFile(apsw.VFSFile):
    def __init__(self, vfs: WatchedVfs, name: Any, flags: list[int]) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name or "temporary"
        self._vfs = vfs
        self._file = Path(path).name
        # With the first sync of a journal or WAL that it may have made, SQLite syncs the folder too.
        self._syncs_names = bool(flags[0] & _LOGS and flags[0] & apsw.SQLITE_OPEN_CREATE)
        super().__init__(WatchedVfs.BASE, name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._vfs.watch(Change("write", self._file, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:
        self._vfs.watch(Change("truncate", self._file, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:
        self._vfs.watch(Change("sync", self._file, names=self._syncs_names))
        self._syncs_names = False
        super().xSync(flags)
