"""A search for affected decisions, from the wire and back."""

from google.protobuf.json_format import MessageToJson

from pactolus.v1.audit_service_pb2 import (
    DecisionRecord,
    ListAffectedDecisionsRequest,
    ListAffectedDecisionsResponse,
)
from pactolus_adapters.affected import Affected, Ground, GroundKind
from pactolus_adapters.grpcapi.convert import receipt_message
from pactolus_adapters.grpcapi.convert_decision import outcome_name, pack_message, timestamp
from pactolus_engine.errors import InputInvalid, Violation

__all__ = ["affected_json_text", "affected_message", "ground_asked_for"]


def ground_asked_for(request: ListAffectedDecisionsRequest) -> Ground:
    """The thing whose decisions are wanted. Raises `InputInvalid` when none is named."""
    match request.WhichOneof("ground"):
        case "observation":
            return Ground.observation(request.observation)
        case "pack":
            return Ground(GroundKind.PACK, request.pack.id, request.pack.version)
        case "code_set":
            return Ground(GroundKind.CODE_SET, request.code_set)
        case "parameter":
            return Ground(GroundKind.PARAMETER, request.parameter)
        case _:
            expected = "expected one of `observation`, `code_set`, `parameter` and `pack`"
            raise InputInvalid([Violation("ground", expected)])


def affected_message(one: Affected) -> ListAffectedDecisionsResponse:
    """A decision that was found, as a message."""
    record = DecisionRecord(
        receipt=receipt_message(one.receipt),
        decision_id=one.decision_id,
        outcome=outcome_name(one.outcome),
        pack=pack_message(one.pack),
        record_time=timestamp(one.recorded_at),
    )
    return ListAffectedDecisionsResponse(
        record=record, patient_pseudonym=one.patient_pseudonym, is_sure=one.is_sure
    )


def affected_json_text(one: Affected) -> str:
    """The message as one line of protobuf JSON."""
    return MessageToJson(affected_message(one), indent=None, always_print_fields_with_no_presence=True)
