"""Requests in files as a source: a folder of `*.json`, each a Bundle, a list or a resource; or Bundles line by line.

A request is taken as a caller would send it, and whatever is wrong in it is told by the reader of requests. Names of
files are not repeated: many tools name a patient's file after the patient.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import pyarrow as pa

from pactolus_adapters.replay.batches import RecordRow
from pactolus_adapters.replay.sources.ndjson import lines
from pactolus_adapters.replay.sources.never_evaluated import AskedNow, SourceUnusable, batches, error_row
from pactolus_adapters.replay.sources.on_disk import Request, Table, Writer
from pactolus_adapters.replay.sources.source_files import (
    NOT_FOLLOWED,
    DigestedFile,
    FileSeen,
    OpenFiles,
    digesting,
    index_folder,
    index_written,
    names_in,
)
from pactolus_adapters.replay.spec import Partition
from pactolus_adapters.request_way import HallwaySettings

__all__ = ["BundleSource", "open_bundles"]

_WHOLE: Final = ".json"
_BY_LINE: Final = ".ndjson"
_PIECE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class BundleSource:
    """`Source` over requests in files, in the order of the files' names, then of lines; can be pickled."""

    files: tuple[FileSeen, ...]
    requests: Table
    asked: AskedNow
    links: int

    @property
    def count(self) -> int:
        """How many requests there are."""
        return len(self.requests)

    @property
    def passed_over(self) -> Mapping[str, int]:
        """What was seen and is in no record: links and folders, which are not followed."""
        return {NOT_FOLLOWED: self.links} if self.links else {}

    def described(self) -> dict[str, str]:
        """What fixes the records, for the spec of a replay: one digest over the names, sizes and SHA-256 of all
        files, the instant, the settings."""
        digest = sha256(b"pactolus bundles 1\n")
        for one in self.files:
            digest.update(f"{one.path.name!r} {one.size} {one.digest}\n".encode())
        return {
            "kind": "bundles",
            **self.asked.described(),
            "files": str(len(self.files)),
            "bytes": str(sum(one.size for one in self.files)),
            "sha256": digest.hexdigest(),
        }

    def read(self, partition: Partition) -> Iterator[pa.RecordBatch]:
        """As `Source.read`."""
        return batches(self._rows(partition.first, partition.end))

    def _rows(self, first: int, end: int) -> Iterator[RecordRow]:
        with OpenFiles(self.files) as files:
            for index, one in enumerate(self.requests.entries(first, end - first), start=first):
                yield self._row(index, one, files)

    def _row(self, index: int, one: Request, files: OpenFiles) -> RecordRow:
        if one.length > self.asked.most:
            line = f", line {one.line}" if one.line else ""
            where = f"file {one.file + 1} in the order of names{line}"
            return error_row(index, f"{where}: a request is expected to have at most {self.asked.most} bytes")
        content = files.read(one.file, one.offset, one.length)
        return self.asked.row(index, (content.strip() if one.line else content,))


@contextmanager
def open_bundles(
    path: Path, instant: str, settings: HallwaySettings, workplace: Path | None = None
) -> Iterator[BundleSource]:
    """Indexes requests: a folder of `*.json` or of `*.ndjson`, or one such file. The rest as `open_bulk`."""
    asked = AskedNow.at(instant, settings)
    paths, links = _bundle_files(path)
    with index_folder(workplace) as folder:
        table = Table(folder / "requests", Request)
        with index_written(), table.path.open("wb") as file:
            writer = Writer(file, Request)
            files = tuple(_indexed(number, one, asked.most, writer) for number, one in enumerate(paths))
        yield BundleSource(files, table, asked, links)


def _bundle_files(path: Path) -> tuple[list[Path], int]:
    names, links = names_in(path)
    found = [one for one in names if one.suffix.lower() in {_WHOLE, _BY_LINE}]
    if len({one.suffix.lower() for one in found}) != 1:
        raise SourceUnusable(
            f"`{path}` is expected to hold requests as `*.json`, or as lines of `*.ndjson`: one of them"
        )
    return found, links


def _indexed(number: int, path: Path, most: int, requests: Writer) -> FileSeen:
    with digesting(path) as file:
        if path.suffix.lower() == _WHOLE:
            requests.add((number, 0, 0, _passed(file)))
        else:
            for line in lines(file, most):
                requests.add((number, line.number, line.offset, line.length))
        return file.seen()


def _passed(file: DigestedFile) -> int:
    """Passes over all that is left of a file; how many bytes."""
    size = 0
    while piece := file.readline(_PIECE):
        size += len(piece)
    return size
