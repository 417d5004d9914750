"""An export as NDJSON: a header line, a line for each record, and the signed checkpoint at the end.

A line of a record can be checked alone: hash its leaf (`leaf_base64`), follow `inclusion`, compare with the root in
the checkpoint, verify that with the log's public key. See `docs/audit/formats.md`.
"""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pactolus_adapters.trail.export_payload import Payload
from pactolus_adapters.trail.export_records import ExportedRecord, exported_records
from pactolus_adapters.trail.export_request import Export, Progress, not_told
from pactolus_engine.trail import AuditTrail, Entry, ListedRecord

__all__ = ["FORM_VERSION", "ndjson_lines"]

FORM_VERSION: Final = "1"


def ndjson_lines(log: AuditTrail, export: Export, progress: Progress = not_told) -> Iterator[bytes]:
    """The lines, UTF-8, each with its newline."""
    yield _line(_header(export))
    count = 0
    for record in exported_records(log, export, progress):
        count += 1
        yield _line(_record(record, export.checkpoint.size))
    yield _line({"kind": _json("checkpoint"), "records": _json(count), "note": _json(export.note.decode())})


def _header(export: Export) -> dict[str, str]:
    wanted = export.wanted
    return _encoded(
        {
            "kind": "export",
            "contents": export.contents,
            "form_version": FORM_VERSION,
            "patient_data": wanted.with_patient_data,
            "log_origin": export.own.log_origin,
            "verifier_key": export.verifier_key,
            "recorded_as": export.own.index,
            "first_index": wanted.first,
            "end_index": wanted.end,
            "since": wanted.since,
            "until": wanted.until,
            "tenant": wanted.tenant,
            "tree_size": export.checkpoint.size,
        }
    )


def _record(record: ExportedRecord, size: int) -> dict[str, str]:
    told: dict[str, Any] = {"kind": "record", "index": record.index, "problem": record.problem}
    if record.entry is not None:
        told |= _public(record, record.entry, size)
    if record.listed is not None:
        told |= _indexed(record.listed)
    if record.unread:
        told["unread"] = record.unread
    return _encoded(told) | (_payload(record.payload) if record.payload else {})


def _public(record: ExportedRecord, entry: Entry, size: int) -> dict[str, Any]:
    return {
        "leaf": record.commitment,
        "leaf_base64": b64encode(entry.leaf).decode(),
        "leaf_hash": entry.leaf_hash.hex(),
        "inclusion": {"tree_size": size, "hashes": [b64encode(one).decode() for one in record.proof]},
        "has_payload": entry.has_payload,
        "erased_by": entry.erased_by,
    }


def _indexed(listed: ListedRecord) -> dict[str, Any]:
    return {
        "event": listed.event,
        "outcome": listed.outcome,
        "rules": list(listed.rules),
        "tenant": listed.tenant,
        "client": listed.client,
        "request_id": listed.request_id,
        "recorded_at": listed.recorded_at,
        "patient_pseudonym": listed.patient_pseudonym,
        "pack_id": listed.pack_id,
        "pack_version": listed.pack_version,
        "about": listed.about,
    }


def _payload(payload: Payload) -> dict[str, str]:
    """Decision and Bundle are JSON texts already: their numbers are never read."""
    texts = {"decision": payload.decision_text, "bundle": payload.bundle}
    parts = {"details": payload.details, "input": payload.input, "refusal": payload.refusal}
    return {name: _json(part) for name, part in parts.items() if part} | {
        name: text for name, text in texts.items() if text
    }


def _encoded(told: Mapping[str, Any]) -> dict[str, str]:
    return {name: _json(value) for name, value in told.items()}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def _line(parts: Mapping[str, str]) -> bytes:
    """One object of parts that are JSON already. A line break can only stand between tokens, where it means nothing."""
    members = ",".join(f"{_json(name)}:{part}" for name, part in parts.items())
    return f"{{{members}}}".replace("\r", " ").replace("\n", " ").encode() + b"\n"
