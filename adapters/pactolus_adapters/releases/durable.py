"""Writing so that a crash leaves the old or the new and nothing between, and one writer at a time."""

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

__all__ = ["UNFINISHED", "locked", "replace_file", "sweep", "write_tree"]

_LOCK_FILE: Final = ".lock"
UNFINISHED: Final = ".unfinished-"
"""How the name of what is not whole yet begins."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Waits until no other process writes in the folder, and keeps them out; makes the folder if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(folder / _LOCK_FILE, flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def sweep(folder: Path) -> None:
    """Removes what writers that crashed have left; for whoever holds the lock."""
    for left in folder.glob(f"{UNFINISHED}*"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        else:
            left.unlink()


def write_tree(files: Mapping[str, bytes], target: Path, within: Path) -> None:
    """Writes files (name with `/` → content) as the new folder `target`, which appears at once and whole.

    `within`: a folder above `target` on the same file system, where the tree is prepared.
    """
    prepared = within / f"{UNFINISHED}{os.getpid()}"
    folders = {prepared, *((prepared / name).parent for name in files)}
    for folder in sorted(folders):
        folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        _write(prepared / name, content)
    for folder in sorted(folders, reverse=True):
        _sync(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    _sync(target.parent.parent)
    prepared.rename(target)
    _sync(target.parent)


def replace_file(file: Path, content: bytes) -> None:
    """Gives a file, which may be new, its content at once."""
    prepared = file.with_name(f"{UNFINISHED}{os.getpid()}")
    _write(prepared, content)
    prepared.replace(file)
    _sync(file.parent)


def _write(file: Path, content: bytes) -> None:
    with file.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
