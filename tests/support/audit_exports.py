"""A log with a record of everything that can be in one, and its exports; the same bytes each time."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count

from pactolus_adapters.answers import encode_answer, encode_refusal
from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.fhir.envelope import Envelope
from pactolus_adapters.fhir.write import write
from pactolus_adapters.trail.events import Actor, Event, EventRecorder
from pactolus_adapters.trail.export_files import Exporter
from pactolus_engine.decision import Decision, Outcome
from pactolus_engine.errors import InputInvalid, Violation
from pactolus_engine.ports import EVENTS, DestroyKey, NewRecord, PrunePayloads
from pactolus_engine.record import DecidedBy, ReceivedRequest, stored_input
from pactolus_engine.trail import AuditTrail
from tests.contract.audit_log import new_record
from tests.support.decisions import a_decision, a_pack, some_facts

__all__ = ["BASE", "ERASED", "HOSTILE", "a_full_log", "a_log_of", "evaluation", "exporter", "ticking"]

BASE = "https://pactolus.example/fhir/CodeSystem/"
HOSTILE = '<script>alert("x")</script>&\'"\u202e\r\n</td>=cmd|x'
ERASED = "Patient/erased"

_DECIDED = DecidedBy(
    "2026-03-01T09:00:00.000Z", a_decision(Outcome.OFFER).pack, {}, {}, {"pactolus": "0.1.0"}
)


def ticking() -> Callable[[], datetime]:
    """A clock that goes on by a second each time somebody looks."""
    seconds = count()
    return lambda: datetime(2026, 3, 1, 9, 0, tzinfo=UTC) + timedelta(seconds=next(seconds))


def _never_random() -> Callable[[int], bytes]:
    numbers = count()
    return lambda length: (sha256(str(next(numbers)).encode()).digest() * 8)[:length]


def evaluation(
    decision: Decision, request_id: str = "", bundle: bytes | None = None, client: str = "ehr"
) -> NewRecord:
    """The record of an evaluation that came to this decision; `bundle` None: of the small pack."""
    request = ReceivedRequest(
        resources=(b'{"resourceType": "Observation",\n "valueQuantity": {"value": 0.00001000}}', b"\xff"),
        patient=decision.patient,
        request_id=request_id,
        client=client,
        tenant="clinic",
    )
    bundle = _written(decision, request_id) if bundle is None else bundle
    return NewRecord(
        event="evaluation",
        tenant="clinic",
        client=client,
        patient_key=decision.patient,
        request_id=request_id,
        request_digest="ab" * 32,
        instant=decision.evaluation_time,
        commitment={
            "pack_id": decision.pack.id,
            "pack_version": decision.pack.version,
            "pack_digest": "ab" * 32,
            "engine_version": "2.0.28",
            "software_version": "0.1.0",
        },
        input=stored_input(request, _DECIDED),
        output=encode_answer(decision, bundle),
        outcome=decision.outcome.value,
        rules=tuple(reason.rule for reason in decision.reasons if reason.truth == "true"),
        decision_id=decision.decision_id,
    )


def _written(decision: Decision, request_id: str) -> bytes:
    facts, sender = some_facts(decision.patient), Envelope(request_id, "ehr", "clinic")
    return write(decision, a_pack(), facts, sender, local_base=BASE, engine_version="0.1.0")


def _refusal() -> NewRecord:
    refused = InputInvalid([Violation("Observation.status", "expected a code of the value set")])
    return replace(
        evaluation(a_decision(Outcome.HOLD)),
        event="refusal",
        patient_key="",
        outcome="",
        rules=(),
        decision_id="",
        commitment={},
        output=encode_refusal(refused),
    )


def a_full_log(*decisions: Decision) -> MemoryAuditLog:
    """An evaluation of every outcome, in plain and in hostile words, and of `decisions`; one that was erased; a
    refusal; every other event."""
    clock = ticking()
    log = MemoryAuditLog(clock, _never_random(), origin="log.example/exports")
    for record in _records(decisions):
        log.append(record)
    recorder, auditor = EventRecorder(log, clock), Actor("cli:auditor", "clinic")
    (key_id,) = log.keys_of("clinic", (ERASED,))
    recorder.record(auditor, Event("erasure", {"ground": "asked for"}, change=DestroyKey(key_id)))
    recorder.record(auditor, Event("pruning", {}, change=PrunePayloads(1)))
    for kind in EVENTS[3:]:
        recorder.record(auditor, Event(kind, {"said": HOSTILE}, about=3))
    return log


def a_log_of(count_: int) -> MemoryAuditLog:
    """A log of so many small records."""
    log = MemoryAuditLog(ticking(), _never_random(), origin="log.example/exports")
    for number in range(count_):
        log.append(new_record(f"request-{number}", patient=f"Patient/p{number % 7}"))
    return log


def _records(decisions: tuple[Decision, ...]) -> Iterator[NewRecord]:
    for number, outcome in enumerate(Outcome):
        yield evaluation(a_decision(outcome), f"r-{number}")
        yield evaluation(
            a_decision(outcome, patient=HOSTILE, shown=HOSTILE), f"{HOSTILE}-{number}", client=HOSTILE
        )
    yield evaluation(a_decision(Outcome.OFFER, patient=ERASED))
    yield from (evaluation(one, bundle=b'{"resourceType":"Bundle"}') for one in decisions)
    yield _refusal()
    yield replace(_refusal(), event="failure", output=encode_refusal(ValueError("nobody sees this")))


def exporter(log: AuditTrail, actor: Actor | None = None) -> Exporter:
    """Exports from it as an auditor."""
    return Exporter(log, EventRecorder(log, ticking()), actor or Actor("cli:auditor", "clinic"), BASE)
