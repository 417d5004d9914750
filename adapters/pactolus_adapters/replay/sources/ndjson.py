"""The lines of an NDJSON file, with their places; what is longer than a request may be is passed without being held."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pactolus_adapters.replay.sources.source_files import DigestedFile

__all__ = ["Line", "lines"]

_PIECE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank. `number` from 1, `offset` and `length` in bytes, without the line feed. `content`: None
    when the line is too long."""

    number: int
    offset: int
    length: int
    content: bytes | None


def lines(file: DigestedFile, most: int) -> Iterator[Line]:
    """Every line that is not blank, in order; the last one may lack its line feed. `most`: bytes that are held."""
    number = offset = 0
    while read := file.readline(most + 1):
        number += 1
        if len(read) > most and not read.endswith(b"\n"):
            length = len(read) + _rest(file)
            yield Line(number, offset, length, None)
            offset += length + 1
            continue
        content = read.removesuffix(b"\n")
        if content.strip():
            yield Line(number, offset, len(content), content)
        offset += len(read)


def _rest(file: DigestedFile) -> int:
    """Passes over the rest of a line; how many bytes it had before the line feed."""
    passed = 0
    while piece := file.readline(_PIECE):
        passed += len(piece)
        if piece.endswith(b"\n"):
            return passed - 1
    return passed
