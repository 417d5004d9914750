"""`AuditService.ExportRecords`: the records of the caller's tenant, as lines."""

from collections.abc import Callable, Iterator
from threading import BoundedSemaphore
from typing import Final

import grpc

from pactolus.v1 import audit_service_pb2 as audit
from pactolus_adapters.grpcapi.admission import slot
from pactolus_adapters.grpcapi.convert import actor
from pactolus_adapters.grpcapi.convert_export import wanted_export
from pactolus_adapters.grpcapi.errors import NotBuilt
from pactolus_adapters.trail.events import Actor
from pactolus_adapters.trail.export_files import Exporter

__all__ = ["STREAMS", "ExportMethods", "NewExporter"]

STREAMS: Final = 4
"""Streams of records that are open at once. Each holds a thread of the server for as long as its client takes to read
it, which may be for ever: beyond these the threads are for evaluations."""

NewExporter = Callable[[Actor], Exporter]
"""Gives whoever exports for a caller."""

_MESSAGE_BYTES: Final = 64 * 1024
"""Lines are put together up to this; a longer line goes alone."""


class ExportMethods:
    """`ExportRecords`."""

    _exporter: NewExporter | None
    _streams: BoundedSemaphore

    def ExportRecords(
        self, request: audit.ExportRecordsRequest, context: grpc.ServicerContext
    ) -> Iterator[audit.ExportRecordsResponse]:
        """Records that it exports, then gives the records of this tenant."""
        if self._exporter is None:
            raise NotBuilt("AuditService.ExportRecords")
        who = actor(context.invocation_metadata())
        wanted = wanted_export(request, who.tenant)
        with slot(self._streams):
            for part in _gathered(self._exporter(who).lines(wanted)):
                yield audit.ExportRecordsResponse(lines=part)


def _gathered(lines: Iterator[bytes]) -> Iterator[bytes]:
    held: list[bytes] = []
    size = 0
    for line in lines:
        if held and size + len(line) > _MESSAGE_BYTES:
            yield b"".join(held)
            held, size = [], 0
        held.append(line)
        size += len(line)
    yield b"".join(held)
