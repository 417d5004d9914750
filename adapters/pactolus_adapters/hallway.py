"""The one way from request to answer that every door takes.

shelf → read FHIR → what the patient was told before → evaluate (pure) → write FHIR → append to the
audit log → answer. The answer leaves only after the append is durable; a refusal and a failure are
recorded the same way. When something was recorded about the patient in between, all is done again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Protocol

from pactolus_adapters.answers import decode_answer, encode_answer, encode_refusal
from pactolus_adapters.consider import Asked, Considered, consider
from pactolus_adapters.earlier import Memory, Past, Turns
from pactolus_adapters.fhir.envelope import Envelope
from pactolus_adapters.fhir.read import Read, read_with_resources
from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.fhir.write import write
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decision import Decision, PackIdentity
from pactolus_engine.errors import (
    EnginesDisagree,
    InputInvalid,
    PackNotFound,
    PatientMoved,
    Violation,
)
from pactolus_engine.ports import AuditLog, Expected, Matcher, NewRecord, PackShelf, Receipt
from pactolus_engine.record import (
    DecidedBy,
    ReceivedRequest,
    TakenInput,
    request_digest,
    stored_input,
)

__all__ = ["WHOLE_REQUEST", "Answer", "Evaluate", "EvaluateCommand", "Hallway", "HallwaySettings"]

WHOLE_REQUEST: Final = "request"
"""The place of a violation that concerns the request as a whole: nothing in it could be read."""

_TRIES: Final = 8
"""How often a request is evaluated while other processes keep recording about the same patient."""

_NO_PACK = PackIdentity("", "", "")
_MAXIMUM_TEXT = {"request_id": 128, "client": 128, "tenant": 128, "patient": 512}


@dataclass(frozen=True, slots=True)
class EvaluateCommand:
    """One request as a door received it. Empty strings and None mean: not said.

    `resources` and `bundle` are the bytes as received; `evaluation_time` is aware (UTC). `violations`:
    what the door found wrong before the hallway, which refuses it together with whatever else is
    wrong. `unread`: the bytes of what the door could not read, kept with the record.
    """

    resources: tuple[bytes, ...] = ()
    bundle: bytes = b""
    patient: str = ""
    pack_id: str = ""
    pack_version: str = ""
    evaluation_time: datetime | None = None
    fhir_version: str = ""
    request_id: str = ""
    client: str = ""
    tenant: str = ""
    violations: tuple[Violation, ...] = ()
    unread: bytes = b""


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
class HallwaySettings:
    """What of the settings bears on an answer; recorded with every one.

    `local_base`: the base of the site's code systems, ending in `/CodeSystem/`. `versions`: name of
    a part of the software → its version. `known_bases`: the FHIR servers whose address in a reference
    means no more than `Type/id`.
    """

    default_pack: str
    local_base: str
    limits: Limits
    versions: Mapping[str, str]
    known_bases: tuple[str, ...] = ()


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
        request = _received(command)
        earlier = self._earlier(request)
        if earlier is not None:
            return earlier
        instant = _milliseconds(command.evaluation_time or self.clock())
        try:
            compiled = self._compiled(command)
            sent = self._read(command, compiled)
        except (InputInvalid, PackNotFound) as refusal:
            return self._append(self._failure("refusal", refusal, request, instant, _key(request)))
        except Exception as failure:
            self._append_failure(failure, request, instant)
            raise
        asked = Asked(compiled, instant, self.settings.local_base, self.settings.known_bases)
        with self.turns.of(request.tenant, sent.facts.patient.key):
            return self._decided(command, request, sent, asked)

    def _decided(
        self, command: EvaluateCommand, request: ReceivedRequest, sent: Read, asked: Asked
    ) -> Answer:
        """Decides and records, again if another process recorded about the patient meanwhile."""
        moved = PatientMoved("other answers about this patient kept being recorded; try again")
        for _ in range(_TRIES):
            try:
                record = self._evaluation(command, request, sent, asked)
            except Exception as failure:
                self._append_failure(failure, request, asked.instant)
                raise
            try:
                return self._append(record)
            except PatientMoved as again:
                moved.__cause__ = again
        self._append_failure(moved, request, asked.instant)
        raise moved

    def _earlier(self, request: ReceivedRequest) -> Answer | None:
        """What this request id was answered before, if it was."""
        if not _key(request):
            return None
        found = self.audit.answered(request.tenant, request.client, _key(request), request_digest(request))
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
        """The facts, or every violation of the request at once."""
        violations = [*command.violations, *_envelope_violations(command)]
        if any(violation.field == WHOLE_REQUEST for violation in violations):
            raise InputInvalid(violations)
        try:
            found = read_with_resources(
                command.resources,
                command.bundle,
                command.patient,
                compiled.pack,
                local_base=self.settings.local_base,
                limits=self.settings.limits,
                known_bases=self.settings.known_bases,
                taken=taken,
            )
        except InputInvalid as refusal:
            violations += refusal.violations
        if violations:
            raise InputInvalid(violations)
        return found

    def _written(self, command: EvaluateCommand, compiled: CompiledPack, considered: Considered) -> bytes:
        return write(
            considered.decision,
            compiled.pack,
            considered.facts,
            Envelope(command.request_id, command.client, command.tenant),
            local_base=self.settings.local_base,
            engine_version=self.settings.versions["pactolus"],
            earlier=considered.earlier,
        )

    def _append(self, record: NewRecord) -> Answer:
        """Records and answers: with the answer of an earlier record if another thread was first."""
        return _answer(*self.audit.append(record))

    def _append_failure(self, failure: Exception, request: ReceivedRequest, instant: datetime) -> None:
        """A failure is recorded without its request id, so that the caller may try again with it."""
        self.audit.append(self._failure("failure", failure, request, instant, ""))

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
        bundle = self._written(command, asked.compiled, considered)
        decision, facts = considered.decision, considered.facts
        decided = self._decided_by(asked.instant, decision.pack, asked.compiled)
        return NewRecord(
            event="evaluation",
            tenant=request.tenant,
            client=request.client,
            patient_key=facts.patient.key,
            request_id=_key(request),
            request_digest=request_digest(request),
            instant=decided.instant,
            commitment=self._commitment(decision.pack),
            input=stored_input(
                request, decided, considered.earlier, _is_told_whole(considered, past), considered.taken
            ),
            output=encode_answer(decision, bundle),
            outcome=decision.outcome.value,
            rules=tuple(reason.rule for reason in decision.reasons if reason.truth == "true"),
            patient_names=tuple(sorted({*names, *facts.patient.names})),
            expected=Expected(names, past.history.last) if names else None,
        )

    def _failure(
        self,
        event: str,
        error: Exception,
        request: ReceivedRequest,
        instant: datetime,
        request_id: str,
    ) -> NewRecord:
        answer = encode_refusal(error)
        decided = self._decided_by(instant, _NO_PACK, None)
        return NewRecord(
            event=event,
            tenant=request.tenant,
            client=request.client,
            patient_key="",
            request_id=request_id,
            request_digest=request_digest(request),
            instant=decided.instant,
            commitment=self._commitment(_NO_PACK),
            input=stored_input(request, decided),
            output=answer,
            outcome="",
            rules=error.rules if isinstance(error, EnginesDisagree) else (),
        )

    def _decided_by(self, instant: datetime, pack: PackIdentity, compiled: CompiledPack | None) -> DecidedBy:
        parameters = compiled.pack.parameter_values if compiled else {}
        return DecidedBy(
            instant=_written(instant),
            pack=pack,
            parameters={name: str(value) for name, value in sorted(parameters.items())},
            settings={
                "default_pack": self.settings.default_pack,
                "local_base": self.settings.local_base,
                "fhir_bases": ",".join(self.settings.known_bases),
            },
            versions=dict(self.settings.versions),
        )

    def _commitment(self, pack: PackIdentity) -> dict[str, str]:
        versions = self.settings.versions
        return {
            "pack_id": pack.id,
            "pack_version": pack.version,
            "pack_digest": pack.digest,
            "engine_version": versions["durable-rules"],
            "software_version": versions["pactolus"],
        }


def _is_told_whole(considered: Considered, past: Past) -> bool:
    """Whether the answer rests on the whole history; one that takes nothing back does not ask it."""
    return past.history.is_complete or not considered.earlier


def _answer(receipt: Receipt, recorded: bytes) -> Answer:
    """The recorded answer; raises the refusal if it was one."""
    decision, bundle = decode_answer(recorded)
    return Answer(decision, bundle, receipt)


def _received(command: EvaluateCommand) -> ReceivedRequest:
    asked = command.evaluation_time
    return ReceivedRequest(
        resources=command.resources,
        bundle=command.bundle,
        patient=command.patient,
        pack_id=command.pack_id,
        pack_version=command.pack_version,
        evaluation_time=_written(asked) if asked else "",
        fhir_version=command.fhir_version,
        request_id=command.request_id,
        client=command.client,
        tenant=command.tenant,
        unread=command.unread,
    )


def _key(request: ReceivedRequest) -> str:
    """What the answer is filed under; a request id that is refused for its length is no key."""
    return request.request_id if len(request.request_id) <= _MAXIMUM_TEXT["request_id"] else ""


def _envelope_violations(command: EvaluateCommand) -> list[Violation]:
    """What is wrong with the request beside its resources."""
    found = [
        Violation(field, f"expected at most {limit} characters")
        for field, limit in _MAXIMUM_TEXT.items()
        if len(getattr(command, field)) > limit
    ]
    if command.fhir_version not in {"", "R4"}:
        found.append(Violation("fhir_version", "expected `R4` or nothing; no other version is built"))
    return found


def _milliseconds(instant: datetime) -> datetime:
    """An evaluation instant counts whole milliseconds."""
    utc = instant.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def _written(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
