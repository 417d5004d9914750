"""A SQLite file layer that fails on demand: a full disk, a lost disk."""

from typing import Any

import apsw

__all__ = ["FailingVfs"]


class FailingVfs(apsw.VFS):
    """The default layer, until `on_write` or `on_sync` holds the error to raise for the WAL."""

    def __init__(self, name: str) -> None:
        self.on_write: type[apsw.Error] | None = None
        self.on_sync: type[apsw.Error] | None = None
        self.syncs = 0
        self.name = name
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        return _FailingFile(self, name, flags)


class _FailingFile(apsw.VFSFile):
    def __init__(self, vfs: FailingVfs, name: Any, flags: list[int]) -> None:
        self._vfs = vfs
        self._is_wal = bool(flags[0] & apsw.SQLITE_OPEN_WAL)
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        if self._is_wal and self._vfs.on_write is not None:
            raise self._vfs.on_write("planted")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        if self._is_wal:
            self._vfs.syncs += 1
            if self._vfs.on_sync is not None:
                raise self._vfs.on_sync("planted")
        super().xSync(flags)
