"""Parquet exports of logs for tests, whole ones and such as somebody has written over."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pactolus_adapters.replay.batches import RecordRow, record_rows
from pactolus_adapters.replay.ports import Source
from pactolus_adapters.replay.sources.export import ExportSource
from pactolus_adapters.replay.spec import Partition
from pactolus_adapters.trail.export_request import Wanted
from pactolus_engine.trail import AuditTrail
from tests.support.audit_exports import exporter

__all__ = ["exported", "metadata_of", "rewritten", "rows_of", "rows_of_export"]

Rows = list[dict[str, Any]]


def exported(
    log: AuditTrail, out: Path, first: int = 0, end: int = 0, *, with_patient_data: bool = True
) -> Path:
    """An export of these records."""
    exporter(log).write(Wanted("parquet", first, end, with_patient_data=with_patient_data), out)
    return out


def rewritten(path: Path, edit: Callable[[Rows], Rows | None] = lambda rows: rows, **metadata: str) -> Path:
    """The same file with other rows, or other metadata: whoever can write to it can do that."""
    table = pq.read_table(path)
    before = table.to_pylist()
    edited = edit(before)
    rows = before if edited is None else edited
    told = metadata_of(path) | metadata
    with pq.ParquetWriter(path, table.schema.remove_metadata(), compression="zstd") as writer:
        for at in range(0, len(rows), 256):
            writer.write_table(pa.Table.from_pylist(rows[at : at + 256], table.schema.remove_metadata()))
        writer.add_key_value_metadata({f"pactolus.{name}": text for name, text in told.items()})
    return path


def metadata_of(path: Path) -> dict[str, str]:
    """What the file says of itself."""
    found: dict[bytes, bytes] = pq.read_metadata(path).metadata
    return {
        name.decode().removeprefix("pactolus."): text.decode()
        for name, text in found.items()
        if name.startswith(b"pactolus.")
    }


def rows_of(source: Source, first: int, end: int) -> list[RecordRow]:
    """The rows of one partition."""
    return [row for batch in source.read(Partition(0, first, end)) for row in record_rows(batch)]


def rows_of_export(path: Path) -> list[RecordRow]:
    """All that an export holds."""
    source = ExportSource(path)
    return rows_of(source, source.first, source.end)
