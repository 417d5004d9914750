"""The lock of a data directory: one process at a time, and its number for whoever comes second.

`flock` belongs to the open file, so the system releases it when its holder dies, however it dies.
"""

import fcntl
import os
from pathlib import Path
from typing import Final

from pactolus_engine.errors import AuditUnavailable

__all__ = ["LOCK_FILE", "DirectoryLock", "StoreHeld"]

LOCK_FILE: Final = "audit.lock"


class StoreHeld(AuditUnavailable):
    """Another process records in the store; reading goes on beside it."""


class DirectoryLock:
    """Held from construction to `close`."""

    def __init__(self, directory: Path, if_held: str) -> None:
        """Raises `StoreHeld` when another process holds it: says which, and the advice `if_held`."""
        self._if_held = if_held
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._descriptor = os.open(directory / LOCK_FILE, flags, 0o600)
        except OSError as error:
            raise AuditUnavailable(
                f"lock file `{LOCK_FILE}` cannot be opened in the data directory"
            ) from error
        try:
            self._take()
        except BaseException:
            os.close(self._descriptor)
            raise

    def _take(self) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.truncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError as error:
            holder = os.pread(self._descriptor, 20, 0).decode("ascii", "replace").strip()
            named = f"process `{holder}`" if holder.isdecimal() else "another process"
            raise StoreHeld(f"the audit store is held by {named}; {self._if_held}") from error
        except OSError as error:
            raise AuditUnavailable(f"lock file `{LOCK_FILE}` cannot be locked or written") from error

    def close(self) -> None:
        """Lets the next process in. The file stays: removing it would let two processes in at once."""
        os.close(self._descriptor)
