"""Proofs and verifications, from the wire and back."""

from collections.abc import Sequence

from pactolus.v1 import audit_service_pb2 as audit
from pactolus_adapters.trail.findings import Verification
from pactolus_adapters.trail.prove import Proof
from pactolus_adapters.trail.verify import Step
from pactolus_engine.errors import InputInvalid, Violation

__all__ = ["check_number", "inclusion_message", "result_message", "step_message"]


def check_number(field: str, value: int, least: int, most: int) -> None:
    """Raises `InputInvalid` unless the field is from `least` to `most`."""
    if not least <= value <= most:
        expected = f"expected from `{least}` to `{most}`" if least <= most else "there is no record yet"
        raise InputInvalid([Violation(field, expected)])


def inclusion_message(proof: Proof) -> audit.GetInclusionProofResponse:
    """The proof of a record, as a message."""
    return audit.GetInclusionProofResponse(
        index=proof.index,
        tree_size=proof.size,
        leaf_hash=proof.leaf_hash,
        hashes=proof.hashes,
        checkpoint_note=proof.note,
    )


def step_message(step: Step) -> audit.VerifyLogResponse:
    """How far a verification has come, as a message."""
    return audit.VerifyLogResponse(records_done=step.done, records_total=step.total)


def result_message(found: Verification) -> audit.VerifyLogResponse:
    """What a verification came to, as the last message."""
    return audit.VerifyLogResponse(
        records_done=found.records,
        records_total=found.records,
        result=audit.LogVerification(
            is_whole=found.is_whole,
            findings=_findings(found),
            erased=found.erased + found.pruned,
            key_lost=found.records_lost,
            checkpoint_note=found.checkpoint,
        ),
    )


def _findings(found: Verification) -> Sequence[audit.LogFinding]:
    return [audit.LogFinding(index=one.index, text=one.text) for one in found.findings]
