"""Entries of one length on disk, spread over files by their first bits: each file can be sorted or joined in memory.

Everything is big endian, so that the order of the bytes is the order of what they mean.
"""

import struct
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, Self

__all__ = [
    "BUCKETS",
    "Buckets",
    "Mention",
    "Orphan",
    "Owned",
    "Request",
    "Stretch",
    "Table",
    "Unplaced",
    "Writer",
]

BUCKETS: Final = 64
_SHIFT: Final = 2  # 64 buckets are the first 6 bits
_READ_AT_ONCE: Final = 4096


class Owned(NamedTuple):
    """A line of a patient. `owner`: SHA-256 of the patient's id; file, then bytes."""

    owner: bytes
    file: int
    offset: int
    length: int


class Orphan(NamedTuple):
    """A line without subject. `name`: SHA-256 of its `Type/id`; `unplaced`: its number among those."""

    name: bytes
    file: int
    offset: int
    length: int
    unplaced: int


class Mention(NamedTuple):
    """A patient has a resource that refers to another one."""

    name: bytes
    owner: bytes


class Unplaced(NamedTuple):
    """A line that goes to no patient, and why (a `Trouble`; 0 when it went to one after all)."""

    file: int
    line: int
    trouble: int


class Stretch(NamedTuple):
    """The lines of one patient among all `Owned`: the first, how many, and their bytes together (`size`)."""

    owner: bytes
    first: int
    lines: int
    size: int


class Request(NamedTuple):
    """A request of a source of Bundles. `line`: 0 when it is the whole file. `length` in bytes."""

    file: int
    line: int
    offset: int
    length: int


_FORMS: Final = {
    Request: struct.Struct(">IQQQ"),
    Owned: struct.Struct(">32sIQI"),
    Orphan: struct.Struct(">32sIQIQ"),
    Mention: struct.Struct(">32s32s"),
    Unplaced: struct.Struct(">IQB"),
    Stretch: struct.Struct(">32sQQQ"),
}


@dataclass(frozen=True, slots=True)
class Table:
    """Entries of one kind in one file, read by number; none where there is no file. `kind`: one of the tuples
    above."""

    path: Path
    kind: Any

    def __len__(self) -> int:
        size = self.path.stat().st_size if self.path.exists() else 0
        return size // _FORMS[self.kind].size

    def entries(self, first: int = 0, count: int | None = None) -> Iterator[Any]:
        """That many entries from the one with that number on; all of them."""
        form = _FORMS[self.kind]
        left = len(self) - first if count is None else count
        if left <= 0:
            return
        with self.path.open("rb") as file:
            file.seek(first * form.size)
            while left > 0:
                read = file.read(min(left, _READ_AT_ONCE) * form.size)
                if len(read) < form.size:
                    return
                for parts in form.iter_unpack(read):
                    yield self.kind._make(parts)
                left -= len(read) // form.size

    def entry(self, number: int) -> Any:
        """The entry with that number."""
        return next(self.entries(number, 1))


class Writer:
    """Appends entries to a file, or overwrites one."""

    def __init__(self, file: BinaryIO, kind: Any) -> None:
        self._file = file
        self._form = _FORMS[kind]
        self.count = 0

    def add(self, entry: tuple[Any, ...]) -> int:
        """Appends; the number of the entry."""
        self._file.write(self._form.pack(*entry))
        self.count += 1
        return self.count - 1

    def mark(self, number: int, trouble: int) -> None:
        """Says of an `Unplaced` that is there already what became of it."""
        self._file.seek((number + 1) * self._form.size - 1)
        self._file.write(bytes([trouble]))


class Buckets:
    """Entries of one kind by the first bits of their first member, a digest. A bucket's file is made when something
    comes into it."""

    def __init__(self, folder: Path, kind: Any) -> None:
        self.tables = [Table(folder / f"{kind.__name__}-{number:02}", kind) for number in range(BUCKETS)]
        self._kind = kind
        self._stack = ExitStack()
        self._writers: dict[int, Writer] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, entry: tuple[Any, ...]) -> None:
        """Appends to where its digest belongs."""
        number = entry[0][0] >> _SHIFT
        writer = self._writers.get(number)
        if writer is None:
            file = self._stack.enter_context(self.tables[number].path.open("ab"))
            writer = self._writers[number] = Writer(file, self._kind)
        writer.add(entry)
