"""The files of a source: found in order of their names, read once with a digest, and read again by seeking.

Links and folders inside the source are not followed: what they lead to is not what was given.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final, Self

from pactolus_adapters.replay.sources.never_evaluated import SourceUnusable
from pactolus_engine.errors import AuditUnavailable

__all__ = [
    "NOT_FOLLOWED",
    "READ_ENDINGS",
    "DigestedFile",
    "FileSeen",
    "OpenFiles",
    "digesting",
    "index_folder",
    "index_written",
    "names_in",
]

NOT_FOLLOWED: Final = "links, folders and other things that are no plain files"
"""Under which name they are counted."""

READ_ENDINGS: Final = frozenset({".parquet", ".ndjson", ".json"})
"""Endings of the names of files that some source reads, in lower case."""

_PACKED: Final = frozenset({".gz", ".zip", ".zst", ".bz2", ".xz"})
_MOST_OPEN: Final = 128


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A file as it was when it was indexed. `size` in bytes, `changed` in ns since 1970, `digest`: SHA-256 in hex."""

    path: Path
    size: int
    changed: int
    digest: str

    @property
    def name(self) -> str:
        """Its name in its folder; bytes that are no text are escaped."""
        return os.fsencode(self.path.name).decode("utf-8", "backslashreplace")


def names_in(path: Path) -> tuple[list[Path], int]:
    """The regular files of a folder in order of their names, and how many other things (links, folders) are in it;
    of a file itself. Raises `SourceUnusable`, also when a file is compressed that would be read otherwise."""
    names, others = ([path], 0) if path.is_file() else _entries(path)
    packed = next(filter(_is_packed, names), None)
    if packed is not None:
        raise SourceUnusable(
            f"`{packed.name}` is compressed, and records are read by their place in a file: unpack it first (`gunzip`)"
        )
    return names, others


def _is_packed(path: Path) -> bool:
    return path.suffix.lower() in _PACKED and Path(path.stem).suffix.lower() in READ_ENDINGS


def _entries(path: Path) -> tuple[list[Path], int]:
    try:
        with os.scandir(path) as entries:
            found = [(Path(entry.path), entry.is_file(follow_symlinks=False)) for entry in entries]
    except OSError as error:
        raise _unreadable(path, error) from error
    plain = sorted((one for one, is_plain in found if is_plain), key=lambda one: os.fsencode(one.name))
    return plain, len(found) - len(plain)


class DigestedFile:
    """A file that is read once from its beginning to its end, line by line, with a digest of all that passed."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self._digest = sha256()
        self._size = 0
        self._changed = os.fstat(file.fileno()).st_mtime_ns

    def readline(self, most: int) -> bytes:
        """The next bytes up to and with a line feed, at most that many. Raises `SourceUnusable`."""
        try:
            piece = self._file.readline(most)
        except OSError as error:
            raise _unreadable(self._path, error) from error
        self._digest.update(piece)
        self._size += len(piece)
        return piece

    def seen(self) -> FileSeen:
        """The file, after its end was reached. Raises `SourceUnusable` when somebody wrote to it meanwhile."""
        status = os.fstat(self._file.fileno())
        if (status.st_size, status.st_mtime_ns) != (self._size, self._changed):
            raise SourceUnusable(
                f"`{self._path}` was changed while it was read: start again when nobody writes there"
            )
        return FileSeen(self._path, self._size, self._changed, self._digest.hexdigest())


@contextmanager
def digesting(path: Path) -> Iterator[DigestedFile]:
    """Opens a file for one pass. Raises `SourceUnusable` when it cannot be read."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from error
    with file:
        yield DigestedFile(path, file)


def _unreadable(path: Path, error: OSError) -> SourceUnusable:
    return SourceUnusable(f"`{path}` cannot be read: {error.strerror}")


@contextmanager
def index_folder(parent: Path | None) -> Iterator[Path]:
    """A folder that only this user can read (mode 0700), gone at the end. `parent`: made where it is not there;
    None for that of the system. Raises `SourceUnusable`."""
    with index_written():
        if parent is not None:
            parent.mkdir(parents=True, exist_ok=True)
        made = tempfile.TemporaryDirectory(prefix="pactolus-source-", dir=parent)
    with made as folder:
        yield Path(folder)


@contextmanager
def index_written() -> Iterator[None]:
    """Turns the error of a disk while an index is written into `SourceUnusable`."""
    try:
        yield
    except OSError as error:
        raise SourceUnusable(f"the index of the source cannot be written: {error.strerror}") from error


class OpenFiles:
    """Reads stretches of files that were indexed before. Raises `AuditUnavailable` when one is not what it was."""

    def __init__(self, files: tuple[FileSeen, ...]) -> None:
        self._files = files
        self._open: dict[int, BinaryIO] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def read(self, number: int, offset: int, length: int) -> bytes:
        """That many bytes of the file of that number."""
        try:
            file = self._open.get(number) or self._opened(number)
            file.seek(offset)
            content = file.read(length)
        except OSError as error:
            raise AuditUnavailable(
                f"`{self._files[number].name}` cannot be read: {error.strerror}"
            ) from error
        if len(content) != length:
            raise _changed(self._files[number])
        return content

    def _opened(self, number: int) -> BinaryIO:
        if len(self._open) >= _MOST_OPEN:
            self._close()
        seen = self._files[number]
        file = self._stack.enter_context(seen.path.open("rb"))
        status = os.fstat(file.fileno())
        if (status.st_size, status.st_mtime_ns) != (seen.size, seen.changed):
            raise _changed(seen)
        self._open[number] = file
        return file

    def _close(self) -> None:
        self._open.clear()
        self._stack.close()


def _changed(seen: FileSeen) -> AuditUnavailable:
    return AuditUnavailable(
        f"`{seen.name}` was changed while it was read: start again when nobody writes there"
    )
