"""Records out of Parquet exports: a file, or a folder of them, without the log that they were exported from.

Every index of the range has a row. What a file, a row group or a record does not prove or does not give is said in
the row; a file that cannot be read at all ends the replay, unless the others show which records were in it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import pyarrow as pa

from pactolus_adapters.replay.batches import RecordRow, record_batch
from pactolus_adapters.replay.sources.export_file import (
    ExportFile,
    ExportUnreadable,
    Group,
    GroupDamaged,
    open_export_file,
)
from pactolus_adapters.replay.sources.export_row import found_in, is_proved
from pactolus_adapters.replay.sources.found import altered_row, row_of
from pactolus_adapters.replay.sources.source_files import NOT_FOLLOWED, names_in
from pactolus_adapters.replay.spec import Partition
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.trail.places import leaf_fields
from pactolus_engine.replay.result import ReplayClass

__all__ = ["ExportSource"]

_WINDOW: Final = 256
"""Records that are held at once; a row group of our own has as many."""

_HELD_GROUPS: Final = 2
_MOST_CLAIMS: Final = 1024

_Place = tuple[ExportFile, Group]
_Read = list[RecordRow] | GroupDamaged

_RANKS: Final = ("tampered", "", "erased", "error", "input-missing")
"""Which of several rows of one record counts: a forgery is never covered up by a copy that is whole."""


class ExportSource:
    """`Source` over exports of one log. `first` and `end`: the records that are to be in them. `passed_over`: links and
    folders beside the files, which are not followed.

    Can be pickled: it is opened anew in any process that sees the files, which raises `ExportUnreadable` when they
    are not those of before.
    """

    def __init__(self, path: Path, verifier_key: str = "") -> None:
        """`path`: a Parquet file or a folder of `*.parquet`. `verifier_key`: the log's public key, from somebody who
        is trusted; empty takes the one in the files. Raises `ExportUnreadable`, and `VerifierKeyInvalid` for a
        text that is no key."""
        self._opened_with = (path, verifier_key)
        verifier = NoteVerifier.from_text(verifier_key) if verifier_key else None
        self._files, self._unreadable, others = _opened(path, verifier)
        self.passed_over: Mapping[str, int] = {NOT_FOLLOWED: others} if others else {}
        _check_same_log(self._files)
        self.first = min(file.first for file in self._files)
        self.end = max(file.end for file in self._files)
        self._check_gaps()
        self._rows_of = lru_cache(_HELD_GROUPS)(self._read_group)
        self._claimed = lru_cache(_MOST_CLAIMS)(self._claim)

    def __reduce__(self) -> tuple[Callable[..., "ExportSource"], tuple[object, ...]]:
        return _reopened, (*self._opened_with, self.first, self.end, self.described())

    def described(self) -> dict[str, str]:
        """What fixes the content: which log, the largest signed tree of the files, the key that signed it, whether
        patient data are in all of them, and the files that cannot be read."""
        largest = max((file.checkpoint for file in self._files), key=lambda checkpoint: checkpoint.size)
        with_data = sum(file.has_patient_data for file in self._files)
        return {
            "kind": "export",
            "origin": largest.origin,
            "tree_size": str(largest.size),
            "root": largest.root.hex(),
            "verifier_key": self._files[0].verifier_key,
            "files": str(len(self._files)),
            "files_with_patient_data": str(with_data),
            "unreadable": ", ".join(sorted(self._unreadable)),
        }

    def read(self, partition: Partition) -> Iterator[pa.RecordBatch]:
        """As `Source.read`."""
        places = self._places(partition.first, partition.end)
        for first in range(partition.first, partition.end, _WINDOW):
            yield record_batch(self._window(range(first, min(first + _WINDOW, partition.end)), places))

    # --- a window of records --------------------------------------------------------------------

    def _places(self, first: int, end: int) -> list[_Place]:
        """The row groups that tell of any of these records."""
        return [
            (file, group)
            for file in self._files
            for group in file.groups
            if group.first < end and first < group.end
        ]

    def _window(self, window: range, places: Sequence[_Place]) -> Iterator[RecordRow]:
        found: dict[int, list[RecordRow]] = {}
        damaged: list[tuple[Group, str]] = []
        for file, group in places:
            if group.first >= window.stop or group.end <= window.start:
                continue
            read = self._rows_of(file, group)
            if isinstance(read, GroupDamaged):
                damaged.append((group, str(read)))
                continue
            for row in read:
                if row.index in window:
                    found.setdefault(row.index, []).append(row)
        for index in window:
            rows = found.get(index)
            yield _of_several(rows) if rows else self._missing(index, damaged)

    def _read_group(self, file: ExportFile, group: Group) -> _Read:
        try:
            rows = file.rows(group, payloads=True)
        except GroupDamaged as damage:
            return damage
        return [row_of(found_in(row, file.checkpoint), row["index"], self._claimed) for row in rows]

    def _missing(self, index: int, damaged: Sequence[tuple[Group, str]]) -> RecordRow:
        why = next((text for group, text in damaged if group.first <= index < group.end), "")
        if not why and self._unreadable:
            names = " or ".join(f"`{name}`" for name in sorted(self._unreadable))
            why = f"none of the files that can be read holds it; {names} cannot be read"
        if not why and any(file.is_by_time and file.first <= index < file.end for file in self._files):
            why = "it is not of the time that was exported"
        detail = f"not in the export: {why or 'its row is missing'}"
        return RecordRow(index, problem=ReplayClass.INPUT_MISSING.value, detail=detail)

    def _claim(self, index: int) -> Mapping[str, str] | None:
        """What the leaf of that record says, where it is in the export; a leaf that is not proved says nothing."""
        for file, group in self._places(index, index + 1):
            try:
                rows = file.rows(group, payloads=False)
            except GroupDamaged:
                continue
            for row in rows:
                if row["index"] == index:
                    return leaf_fields(row["leaf"]) if is_proved(row, file.checkpoint) else {}
        return None

    # --- files ----------------------------------------------------------------------------------

    def _check_gaps(self) -> None:
        """Files that cannot be read may be passed over when the others show where the records of each were."""
        files = sorted(self._files, key=lambda file: file.first)
        gaps, reach = 0, files[0].end
        for file in files:
            gaps += file.first > reach
            reach = max(reach, file.end)
        if len(self._unreadable) <= gaps:
            return
        for name, unreadable in self._unreadable.items():
            raise ExportUnreadable(
                name,
                f"{unreadable.violations[0].description}; the other files do not show which records were in it: replace it, "
                "or take it away",
            ) from unreadable


def _reopened(
    path: Path, verifier_key: str, first: int, end: int, described: Mapping[str, str]
) -> ExportSource:
    source = ExportSource(path, verifier_key)
    if (source.first, source.end, source.described()) != (first, end, described):
        raise ExportUnreadable(
            path.name, "expected the export that the replay began with: it was changed since"
        )
    return source


def _opened(
    path: Path, verifier: NoteVerifier | None
) -> tuple[list[ExportFile], dict[str, ExportUnreadable], int]:
    """The exports at that place, the files that are none, and how many other things are there."""
    if not path.is_dir():
        return [open_export_file(path, verifier)], {}, 0
    names, others = names_in(path)
    files: list[ExportFile] = []
    unreadable: dict[str, ExportUnreadable] = {}
    for one in names:
        if one.suffix.lower() != ".parquet":
            continue
        try:
            files.append(open_export_file(one, verifier))
        except ExportUnreadable as error:
            unreadable[one.name] = error
    if files:
        return files, unreadable, others
    for first in unreadable.values():
        raise first
    raise ExportUnreadable(path.name, "expected files named `*.parquet` in the folder")


def _check_same_log(files: Sequence[ExportFile]) -> None:
    """Checkpoints that one key has signed for one log, of which none contradicts another."""
    roots: dict[int, bytes] = {}
    for file in files:
        if file.verifier_key != files[0].verifier_key:
            raise ExportUnreadable(
                file.path.name,
                f"expected an export of the same log, signed by the same key, as `{files[0].path.name}`",
            )
        if roots.setdefault(file.checkpoint.size, file.checkpoint.root) != file.checkpoint.root:
            raise ExportUnreadable(
                file.path.name,
                f"expected the history that another file shows: the log has signed two trees of "
                f"`{file.checkpoint.size}` records",
            )


def _of_several(rows: Sequence[RecordRow]) -> RecordRow:
    """The row that counts of a record which several files, or several rows, hold."""
    best = min(rows, key=lambda row: _RANKS.index(row.problem))
    if len({row.leaf_hash for row in rows}) > 1 and best.problem != ReplayClass.TAMPERED:
        detail = f"record `{best.index}` is in the export more than once, with different leaves"
        return altered_row(best.index, best.leaf_hash, detail)
    return best
