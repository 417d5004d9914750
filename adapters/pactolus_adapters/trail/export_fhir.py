"""An export as FHIR R4, a resource on each line: an AuditEvent per record, a Provenance per decision.

The first line is the AuditEvent of the export itself and says whether patient data follow.
"""

from collections.abc import Iterator

from pactolus_adapters.fhir.log_events import LOG_EVENTS
from pactolus_adapters.fhir.write_log_record import (
    LogRecord,
    export_notice,
    log_audit_event,
    log_provenance,
)
from pactolus_adapters.trail.export_records import ExportedRecord, exported_records
from pactolus_adapters.trail.export_request import Export, Progress, not_told
from pactolus_engine.decision import Decision
from pactolus_engine.record import read_commitment
from pactolus_engine.trail import AuditTrail, Entry

__all__ = ["fhir_lines"]


def fhir_lines(
    log: AuditTrail, export: Export, local_base: str, progress: Progress = not_told
) -> Iterator[bytes]:
    """The lines, UTF-8, each with its newline. `local_base`: that of the site's code systems.

    What is wrong with a record is a detail of its AuditEvent. One that is missing, or whose leaf cannot be read,
    has none: its index is left out, and the other forms tell it.
    """
    yield export_notice(_own(export), local_base, _notice(export)) + b"\n"
    for record in exported_records(log, export, progress):
        if record.entry is None or record.commitment.get("event") not in LOG_EVENTS:
            continue
        told = _log_record(export, record, record.entry)
        yield log_audit_event(told, local_base) + b"\n"
        if told.event == "evaluation":
            yield log_provenance(told, local_base) + b"\n"


def _notice(export: Export) -> tuple[tuple[str, str], ...]:
    wanted = export.wanted
    texts = (
        ("contents", export.contents),
        ("first-index", str(wanted.first)),
        ("end-index", str(wanted.end)),
        ("since", wanted.since),
        ("until", wanted.until),
        ("tree-size", str(export.checkpoint.size)),
    )
    return tuple((name, text) for name, text in texts if text)


def _own(export: Export) -> LogRecord:
    entry, actor = export.entry, export.actor
    leaf = read_commitment(entry.leaf)
    return _told(export, entry, leaf, client=actor.client, tenant=actor.tenant)


def _log_record(export: Export, record: ExportedRecord, entry: Entry) -> LogRecord:
    listed, leaf = record.listed, record.commitment
    return _told(
        export,
        entry,
        leaf,
        client=listed.client if listed else leaf.get("client_pseudonym", ""),
        tenant=listed.tenant if listed else "",
        outcome=listed.outcome if listed else "",
        request_id=listed.request_id if listed else "",
        problem=record.problem,
        decision=record.payload.decision if record.payload else None,
    )


def _told(
    export: Export,
    entry: Entry,
    leaf: dict[str, str],
    *,
    client: str,
    tenant: str,
    outcome: str = "",
    request_id: str = "",
    problem: str = "",
    decision: Decision | None = None,
) -> LogRecord:
    return LogRecord(
        origin=export.own.log_origin,
        index=entry.index,
        leaf_hash=entry.leaf_hash,
        event=leaf["event"],
        outcome=outcome,
        recorded=leaf["recorded_at"],
        instant=leaf.get("instant", ""),
        client=client,
        tenant=tenant,
        request_id=request_id,
        patient_pseudonym=leaf.get("patient_pseudonym", ""),
        pack_id=leaf.get("pack_id", ""),
        pack_version=leaf.get("pack_version", ""),
        pack_digest=leaf.get("pack_digest", ""),
        software_version=leaf.get("software_version", ""),
        about=leaf.get("about", ""),
        erased_by=entry.erased_by,
        problem=problem,
        decision=decision,
    )
