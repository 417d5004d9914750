"""Which lines of a Bulk Data export belong to which patient: an index on disk, made in one pass over the files.

The patients stand in the order of the SHA-256 of their ids, whatever the order and number of the files. Memory does
not grow with the export: lines are spread over buckets, and one bucket at a time is joined or sorted. The index holds
digests and places, no content.
"""

from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Final

from pactolus_adapters.replay.sources.bulk_lines import BulkLine, Trouble, bulk_line
from pactolus_adapters.replay.sources.ndjson import Line, lines
from pactolus_adapters.replay.sources.on_disk import (
    Buckets,
    Mention,
    Orphan,
    Owned,
    Stretch,
    Table,
    Unplaced,
    Writer,
)
from pactolus_adapters.replay.sources.source_files import FileSeen, digesting

__all__ = ["PatientIndex", "digest_of", "index_patients"]

_UNPLACED: Final = "perhaps-unplaced"
_PLACED: Final = 0
_NEVER: Final = 2**64 - 1
"""In place of a number among the unplaced: of a line that need not have a patient."""

_TOO_LONG: Final = BulkLine(trouble=Trouble.TOO_LONG)


@dataclass(frozen=True, slots=True)
class PatientIndex:
    """The index as it lies on disk; can be pickled and opened in any process that sees the folder.

    `lines`: how many were read that are not blank. `passed_over`: how many are about no patient, by type.
    """

    files: tuple[FileSeen, ...]
    stretches: Table
    owned: Table
    unplaced: Table
    lines: int
    passed_over: Mapping[str, int]


def digest_of(text: str) -> bytes:
    """SHA-256 of an id or a `Type/id`; of whatever a JSON text may hold."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def index_patients(paths: list[Path], most: int, folder: Path) -> PatientIndex:
    """Indexes these files. `most`: bytes that a line may have. `folder`: for the index, empty.

    Raises `SourceUnusable` when a file cannot be read, `OSError` when the index cannot be written.
    """
    with ExitStack() as stack:
        index = _Pass(folder, stack)
        files = tuple(index.take(number, path, most) for number, path in enumerate(paths))
    passed_over = index.passed_over + _join(folder)
    unplaced = _still_unplaced(folder)
    owned, stretches = _sort(folder)
    passed = dict(sorted(passed_over.items()))
    return PatientIndex(files, stretches, owned, unplaced, index.lines, passed)


class _Pass:
    """The one pass over all lines."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.lines = 0
        self.passed_over: Counter[str] = Counter()
        self._owned = stack.enter_context(Buckets(folder, Owned))
        self._orphans = stack.enter_context(Buckets(folder, Orphan))
        self._mentions = stack.enter_context(Buckets(folder, Mention))
        self._unplaced = Writer(stack.enter_context((folder / _UNPLACED).open("wb")), Unplaced)

    def take(self, number: int, path: Path, most: int) -> FileSeen:
        """Indexes one file."""
        with digesting(path) as file:
            for line in lines(file, most):
                self.lines += 1
                found = _TOO_LONG if line.content is None else bulk_line(line.content)
                self._place(number, line, found)
            return file.seen()

    def _place(self, number: int, line: Line, found: BulkLine) -> None:
        place = (number, line.offset, line.length)
        if found.passed_over:
            self.passed_over[found.passed_over] += 1
        elif found.trouble is not None:
            self._unplaced.add((number, line.number, found.trouble))
        elif found.patient:
            owner = digest_of(found.patient)
            self._owned.add((owner, *place))
            for name in found.refers_to:
                self._mentions.add((digest_of(name), owner))
        else:
            kept = _NEVER if found.is_anybodys else self._unplaced.add((number, line.number, Trouble.NOBODY))
            self._orphans.add((digest_of(found.name), *place, kept))


def _join(folder: Path) -> Counter[str]:
    """Gives the lines without subject to the patients that have them; how many of them nobody has to have."""
    unused = 0
    with Buckets(folder, Owned) as owned, (folder / _UNPLACED).open("r+b") as file:
        unplaced = Writer(file, Unplaced)
        for orphans, mentions in zip(
            Buckets(folder, Orphan).tables, Buckets(folder, Mention).tables, strict=True
        ):
            waiting: dict[bytes, list[Orphan]] = {}
            for one in orphans.entries():
                waiting.setdefault(one.name, []).append(one)
            unused += _joined(waiting, mentions, owned, unplaced)
            for table in (orphans, mentions):
                table.path.unlink(missing_ok=True)
    return Counter({"Medication that no patient refers to": unused} if unused else {})


def _joined(waiting: Mapping[bytes, list[Orphan]], mentions: Table, owned: Buckets, unplaced: Writer) -> int:
    """Of one bucket. A line that is about somebody needs one owner; what is anybody's goes to all."""
    owners: dict[bytes, bytes | None] = {}
    for name, owner in mentions.entries():
        lines_ = waiting.get(name, ())
        if lines_ and lines_[0].unplaced == _NEVER:
            for one in lines_:
                owned.add((owner, one.file, one.offset, one.length))
            owners[name] = owner
        elif lines_:
            owners[name] = owner if owners.get(name, owner) == owner else None
    for name, only in owners.items():
        for one in waiting[name]:
            if one.unplaced == _NEVER:
                continue
            if only is not None:
                owned.add((only, one.file, one.offset, one.length))
            unplaced.mark(one.unplaced, _PLACED if only is not None else Trouble.SEVERAL)
    return sum(
        len(all_) for name, all_ in waiting.items() if name not in owners and all_[0].unplaced == _NEVER
    )


def _still_unplaced(folder: Path) -> Table:
    """The lines that go to no patient, in the order of files and lines."""
    perhaps, left = Table(folder / _UNPLACED, Unplaced), Table(folder / "unplaced", Unplaced)
    with left.path.open("wb") as file:
        writer = Writer(file, Unplaced)
        for one in perhaps.entries():
            if one.trouble != _PLACED:
                writer.add(one)
    perhaps.path.unlink()
    return left


def _sort(folder: Path) -> tuple[Table, Table]:
    """All lines of all patients, patient after patient, and where each begins."""
    owned, stretches = Table(folder / "owned", Owned), Table(folder / "stretches", Stretch)
    with owned.path.open("wb") as owned_file, stretches.path.open("wb") as stretch_file:
        lines_, patients = Writer(owned_file, Owned), Writer(stretch_file, Stretch)
        for bucket in Buckets(folder, Owned).tables:
            # A set, because a patient may refer to the same Medication many times.
            for owner, own in groupby(sorted(set(bucket.entries())), key=attrgetter("owner")):
                first, size = lines_.count, 0
                for one in own:
                    lines_.add(one)
                    size += one.length
                patients.add((owner, first, lines_.count - first, size))
            bucket.path.unlink(missing_ok=True)
    return owned, stretches
