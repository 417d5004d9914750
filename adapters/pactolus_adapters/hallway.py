"""The one way from request to answer that every door takes.

shelf → read FHIR → what the patient was told before → evaluate (pure) → write FHIR → append to the
audit log → answer. The answer leaves only after the append is durable; a refusal and a failure are
recorded the same way. When something was recorded about the patient in between, all is done again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from pactolus_adapters.answers import decode_answer
from pactolus_adapters.command import WHOLE_REQUEST, EvaluateCommand, filed_under, received
from pactolus_adapters.consider import Asked, consider
from pactolus_adapters.earlier import Memory, Turns
from pactolus_adapters.fhir.read import Read
from pactolus_adapters.instants import milliseconds
from pactolus_adapters.new_records import evaluation_record, failure_record
from pactolus_adapters.request_way import HallwaySettings, read_command, write_answer
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decision import Decision
from pactolus_engine.errors import InputInvalid, PackNotFound, PatientMoved, RecordGone, Violation
from pactolus_engine.ports import AuditLog, Matcher, NewRecord, PackShelf, Receipt
from pactolus_engine.record import ReceivedRequest, TakenInput, request_digest

__all__ = ["WHOLE_REQUEST", "Answer", "Evaluate", "EvaluateCommand", "Hallway", "HallwaySettings"]

_TRIES: Final = 8
"""How often a request is evaluated while other processes keep recording about the same patient."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a door sends back: the decision, the FHIR Bundle (UTF-8 JSON), the audit receipt."""

    decision: Decision
    bundle: bytes
    receipt: Receipt


class Evaluate(Protocol):
    """The use case as a door sees it; raises the errors of `pactolus_engine.errors`."""

    def evaluate(self, command: EvaluateCommand) -> Answer:
        """Evaluates, records, and only then answers."""


@dataclass(frozen=True, slots=True)
class Hallway:
    """The use case `Evaluate` over its ports. `clock` gives aware UTC times."""

    shelf: PackShelf
    matcher: Matcher
    audit: AuditLog
    clock: Callable[[], datetime]
    settings: HallwaySettings
    memory: Memory = field(default_factory=Memory)
    turns: Turns = field(default_factory=Turns)

    def evaluate(self, command: EvaluateCommand) -> Answer:
        """Evaluates and records; raises what was refused or failed, after recording it too."""
        request = received(command)
        earlier = self._earlier(request)
        if earlier is not None:
            return earlier
        instant = milliseconds(command.evaluation_time or self.clock())
        compiled = None
        try:
            compiled = self._compiled(command)
            sent = self._read(command, compiled)
        except (InputInvalid, PackNotFound) as refusal:
            filed = filed_under(request)
            record = failure_record("refusal", refusal, request, instant, filed, self.settings, compiled)
            return self._append(record)
        except Exception as failure:
            self._append_failure(failure, request, instant, compiled)
            raise
        asked = Asked(compiled, instant, self.settings.local_base, self.settings.known_bases)
        with self.turns.of(request.tenant, sent.facts.patient.key):
            return self._decided(command, request, sent, asked)

    def _decided(
        self, command: EvaluateCommand, request: ReceivedRequest, sent: Read, asked: Asked
    ) -> Answer:
        """Decides and records, again if something was recorded about the patient, or erased, meanwhile."""
        moved = PatientMoved("other answers about this patient kept being recorded; try again")
        for _ in range(_TRIES):
            try:
                record = self._evaluation(command, request, sent, asked)
            except RecordGone as erased:  # after the history was read: it has to be read anew
                self.memory.forget()
                moved.__cause__ = erased
                continue
            except Exception as failure:
                self._append_failure(failure, request, asked.instant, asked.compiled)
                raise
            try:
                return self._append(record)
            except PatientMoved as again:
                moved.__cause__ = again
        self._append_failure(moved, request, asked.instant, asked.compiled)
        raise moved

    def _earlier(self, request: ReceivedRequest) -> Answer | None:
        """What this request id was answered before, if it was."""
        key = filed_under(request)
        if not key:
            return None
        found = self.audit.answered(request.tenant, request.client, key, request_digest(request))
        return None if found is None else _answer(*found)

    def _compiled(self, command: EvaluateCommand) -> CompiledPack:
        """The pack that was asked for; when there is none, everything else that is wrong is told too."""
        try:
            return self.shelf.get(command.pack_id or self.settings.default_pack, command.pack_version)
        except PackNotFound as missing:
            try:
                # What is wrong with resources does not depend on the pack, so any pack finds it.
                self._read(command, self.shelf.get(self.settings.default_pack))
            except InputInvalid as refusal:
                named = Violation("pack", str(missing))
                raise InputInvalid([*refusal.violations, named]) from missing
            raise

    def _read(
        self, command: EvaluateCommand, compiled: CompiledPack, taken: tuple[TakenInput, ...] = ()
    ) -> Read:
        return read_command(command, compiled, self.settings, taken)

    def _append(self, record: NewRecord) -> Answer:
        """Records and answers: with the answer of an earlier record if another thread was first."""
        return _answer(*self.audit.append(record))

    def _append_failure(
        self,
        failure: Exception,
        request: ReceivedRequest,
        instant: datetime,
        compiled: CompiledPack | None,
    ) -> None:
        """A failure is recorded without its request id, so that the caller may try again with it."""
        self.audit.append(failure_record("failure", failure, request, instant, "", self.settings, compiled))

    def _evaluation(
        self,
        command: EvaluateCommand,
        request: ReceivedRequest,
        sent: Read,
        asked: Asked,
    ) -> NewRecord:
        """What is to be recorded of an evaluation: the answer, and all that it rests on."""
        names = sent.facts.patient.names
        past = self.memory.past(self.audit, request.tenant, names)

        def again(taken: tuple[TakenInput, ...]) -> Read:
            return self._read(command, asked.compiled, taken)

        considered = consider(sent, again, past, asked, self.matcher)
        bundle = write_answer(
            considered.decision,
            considered.facts,
            considered.earlier,
            command,
            asked.compiled,
            self.settings,
        )
        return evaluation_record(
            request, considered, bundle, past, names, asked.compiled, asked.instant, self.settings
        )


def _answer(receipt: Receipt, recorded: bytes) -> Answer:
    """The recorded answer; raises the refusal if it was one."""
    decision, bundle = decode_answer(recorded)
    return Answer(decision, bundle, receipt)
