"""One Parquet file of an export: what it holds by its signed checkpoint, and its records a row group at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from pactolus_adapters.replay.sources.export_row import PAYLOAD_COLUMNS, PUBLIC_COLUMNS, ExportedRow
from pactolus_adapters.tlog.checkpoint import Checkpoint, open_checkpoint
from pactolus_adapters.tlog.errors import TlogInvalid
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.trail.export_parquet import PARQUET_FORM_VERSION, PARQUET_METADATA, parquet_schema
from pactolus_engine.errors import InputInvalid, Violation

__all__ = ["ExportFile", "ExportUnreadable", "Group", "GroupDamaged", "open_export_file"]

_UNFIT: Final = (pa.ArrowException, OSError, ValueError, TypeError, LookupError, AttributeError, MemoryError)
"""What it comes to when a file is read that is no Parquet, is torn, or holds other things than it says."""


class ExportUnreadable(InputInvalid):
    """A file is no export that this version can read, or its checkpoint is not signed."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__([Violation(name, what)])


_DIGITS: Final = 18
"""Of an index: whatever is longer is none, and Python reads no number of some thousand digits."""


class GroupDamaged(Exception):
    """A row group of a file cannot be read."""


@dataclass(frozen=True, slots=True)
class Group:
    """A row group: by the file's word records `first` to before `end`, though perhaps not each of them."""

    number: int
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class ExportFile:
    """An export whose checkpoint was verified. By its own word it holds the records `first` to before `end`."""

    path: Path
    first: int
    end: int
    is_by_time: bool
    has_patient_data: bool
    verifier_key: str
    checkpoint: Checkpoint
    groups: tuple[Group, ...]
    layout: pq.FileMetaData

    def rows(self, group: Group, *, payloads: bool) -> list[ExportedRow]:
        """The records of a row group as they stand there; those without an index are none. Raises `GroupDamaged`."""
        columns = [*PUBLIC_COLUMNS, *(PAYLOAD_COLUMNS if payloads and self.has_patient_data else ())]
        try:
            with pq.ParquetFile(self.path, metadata=self.layout, page_checksum_verification=True) as file:
                rows: list[dict[str, Any]] = file.read_row_group(group.number, columns=columns).to_pylist()
        except _UNFIT as error:
            raise GroupDamaged(f"row group `{group.number}` of `{self.path.name}` cannot be read") from error
        return [row for row in rows if row["index"] is not None]


def open_export_file(path: Path, verifier: NoteVerifier | None = None) -> ExportFile:
    """The export in a file. `verifier`: the log's key, from somebody who is trusted; None takes the key in the file,
    by which nothing in it was altered since, whoever's log it is. Raises `ExportUnreadable`."""
    layout, schema = _layout(path)
    told = _metadata(layout)
    if told.get("form_version") != PARQUET_FORM_VERSION:
        raise ExportUnreadable(
            path.name,
            f"expected an export of form version `{PARQUET_FORM_VERSION}`, as `pactolus audit export --format parquet` "
            "of this version writes it",
        )
    has_patient_data = told.get("patient_data") == "true"
    if not schema.equals(parquet_schema(with_patient_data=has_patient_data)):
        raise ExportUnreadable(path.name, "expected the columns of an export of its form version")
    checkpoint, verifier = _checkpoint(path, told, verifier)
    groups = _groups(path, layout)
    first, end = _range(path, told, groups, checkpoint.size)
    is_by_time = bool(told.get("since") or told.get("until"))
    return ExportFile(
        path, first, end, is_by_time, has_patient_data, verifier.text, checkpoint, groups, layout
    )


def _layout(path: Path) -> tuple[pq.FileMetaData, pa.Schema]:
    try:
        with pq.ParquetFile(path) as file:
            return file.metadata, file.schema_arrow
    except FileNotFoundError:
        raise ExportUnreadable(path.name, "expected a file that is there") from None
    except _UNFIT as error:
        raise ExportUnreadable(
            path.name, "expected a whole Parquet file: its end, which tells what is in it, is torn or none"
        ) from error


def _metadata(layout: pq.FileMetaData) -> dict[str, str]:
    ours = PARQUET_METADATA.encode()
    return {
        name.removeprefix(ours).decode("utf-8", "replace"): text.decode("utf-8", "replace")
        for name, text in (layout.metadata or {}).items()
        if name.startswith(ours)
    }


def _checkpoint(
    path: Path, told: Mapping[str, str], verifier: NoteVerifier | None
) -> tuple[Checkpoint, NoteVerifier]:
    whose = "the key in the file" if verifier is None else "the key that was given"
    try:
        verifier = verifier or NoteVerifier.from_text(told.get("verifier_key", ""))
        checkpoint, _ = open_checkpoint(told.get("checkpoint", "").encode(), [verifier])
    except TlogInvalid as error:
        raise ExportUnreadable(
            path.name, f"expected a checkpoint that {whose} has signed: {error}"
        ) from error
    return checkpoint, verifier


def _groups(path: Path, layout: pq.FileMetaData) -> tuple[Group, ...]:
    try:
        told = [
            (number, layout.row_group(number).column(0).statistics) for number in range(layout.num_row_groups)
        ]
        return tuple(Group(number, told_.min, told_.max + 1) for number, told_ in told)
    except _UNFIT as error:
        raise ExportUnreadable(
            path.name, "expected row groups that tell which records are in them"
        ) from error


def _range(path: Path, told: Mapping[str, str], groups: tuple[Group, ...], size: int) -> tuple[int, int]:
    """What is in the file by its metadata and by its row groups: each record that either tells of has a row."""
    texts = [told.get(name, "") for name in ("first_index", "end_index")]
    if not all(text.isascii() and text.isdecimal() and len(text) <= _DIGITS for text in texts):
        raise ExportUnreadable(path.name, "expected metadata that tell which records are in it")
    first, end = (int(text) for text in texts)
    first = min([first, *(group.first for group in groups)])
    end = max([end, *(group.end for group in groups)])
    if not 0 <= first <= end <= size:
        raise ExportUnreadable(
            path.name, f"expected records from `0` to before `{size}`, as its checkpoint says"
        )
    return first, end
