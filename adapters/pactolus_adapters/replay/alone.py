"""A folder that one process at a time works in. The lock is the system's, which lets go of it however its holder dies."""

import fcntl
import os
from pathlib import Path
from typing import Final

__all__ = ["LOCK_FILE", "taken_lock"]

LOCK_FILE: Final = ".lock"


def taken_lock(folder: Path) -> int | None:
    """The lock of a folder that is there, as a descriptor to be closed; None while another process has it.

    Raises `OSError`.
    """
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
