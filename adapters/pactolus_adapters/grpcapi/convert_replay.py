"""Replays from the wire and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pactolus.v1 import audit_service_pb2 as audit
from pactolus.v1.decision_pb2 import Outcome
from pactolus_adapters.grpcapi.convert import receipt_message
from pactolus_adapters.replay.jobs.asked import Asked
from pactolus_adapters.replay.jobs.status import Status
from pactolus_engine.errors import InputInvalid, Violation
from pactolus_engine.ports import Receipt
from pactolus_engine.replay.result import Moved, ReplayClass, ReplayResult, Said

__all__ = [
    "DifferencesAsked",
    "after_records",
    "difference_message",
    "differences_asked_for",
    "replay_asked_for",
    "status_message",
]

_LONGEST: Final = {"request_id": 128, "reason": 500}

_CLASSES: Final[Mapping[ReplayClass, "audit.ReplayClass"]] = {
    ReplayClass.IDENTICAL: audit.REPLAY_CLASS_IDENTICAL,
    ReplayClass.CHANGED_OUTCOME: audit.REPLAY_CLASS_CHANGED_OUTCOME,
    ReplayClass.CHANGED_OPTIONS: audit.REPLAY_CLASS_CHANGED_OPTIONS,
    ReplayClass.CHANGED_TEXT: audit.REPLAY_CLASS_CHANGED_TEXT,
    ReplayClass.ENGINE_CHANGED: audit.REPLAY_CLASS_ENGINE_CHANGED,
    ReplayClass.INPUT_MISSING: audit.REPLAY_CLASS_INPUT_MISSING,
    ReplayClass.ERASED: audit.REPLAY_CLASS_ERASED,
    ReplayClass.TAMPERED: audit.REPLAY_CLASS_TAMPERED,
    ReplayClass.ERROR: audit.REPLAY_CLASS_ERROR,
}
"""All but `NEW`: a log holds nothing that was never answered."""


_OUTCOMES: Final = frozenset(Outcome.keys())


@dataclass(frozen=True, slots=True)
class DifferencesAsked:
    """The list that a page belongs to. `classes`: none means all that are differences."""

    replay_id: str
    tenant: str
    classes: tuple[ReplayClass, ...] = ()


def replay_asked_for(request: audit.StartReplayRequest) -> Asked:
    """What is to be replayed. Raises `InputInvalid` with everything that is wrong."""
    violations = [
        Violation(name, f"expected at most {most} characters")
        for name, most in _LONGEST.items()
        if len(getattr(request, name)) > most
    ]
    violations += [
        Violation(name, "expected 0 or more")
        for name in ("first_index", "end_index")
        if getattr(request, name) < 0
    ]
    if request.pack.version and not request.pack.id:
        violations.append(Violation("pack.id", "expected the id of the pack whose version is meant"))
    if violations:
        raise InputInvalid(violations)
    return Asked(
        request.request_id,
        request.first_index,
        request.end_index,
        request.pack.id,
        request.pack.version,
        request.reason,
    )


def after_records(request: audit.WatchReplayRequest) -> int:
    """How many records the caller knows to be done; -1 when it knows nothing yet. Raises `InputInvalid`."""
    if request.after_records < 0:
        raise InputInvalid([Violation("after_records", "expected 0 or more")])
    return request.after_records or -1


def status_message(status: Status, receipt: Receipt | None) -> audit.WatchReplayResponse:
    """How far a replay is. `receipt`: of the record of its end, None until then."""
    state = audit.REPLAY_STATE_RUNNING
    if status.failed:
        state = audit.REPLAY_STATE_FAILED
    elif status.counts is not None:
        state = audit.REPLAY_STATE_DONE
    counts = {ReplayClass(name): count for name, count in (status.counts or {}).items() if count}
    return audit.WatchReplayResponse(
        state=state,
        records_done=status.records_done,
        records_total=status.records_total,
        differences=status.differences,
        counts=[
            audit.ReplayCount(result_class=number, records=counts[one])
            for one, number in _CLASSES.items()
            if one in counts
        ],
        report_root=bytes.fromhex(status.root),
        receipt=None if receipt is None else receipt_message(receipt),
        detail=status.failed,
    )


def differences_asked_for(request: audit.ListReplayDifferencesRequest, tenant: str) -> DifferencesAsked:
    """The list that is asked for. Raises `InputInvalid` for a class that this version does not know."""
    if request.result_class == audit.REPLAY_CLASS_UNSPECIFIED:
        return DifferencesAsked(request.replay_id, tenant)
    classes = tuple(one for one, number in _CLASSES.items() if number == request.result_class)
    if not classes:
        raise InputInvalid([Violation("result_class", "expected a class that this version knows")])
    return DifferencesAsked(request.replay_id, tenant, classes)


def difference_message(result: ReplayResult) -> audit.ReplayDifference:
    """What became of a record."""
    before, after = result.recorded, result.replayed
    return audit.ReplayDifference(
        index=result.index,
        result_class=_CLASSES[result.result_class],
        recorded_outcome=_outcome(before),
        replayed_outcome=_outcome(after),
        recorded_options=before.options if before else (),
        replayed_options=after.options if after else (),
        fields=result.fields,
        moved=map(_move, result.moved),
        causes=result.causes,
        detail=result.detail,
    )


def _outcome(said: Said | None) -> str:
    """The name of the enum value; unspecified for a refusal or a failure, which are no decisions."""
    name = f"OUTCOME_{said.outcome}" if said else ""
    return name if name in _OUTCOMES else "OUTCOME_UNSPECIFIED"


def _move(moved: Moved) -> audit.RuleMove:
    return audit.RuleMove(rule=moved.rule, before=moved.before, after=moved.after, because=moved.because)
