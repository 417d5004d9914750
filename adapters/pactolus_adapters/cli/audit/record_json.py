"""A shown record as one JSON document."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pactolus_adapters.cli.audit.list import record_json
from pactolus_engine.errors import InputInvalid, PactolusError

if TYPE_CHECKING:
    from pactolus_adapters.trail.proof_status import ProofStatus
    from pactolus_adapters.trail.show import Shown
    from pactolus_engine.decision import Decision
    from pactolus_engine.record import StoredInput

__all__ = ["shown_json"]


def shown_json(
    shown: "Shown",
    origin: str,
    decision_json: Callable[["Decision"], dict[str, Any]],
    with_patient_data: bool,
) -> dict[str, object]:
    """Everything that is known of the record; what was sent and the Bundle only `with_patient_data`."""
    return {
        "logOrigin": origin,
        "record": record_json(shown.place),
        "leaf": dict(shown.leaf),
        "proof": _proof(shown.proof),
        "gone": shown.gone or None,
        "decidedBy": _decided_by(shown.stored) if shown.stored else None,
        "decision": _named(decision_json(shown.decision), with_patient_data) if shown.decision else None,
        "refused": _refused(shown.refused) if shown.refused else None,
        "details": dict(shown.details) or None,
        "takenBackBy": shown.taken_back_by,
        "later": [record_json(one.place) | {"details": dict(one.details) or None} for one in shown.later],
        "erasedBy": record_json(shown.erased_by) if shown.erased_by else None,
        **(_patient_data(shown) if with_patient_data else {}),
    }


def _named(decision: dict[str, Any], with_patient_data: bool) -> dict[str, Any]:
    """The decision, without the reference of its patient where patient data are not wanted."""
    if with_patient_data:
        return decision
    replacement = decision.get("replacement")
    kept = {name: part for name, part in decision.items() if name not in {"patient", "replacement"}}
    return kept | ({"replacement": _named(replacement, False)} if replacement else {})


def _proof(proof: "ProofStatus") -> dict[str, object]:
    return {
        "isVerified": proof.is_verified,
        "leafHash": proof.leaf_hash.hex(),
        "checkpointSize": proof.size,
        "root": proof.root.hex() or None,
        "cosignedBy": list(proof.cosigned_by),
        "fault": proof.fault or None,
    }


def _decided_by(stored: "StoredInput") -> dict[str, object]:
    decided = stored.decided
    return {
        "instant": decided.instant,
        "pack": {"id": decided.pack.id, "version": decided.pack.version, "digest": decided.pack.digest},
        "contentDigest": decided.content_digest,
        "overlayDigest": decided.overlay_digest,
        "approvals": [
            {"of": one.of, "parameter": one.parameter, "digest": one.digest, "by": one.by, "role": one.role}
            | {"on": one.on}
            for one in decided.approvals
        ],
        "parameters": dict(decided.parameters),
        "settings": dict(decided.settings),
        "versions": dict(decided.versions),
        "earlierComplete": stored.earlier_complete,
    }


def _refused(refused: PactolusError) -> dict[str, object]:
    if isinstance(refused, InputInvalid):
        return {
            "violations": [{"field": one.field, "description": one.description} for one in refused.violations]
        }
    return {"message": str(refused)}


def _patient_data(shown: "Shown") -> dict[str, object]:
    """The bytes that were sent and answered, as text: they may be no JSON at all."""
    request = shown.stored.request if shown.stored else None
    sent = [*request.resources, *([request.bundle] if request.bundle else [])] if request else []
    return {
        "patient": request.patient if request else None,
        "sent": [one.decode(errors="replace") for one in sent],
        "bundle": json.loads(shown.bundle, parse_float=str) if shown.bundle else None,
    }
