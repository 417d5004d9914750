"""Questions for recorded decisions from the wire, and what the records say in short."""

from typing import Final, Literal

from google.protobuf.timestamp_pb2 import Timestamp

from pactolus.v1 import audit_service_pb2 as audit
from pactolus.v1.decision_pb2 import OUTCOME_UNSPECIFIED, Outcome, PackIdentity
from pactolus_adapters.answers import decided_in
from pactolus_adapters.grpcapi.convert import instant_text, receipt_message
from pactolus_adapters.grpcapi.convert_decision import outcome_name, timestamp
from pactolus_adapters.trail.find import Query
from pactolus_adapters.trail.places import entry_at, leaf_of
from pactolus_engine.errors import InputInvalid, RecordGone, Violation
from pactolus_engine.ports import Receipt
from pactolus_engine.trail import AuditTrail, ListedRecord

__all__ = ["decision_record", "page_size", "query_asked_for", "record_asked_for"]

_USUAL_PAGE: Final = 50
_LARGEST_PAGE: Final = 500
_MOST: Final = {"rule": 128, "patient": 512}
"""Most characters of a filter; no record has longer ones."""


def record_asked_for(request: audit.GetDecisionRequest) -> int | str:
    """The index or the decision id. Raises `InputInvalid` when neither is named."""
    if request.WhichOneof("record") == "decision_id":
        if not request.decision_id:
            raise InputInvalid([Violation("decision_id", "expected the id of a decision")])
        return request.decision_id
    if not request.HasField("index") or request.index < 0:
        raise InputInvalid([Violation("index", "expected the index of a record, 0 or more")])
    return request.index


def page_size(request: audit.ListDecisionsRequest | audit.ListReplayDifferencesRequest) -> int:
    """How many records a page has at most. Raises `InputInvalid` for less than none."""
    if request.page_size < 0:
        raise InputInvalid([Violation("page_size", "expected 0 or more")])
    return min(request.page_size or _USUAL_PAGE, _LARGEST_PAGE)


def query_asked_for(request: audit.ListDecisionsRequest, tenant: str) -> Query:
    """The query for decisions of the tenant. Raises `InputInvalid` with everything that is wrong."""
    violations = [
        Violation(name, f"expected at most {most} characters")
        for name, most in _MOST.items()
        if len(getattr(request, name)) > most
    ]
    if request.pack.version and not request.pack.id:
        violations.append(Violation("pack.id", "expected the id of the pack whose version is meant"))
    if request.outcome not in Outcome.values():
        violations.append(Violation("outcome", "expected an outcome that this version knows"))
    since = _bound(request, "since", violations)
    until = _bound(request, "until", violations)
    if since and until and since >= until:
        violations.append(Violation("until", "expected an instant after `since`"))
    if violations:
        raise InputInvalid(violations)
    is_any = request.outcome == OUTCOME_UNSPECIFIED
    return Query(
        since=since,
        until=until,
        events=("evaluation",),
        outcome="" if is_any else Outcome.Name(request.outcome).removeprefix("OUTCOME_"),
        rule=request.rule,
        pack_id=request.pack.id,
        pack_version=request.pack.version,
        patient=request.patient,
        tenant=tenant,
    )


def _bound(
    request: audit.ListDecisionsRequest, name: Literal["since", "until"], violations: list[Violation]
) -> str:
    if not request.HasField(name):
        return ""
    stamp: Timestamp = getattr(request, name)
    text = instant_text(stamp)
    if text is None:
        violations.append(Violation(name, "expected an instant from year 1 to 9999"))
    return text or ""


def decision_record(log: AuditTrail, listed: ListedRecord) -> audit.DecisionRecord:
    """A listed decision in short; of one that was erased, what its leaf says."""
    entry = entry_at(log, listed.index)
    try:
        decided = decided_in(log.read(listed.index).output)
    except RecordGone:
        decided = None
    leaf = leaf_of(entry)
    pack = {name: leaf.get(f"pack_{name}", "") for name in ("id", "version", "digest")}
    return audit.DecisionRecord(
        receipt=receipt_message(Receipt(log.origin, listed.index, entry.leaf_hash)),
        decision_id=decided.decision_id if decided else "",
        outcome=outcome_name(decided.outcome) if decided else OUTCOME_UNSPECIFIED,
        pack=PackIdentity(**pack),
        record_time=timestamp(listed.recorded_at),
    )
