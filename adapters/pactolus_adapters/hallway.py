"""The one way from request to answer that every door takes.

shelf → read FHIR → evaluate (pure) → write FHIR → append to the audit log → answer. The answer
leaves only after the append is durable; a refusal and a failure are recorded the same way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from pactolus_adapters.answers import decode_answer, encode_answer, encode_refusal
from pactolus_adapters.fhir.envelope import Envelope
from pactolus_adapters.fhir.read import read
from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.fhir.write import write
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decision import Decision, PackIdentity
from pactolus_engine.errors import (
    EnginesDisagree,
    InputInvalid,
    PackNotFound,
    Violation,
)
from pactolus_engine.evaluate import evaluate
from pactolus_engine.facts import FactSet
from pactolus_engine.ports import AuditLog, Matcher, NewRecord, PackShelf, Receipt
from pactolus_engine.record import DecidedBy, ReceivedRequest, request_digest, stored_input

__all__ = ["WHOLE_REQUEST", "Answer", "Evaluate", "EvaluateCommand", "Hallway", "HallwaySettings"]

WHOLE_REQUEST: Final = "request"
"""The place of a violation that concerns the request as a whole: nothing in it could be read."""

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
    a part of the software → its version.
    """

    default_pack: str
    local_base: str
    limits: Limits
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Hallway:
    """The use case `Evaluate` over its ports. `clock` gives aware UTC times."""

    shelf: PackShelf
    matcher: Matcher
    audit: AuditLog
    clock: Callable[[], datetime]
    settings: HallwaySettings

    def evaluate(self, command: EvaluateCommand) -> Answer:
        """Evaluates and records; raises what was refused or failed, after recording it too."""
        request = _received(command)
        earlier = self._earlier(request)
        if earlier is not None:
            return earlier
        instant = _milliseconds(command.evaluation_time or self.clock())
        try:
            compiled = self._compiled(command)
            facts = self._read(command, compiled)
            decision = evaluate(facts, compiled, instant, self.matcher)
            bundle = self._written(command, compiled, facts, decision)
        except (InputInvalid, PackNotFound) as refusal:
            return self._append(self._failure("refusal", refusal, request, instant, _key(request)))
        except Exception as failure:
            self._append_failure(failure, request, instant)
            raise
        return self._append(self._evaluation(request, instant, compiled, facts, decision, bundle))

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

    def _read(self, command: EvaluateCommand, compiled: CompiledPack) -> FactSet:
        """The facts, or every violation of the request at once."""
        violations = [*command.violations, *_envelope_violations(command)]
        if any(violation.field == WHOLE_REQUEST for violation in violations):
            raise InputInvalid(violations)
        try:
            facts = read(
                command.resources,
                command.bundle,
                command.patient,
                compiled.pack,
                local_base=self.settings.local_base,
                limits=self.settings.limits,
            )
        except InputInvalid as refusal:
            violations += refusal.violations
        if violations:
            raise InputInvalid(violations)
        return facts

    def _written(
        self, command: EvaluateCommand, compiled: CompiledPack, facts: FactSet, decision: Decision
    ) -> bytes:
        return write(
            decision,
            compiled.pack,
            facts,
            Envelope(command.request_id, command.client, command.tenant),
            local_base=self.settings.local_base,
            engine_version=self.settings.versions["pactolus"],
        )

    def _append(self, record: NewRecord) -> Answer:
        """Records and answers: with the answer of an earlier record if another thread was first."""
        return _answer(*self.audit.append(record))

    def _append_failure(self, failure: Exception, request: ReceivedRequest, instant: datetime) -> None:
        """A failure is recorded without its request id, so that the caller may try again with it."""
        self.audit.append(self._failure("failure", failure, request, instant, ""))

    def _evaluation(
        self,
        request: ReceivedRequest,
        instant: datetime,
        compiled: CompiledPack,
        facts: FactSet,
        decision: Decision,
        bundle: bytes,
    ) -> NewRecord:
        decided = self._decided_by(instant, decision.pack, compiled)
        answer = encode_answer(decision, bundle)
        return NewRecord(
            event="evaluation",
            tenant=request.tenant,
            client=request.client,
            patient_key=facts.patient.key,
            request_id=_key(request),
            request_digest=request_digest(request),
            instant=decided.instant,
            commitment=self._commitment(decision.pack),
            input=stored_input(request, decided),
            output=answer,
            outcome=decision.outcome.value,
            rules=tuple(reason.rule for reason in decision.reasons if reason.truth == "true"),
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
