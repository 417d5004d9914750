"""Rows for requests that nobody has evaluated yet: as if they had been received at one instant under these settings."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pyarrow as pa

from pactolus_adapters.instants import written
from pactolus_adapters.replay.batches import RecordRow, record_batch
from pactolus_adapters.request_way import HallwaySettings
from pactolus_engine.decision import PackIdentity
from pactolus_engine.errors import PactolusError
from pactolus_engine.record import DecidedBy, ReceivedRequest, stored_input
from pactolus_engine.replay.result import ReplayClass

__all__ = ["AskedNow", "SourceUnusable", "batches", "error_row"]

_EVENT: Final = "evaluation"
_MOST_ROWS: Final = 64
_MOST_BYTES: Final = 8 * 1024 * 1024


class SourceUnusable(PactolusError):
    """What is named as a source is none, or cannot be read whole; says what was found and what is expected."""


@dataclass(frozen=True, slots=True)
class AskedNow:
    """When and under which settings the requests are taken to be made; can be pickled.

    `most`: bytes of FHIR JSON that one request may hold.
    """

    decided: DecidedBy
    most: int

    @classmethod
    def at(cls, instant: str, settings: HallwaySettings) -> "AskedNow":
        """`instant`: RFC 3339 in UTC with milliseconds, else `ValueError`."""
        if written(datetime.fromisoformat(instant)) != instant:
            raise ValueError("the instant of a replay is expected as RFC 3339 in UTC with milliseconds")
        nobody = PackIdentity("", "", "")
        decided = DecidedBy(instant, nobody, {}, settings.recorded(), dict(settings.versions))
        return cls(decided, settings.limits.request_bytes)

    def row(self, index: int, resources: tuple[bytes, ...], patient: str = "") -> RecordRow:
        """The row of a request. `patient`: as a caller names it, or empty."""
        request = ReceivedRequest(resources=resources, patient=patient)
        return RecordRow(index, event=_EVENT, input=stored_input(request, self.decided))

    def described(self) -> dict[str, str]:
        """What of an answer this fixes, for the spec of a replay."""
        settings = {f"setting {name}": text for name, text in self.decided.settings.items()}
        return {"instant": self.decided.instant, **settings}


def error_row(index: int, detail: str) -> RecordRow:
    """The row of what cannot be made a request. `detail`: where and why, without patient data."""
    return RecordRow(index, event=_EVENT, problem=ReplayClass.ERROR.value, detail=detail)


def batches(rows: Iterable[RecordRow]) -> Iterator[pa.RecordBatch]:
    """The rows as batches that stay small in number and in bytes; one large request is a batch of its own."""
    held: list[RecordRow] = []
    size = 0
    for row in rows:
        if held and (len(held) >= _MOST_ROWS or size + len(row.input) > _MOST_BYTES):
            yield record_batch(held)
            held, size = [], 0
        held.append(row)
        size += len(row.input)
    if held:
        yield record_batch(held)
