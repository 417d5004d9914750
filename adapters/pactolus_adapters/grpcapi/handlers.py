"""The methods of the three services, each a few lines: convert, call, convert back.

Errors are raised as they are; `interceptors.py` turns them into a status.
"""

from collections.abc import Iterator

import grpc

from pactolus.v1 import evaluation_service_pb2 as evaluation
from pactolus.v1 import rule_pack_service_pb2 as rule_packs
from pactolus.v1.evaluation_service_pb2_grpc import EvaluationServiceServicer
from pactolus.v1.rule_pack_service_pb2_grpc import RulePackServiceServicer
from pactolus_adapters.grpcapi.admission import Admission
from pactolus_adapters.grpcapi.convert import (
    Caller,
    caller_as_told,
    command,
    response,
    unread_command,
)
from pactolus_adapters.grpcapi.convert_pack import pack_details, pack_summary
from pactolus_adapters.grpcapi.interceptors import Unreadable, public, takes_unreadable
from pactolus_adapters.grpcapi.not_built import not_built
from pactolus_adapters.grpcapi.status import status_of
from pactolus_adapters.hallway import Evaluate
from pactolus_engine.errors import InputInvalid, PackNotFound, Violation
from pactolus_engine.pack.model import Pack
from pactolus_engine.ports import PackShelf

__all__ = ["EvaluationHandlers", "RulePackHandlers"]

_Context = grpc.ServicerContext
_BatchRequests = Iterator[evaluation.EvaluateBatchRequest]


class EvaluationHandlers(EvaluationServiceServicer):
    """`EvaluationService`: every evaluation goes through the one hallway."""

    def __init__(self, hallway: Evaluate, admission: Admission) -> None:
        self._hallway = hallway
        self._admission = admission

    @takes_unreadable
    def Evaluate(
        self, request: evaluation.EvaluateRequest | Unreadable, context: _Context
    ) -> evaluation.EvaluateResponse:
        """Evaluates one request."""
        with self._admission.evaluation():
            return self._answer(request, caller_as_told(context.invocation_metadata()))

    def EvaluateBatch(
        self, requests: _BatchRequests, context: _Context
    ) -> Iterator[evaluation.EvaluateBatchResponse]:
        """Answers each message in order, a refused one with its status."""
        who = caller_as_told(context.invocation_metadata())
        with self._admission.batch():
            for message in requests:
                yield self._batch_answer(message, who)

    GetDataRequirements = not_built("EvaluationService.GetDataRequirements")
    Explain = not_built("EvaluationService.Explain")

    def _answer(
        self, request: evaluation.EvaluateRequest | Unreadable, who: Caller
    ) -> evaluation.EvaluateResponse:
        """Whatever came goes to the hallway, what cannot be read too: it records every refusal."""
        if isinstance(request, Unreadable):
            return response(self._hallway.evaluate(unread_command(request.content, who)))
        return response(self._hallway.evaluate(command(request, who)))

    def _batch_answer(
        self, message: evaluation.EvaluateBatchRequest | Unreadable, who: Caller
    ) -> evaluation.EvaluateBatchResponse:
        request = message if isinstance(message, Unreadable) else message.request
        request_id = "" if isinstance(request, Unreadable) else request.request_id
        try:
            with self._admission.batch_item():
                return evaluation.EvaluateBatchResponse(
                    request_id=request_id, response=self._answer(request, who)
                )
        except Exception as error:  # noqa: BLE001  # the stream goes on: the next message is another patient's
            return evaluation.EvaluateBatchResponse(request_id=request_id, status=status_of(public(error)))


class RulePackHandlers(RulePackServiceServicer):
    """`RulePackService`: what is on the shelf."""

    def __init__(self, shelf: PackShelf) -> None:
        self._shelf = shelf

    def ListRulePacks(
        self, _request: rule_packs.ListRulePacksRequest, _context: _Context
    ) -> rule_packs.ListRulePacksResponse:
        """Every pack in short."""
        packs = [compiled.pack for compiled in self._shelf.all()]
        return rule_packs.ListRulePacksResponse(packs=[pack_summary(p, self._is_active(p)) for p in packs])

    def GetRulePack(
        self, request: rule_packs.GetRulePackRequest, _context: _Context
    ) -> rule_packs.GetRulePackResponse:
        """One pack in full."""
        if not request.pack.id:
            raise InputInvalid([Violation("pack.id", "expected the id of a pack")])
        pack = self._shelf.get(request.pack.id, request.pack.version).pack
        return pack_details(pack, self._is_active(pack))

    CheckRulePack = not_built("RulePackService.CheckRulePack")
    ActivateRulePack = not_built("RulePackService.ActivateRulePack")

    def _is_active(self, pack: Pack) -> bool:
        try:
            return self._shelf.get(pack.id).pack.version == pack.version
        except PackNotFound:
            return False
