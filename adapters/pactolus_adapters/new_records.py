"""What is to be recorded of a request: its answer or its refusal, and all that a later replay starts from."""

from datetime import datetime

from pactolus_adapters.answers import encode_answer, encode_refusal
from pactolus_adapters.command import filed_under
from pactolus_adapters.consider import Considered
from pactolus_adapters.earlier import Past
from pactolus_adapters.instants import written
from pactolus_adapters.request_way import HallwaySettings
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decision import PackIdentity
from pactolus_engine.errors import EnginesDisagree
from pactolus_engine.pack.approval import recorded
from pactolus_engine.ports import Expected, NewRecord
from pactolus_engine.record import (
    DecidedBy,
    ReceivedRequest,
    request_digest,
    stored_input,
)

__all__ = ["evaluation_record", "failure_record"]


def evaluation_record(
    request: ReceivedRequest,
    considered: Considered,
    bundle: bytes,
    past: Past,
    names: tuple[str, ...],
    compiled: CompiledPack,
    instant: datetime,
    settings: HallwaySettings,
) -> NewRecord:
    """Of an evaluation: the answer, and all that it rests on.

    `names`: those of the patient in what was sent, under which `past` was looked up.
    """
    decision, facts = considered.decision, considered.facts
    decided = _decided_by(instant, decision.pack, compiled, settings)
    is_whole = _is_told_whole(considered, past)
    return NewRecord(
        event="evaluation",
        tenant=request.tenant,
        client=request.client,
        patient_key=facts.patient.key,
        request_id=filed_under(request),
        request_digest=request_digest(request),
        instant=decided.instant,
        commitment=_commitment(decision.pack, settings),
        input=stored_input(request, decided, considered.earlier, is_whole, considered.taken),
        output=encode_answer(decision, bundle),
        outcome=decision.outcome.value,
        rules=tuple(reason.rule for reason in decision.reasons if reason.truth == "true"),
        patient_names=tuple(sorted({*names, *facts.patient.names})),
        expected=Expected(names, past.history.last) if names else None,
        decision_id=decision.decision_id,
    )


def failure_record(
    event: str,
    error: Exception,
    request: ReceivedRequest,
    instant: datetime,
    request_id: str,
    settings: HallwaySettings,
    compiled: CompiledPack | None,
) -> NewRecord:
    """Of a refusal or a failure (`event`); `request_id` empty: the caller may try again with it.

    `compiled`: the pack that was asked for, None when there is none such. Then only the encrypted part
    says its name, for a name that no pack has may be anything.
    """
    asked = _asked_for(request, compiled, settings)
    decided = _decided_by(instant, asked, compiled, settings)
    return NewRecord(
        event=event,
        tenant=request.tenant,
        client=request.client,
        patient_key="",
        request_id=request_id,
        request_digest=request_digest(request),
        instant=decided.instant,
        commitment=_commitment(asked if compiled else PackIdentity("", "", ""), settings),
        input=stored_input(request, decided),
        output=encode_refusal(error),
        outcome="",
        rules=error.rules if isinstance(error, EnginesDisagree) else (),
    )


def _asked_for(
    request: ReceivedRequest, compiled: CompiledPack | None, settings: HallwaySettings
) -> PackIdentity:
    if compiled is None:
        return PackIdentity(request.pack_id or settings.default_pack, request.pack_version, "")
    return PackIdentity(compiled.pack.id, compiled.pack.version, compiled.pack.digest)


def _decided_by(
    instant: datetime, pack: PackIdentity, compiled: CompiledPack | None, settings: HallwaySettings
) -> DecidedBy:
    parameters = compiled.pack.parameter_values if compiled else {}
    overlay = compiled.pack.overlay if compiled else None
    return DecidedBy(
        instant=written(instant),
        pack=pack,
        parameters={name: str(value) for name, value in sorted(parameters.items())},
        settings=settings.recorded(),
        versions=dict(settings.versions),
        content_digest=compiled.pack.content_digest if compiled else "",
        overlay_digest=overlay.digest if overlay else "",
        approvals=tuple(map(recorded, compiled.pack.approvals)) if compiled else (),
    )


def _commitment(pack: PackIdentity, settings: HallwaySettings) -> dict[str, str]:
    return {
        "pack_id": pack.id,
        "pack_version": pack.version,
        "pack_digest": pack.digest,
        "engine_version": settings.versions["durable-rules"],
        "software_version": settings.versions["pactolus"],
    }


def _is_told_whole(considered: Considered, past: Past) -> bool:
    """Whether the answer rests on the whole history. One that takes nothing back does not ask about records
    beyond those that are looked at; of one that cannot be read nobody knows what it suggested."""
    return not past.gone and (past.history.is_complete or not considered.earlier)
