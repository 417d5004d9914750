"""An export as Parquet: a row for each record with its proof, and the signed checkpoint in the file's metadata.

A row can be checked alone, as a line of NDJSON. With patient data it holds what was encrypted, byte for byte, and
the salts of the digests in the leaf, so that it can be checked and evaluated again. See `docs/audit/export.md`.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from pactolus_adapters.trail.export_records import ExportedRecord, exported_records
from pactolus_adapters.trail.export_request import Export, Progress, not_told
from pactolus_adapters.trail.unreadable import class_of_unreadable
from pactolus_engine.ports import StoredRecord
from pactolus_engine.replay.result import ReplayClass
from pactolus_engine.trail import AuditTrail, Entry, ListedRecord

__all__ = ["PARQUET_FORM_VERSION", "PARQUET_METADATA", "parquet_schema", "write_parquet"]

PARQUET_FORM_VERSION: Final = "1"

PARQUET_METADATA: Final = "pactolus."
"""What the names of our metadata begin with."""

_ROW_GROUP: Final = 256
"""Records that are held at once, with their payloads, by whoever writes or reads the file."""

_TEXT: Final = pa.string()
_PUBLIC: Final = [
    ("index", pa.int64()),
    ("leaf", pa.binary()),
    ("leaf_hash", pa.binary()),
    ("key_id", _TEXT),
    ("has_payload", pa.bool_()),
    ("erased_by", pa.int64()),
    ("event", _TEXT),
    ("outcome", _TEXT),
    ("rules", pa.list_(_TEXT)),
    ("tenant", _TEXT),
    ("client", _TEXT),
    ("request_id", _TEXT),
    ("recorded_at", _TEXT),
    ("patient_pseudonym", _TEXT),
    ("pack_id", _TEXT),
    ("pack_version", _TEXT),
    ("about", pa.int64()),
    ("inclusion", pa.list_(pa.binary())),
    ("problem", _TEXT),
]
_WITH_PATIENT_DATA: Final = [
    ("input", pa.large_binary()),
    ("output", pa.large_binary()),
    ("input_salt", pa.binary()),
    ("output_salt", pa.binary()),
    ("unread", _TEXT),
    ("unread_class", _TEXT),
]
_REPEATED: Final = [
    *("event", "outcome", "rules.list.element", "tenant", "client", "pack_id", "pack_version"),
    *("problem", "unread_class"),
]
"""Columns of few different values; a dictionary of the others would only be in the way."""


def parquet_schema(*, with_patient_data: bool) -> pa.Schema:
    """The columns of an export. What a record does not have is null."""
    return pa.schema([*_PUBLIC, *(_WITH_PATIENT_DATA if with_patient_data else ())])


def write_parquet(log: AuditTrail, export: Export, out: IO[bytes], progress: Progress = not_told) -> None:
    """Writes the records, a row group at a time; what is wrong with one stands in its row.

    Raises `AuditUnavailable` when the store cannot be read at all.
    """
    with_patient_data = export.wanted.with_patient_data
    schema = parquet_schema(with_patient_data=with_patient_data)
    first = end = count = 0
    with pq.ParquetWriter(
        out,
        schema,
        compression="zstd",
        use_dictionary=_REPEATED,
        write_statistics=["index"],
        write_page_checksum=True,
    ) as writer:
        for page in _pages(exported_records(log, export, progress)):
            rows = [_row(one, with_patient_data=with_patient_data) for one in page]
            writer.write_table(pa.Table.from_pylist(rows, schema=schema), row_group_size=_ROW_GROUP)
            first, end, count = first if count else page[0].index, page[-1].index + 1, count + len(page)
        writer.add_key_value_metadata(_metadata(export, first, end, count))


def _pages(records: Iterable[ExportedRecord]) -> Iterator[list[ExportedRecord]]:
    left = iter(records)
    while page := list(islice(left, _ROW_GROUP)):
        yield page


def _metadata(export: Export, first: int, end: int, count: int) -> dict[str, str]:
    """What the file is. `first_index` and `end_index`: what was asked for; by time, what was found of it."""
    wanted = export.wanted
    is_by_time = bool(wanted.since or wanted.until)
    told = {
        "form_version": PARQUET_FORM_VERSION,
        "contents": export.contents,
        "patient_data": "true" if wanted.with_patient_data else "false",
        "log_origin": export.own.log_origin,
        "verifier_key": export.verifier_key,
        "checkpoint": export.note.decode(),
        "recorded_as": str(export.own.index),
        "first_index": str(first if is_by_time else wanted.first),
        "end_index": str(end if is_by_time else wanted.end),
        "records": str(count),
        "since": wanted.since,
        "until": wanted.until,
    }
    return {f"{PARQUET_METADATA}{name}": text for name, text in told.items()}


def _row(record: ExportedRecord, *, with_patient_data: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"index": record.index, "problem": record.problem}
    if record.entry is not None:
        row |= _public(record.entry, record.proof)
    if record.listed is not None:
        row |= _indexed(record.listed)
    return row | _payload(record) if with_patient_data else row


def _public(entry: Entry, proof: tuple[bytes, ...]) -> dict[str, Any]:
    names = ("leaf", "leaf_hash", "key_id", "has_payload", "erased_by")
    return {**{name: getattr(entry, name) for name in names}, "inclusion": proof}


def _indexed(listed: ListedRecord) -> dict[str, Any]:
    names = (
        *("event", "outcome", "rules", "tenant", "client", "request_id", "recorded_at"),
        *("patient_pseudonym", "pack_id", "pack_version", "about"),
    )
    return {name: getattr(listed, name) for name in names}


def _payload(record: ExportedRecord) -> dict[str, Any]:
    opened = record.opened
    if isinstance(opened, StoredRecord):
        return {name: getattr(opened, name) for name in ("input", "output", "input_salt", "output_salt")}
    problem = class_of_unreadable(opened) if opened is not None else ReplayClass.TAMPERED
    return {"unread": record.unread, "unread_class": (problem or ReplayClass.ERROR).value}
