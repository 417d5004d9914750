"""A request for an export, from the wire."""

from typing import Final

from pactolus.v1.audit_service_pb2 import EXPORT_FORMAT_FHIR, EXPORT_FORMAT_NDJSON, ExportRecordsRequest
from pactolus_adapters.trail.export_request import Wanted
from pactolus_engine.errors import InputInvalid, Violation

__all__ = ["wanted_export"]

_FORMS: Final = {EXPORT_FORMAT_NDJSON: "ndjson", EXPORT_FORMAT_FHIR: "fhir"}


def wanted_export(request: ExportRecordsRequest, tenant: str) -> Wanted:
    """What is wanted, of this tenant alone. Raises `InputInvalid` when no known form is named."""
    form = _FORMS.get(request.format)
    if form is None:
        expected = "expected `EXPORT_FORMAT_NDJSON` or `EXPORT_FORMAT_FHIR`"
        raise InputInvalid([Violation("format", expected)])
    return Wanted(
        form,
        request.first_index,
        request.end_index,
        tenant=tenant,
        with_patient_data=request.with_patient_data,
    )
