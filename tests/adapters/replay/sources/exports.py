"""Small exports on disk, and what a source makes of them."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.replay.batches import RecordRow, record_rows
from pactolus_adapters.replay.ports import Source
from pactolus_adapters.replay.spec import Partition
from pactolus_adapters.request_way import HallwaySettings
from pactolus_engine.record import ReceivedRequest, read_stored_input

__all__ = [
    "INSTANT",
    "SETTINGS",
    "about",
    "line",
    "patient",
    "request",
    "requests",
    "rows",
    "settings",
    "written",
]

INSTANT = "2026-03-01T09:00:00.000Z"


def settings(limits: Limits | None = None, known_bases: tuple[str, ...] = ()) -> HallwaySettings:
    """Settings as an operator has them who chose nothing."""
    base = "https://pactolus.example/fhir/CodeSystem/"
    return HallwaySettings("midas-consolidation", base, limits or Limits(), {"pactolus": "0"}, known_bases)


SETTINGS = settings()


def line(resource: Mapping[str, Any]) -> bytes:
    """A resource as a line, without its line feed."""
    return json.dumps(resource).encode()


def patient(name: str) -> bytes:
    """The Patient of that id."""
    return line({"resourceType": "Patient", "id": name})


def about(reference: str, name: str, **elements: Any) -> bytes:
    """An Observation of that id about whom the reference names."""
    subject = {"reference": reference}
    return line({"resourceType": "Observation", "id": name, "subject": subject, **elements})


def written(folder: Path, files: Mapping[str, Iterable[bytes]]) -> Path:
    """The files in a folder that is new; every line ends in a line feed."""
    folder.mkdir()
    for name, lines in files.items():
        (folder / name).write_bytes(b"".join(one + b"\n" for one in lines))
    return folder


def rows(source: Source, first: int, end: int) -> list[RecordRow]:
    """The records of a source, as it gives them."""
    batches: list[pa.RecordBatch] = list(source.read(Partition(0, first, end)))
    return [row for batch in batches for row in record_rows(batch)]


def request(row: RecordRow) -> ReceivedRequest:
    """The request that a row holds."""
    return read_stored_input(row.input).request


def requests(found: list[RecordRow]) -> dict[str, tuple[bytes, ...]]:
    """The resources of each patient, of the rows without a problem."""
    return {one.patient: one.resources for one in (request(row) for row in found if not row.problem)}
