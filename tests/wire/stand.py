"""A real gRPC server on a free port, before fakes of the ports; and one answer that has everything."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Event

import grpc
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from pactolus.v1.audit_service_pb2_grpc import AuditServiceStub
from pactolus.v1.evaluation_service_pb2_grpc import EvaluationServiceStub
from pactolus.v1.rule_pack_service_pb2_grpc import RulePackServiceStub
from pactolus_adapters.answers import encode_answer
from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.clock import system_clock
from pactolus_adapters.grpcapi.server import GrpcServer, ServerLimits, build_server
from pactolus_adapters.hallway import Answer, EvaluateCommand
from pactolus_adapters.trail.events import EventRecorder
from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.decision import (
    Assumption,
    BlockedOption,
    Caveat,
    Conclusion,
    Decision,
    Evidence,
    Explanation,
    FactTrace,
    FactUsed,
    Missing,
    OfferedOption,
    Outcome,
    PackIdentity,
    PossibleOutcome,
    Reason,
    Retracted,
    RuleOffTrace,
    RuleTrace,
    Trace,
)
from pactolus_engine.errors import InputInvalid, PackNotFound
from pactolus_engine.facts import PassedOver, Source, Taken
from pactolus_engine.pack.approval import Approval, Approved
from pactolus_engine.pack.model import (
    Absence,
    Comparison,
    Derivation,
    Effect,
    Fact,
    FactType,
    Operator,
    Option,
    Pack,
    Parameter,
    Place,
    Rule,
    RuleOff,
)
from pactolus_engine.pack.overlay import Overlay, SiteCode, SiteValue
from pactolus_engine.ports import NewRecord, Receipt
from pactolus_engine.record import DecidedBy, ReceivedRequest, stored_input
from pactolus_engine.trail import AuditTrail

__all__ = [
    "FakeHallway",
    "FakeShelf",
    "Stand",
    "a_log",
    "answer",
    "bad_request",
    "built",
    "error_info",
    "full_decision",
    "pack",
    "retry_info",
    "stand",
]

BUNDLE = b'{"resourceType":"Bundle",\n "total":0.00001000,"note":"caf\xc3\xa9 \\n"}'


def full_decision(outcome: Outcome = Outcome.OFFER, patient: str = "Patient/p1") -> Decision:
    """A decision in which no field is empty, so that a field left out in conversion is seen."""
    evidence = (Evidence("e1", "Author et al.", "it shows this", "10.1/x", "https://example.org/e1"),)
    source = Source("Observation/o1", "Observation.value", "3")
    caveat = Caveat("r-caveat", "mind this", evidence)
    told = Decision(
        decision_id="d" * 64,
        outcome=outcome,
        options=(OfferedOption("o1", "Option", "what it is", (caveat,), evidence),),
        conclusions=(Conclusion("mrd-status", "negative", "MRD status", evidence),),
        reasons=(
            Reason(
                "r1", "offer", "true", "Rule", "text", evidence, (FactUsed("mrd", "MRD", "8e-6", (source,)),)
            ),
        ),
        missing=(Missing("response", "Response", "missing", "send an Observation"),),
        minimal_missing_sets=(("response", "imaging"), ("grafts",)),
        possible_outcomes=(PossibleOutcome(Outcome.OUT_OF_SCOPE, ("o1", "o2")),),
        possible_outcomes_complete=True,
        assumptions=(Assumption("relapse", "false", "no relapse is recorded"),),
        caveats=(caveat,),
        blocked_options=(BlockedOption("o2", "r2", "no graft"),),
        trace=Trace(
            (RuleTrace("r1", "offer", "true", Explanation("all of", "true", (Explanation("a", "true"),))),),
            (FactTrace("mrd", "known", "8e-6", ("[0, 1e-5)",), (source,)),),
            (PassedOver(source, "no code set holds its code"),),
            (RuleOffTrace("r2", "Too low", "block", ("lowest",)),),
            (Taken(source, "7", "it was not sent again"),),
        ),
        pack=PackIdentity("midas", "1.0.0", "ab" * 32),
        patient=patient,
        evaluation_time="2026-03-01T10:20:30.456Z",
        retracted=(Retracted("e" * 64, "plan", "revoked", "a result changed", "7"),),
    )
    return replace(told, replacement=replace(told, retracted=()))


def answer(patient: str = "Patient/p1", index: int = 0) -> Answer:
    """An answer with the full decision."""
    return Answer(full_decision(patient=patient), BUNDLE, Receipt("log.example", index, bytes(range(32))))


def pack(version: str = "1.0.0") -> CompiledPack:
    """A small pack that loads through the real compiler."""
    place = Place("pack.yaml", 1, 1)
    dates = {
        name: Fact(name, name, FactType.DATE, Absence.REQUIRED, place) for name in ("birth-date", "today")
    }
    age = Fact(
        "age",
        "Age",
        FactType.INTEGER,
        Absence.REQUIRED,
        place,
        unit="a",
        low=Decimal(0),
        high=Decimal(130),
        supply="send the birth date",
        derivation=Derivation("years-between", ("birth-date", "today")),
    )
    rule = Rule(
        "old",
        "Old",
        "66 or over",
        Comparison("age", Operator.AT_LEAST, Decimal(66)),
        Effect.EXCLUDE,
        place,
        evidence=("e1",),
        rationale="because",
    )
    window = Parameter(
        "window", "Window", "d", Decimal(-7), Decimal(-28), Decimal(0), "site", "why", True, place
    )
    lowest = Parameter("lowest", "Lowest", "1", None, Decimal(1), Decimal(9), "site", "why", True, place)
    return compile_pack(
        Pack(
            id="midas",
            version=version,
            language="1",
            title="MIDAS",
            description="about",
            evidence_as_of=date(2026, 1, 2),
            review_by=date(2027, 6, 30),
            facts={**dates, "age": age},
            code_sets={},
            parameters={"window": window, "lowest": lowest},
            parameter_values={"window": Decimal("-7.50")},
            options={"o1": Option("o1", "Option", "what it is", ("e1",), (), place)},
            rules={"old": rule},
            evidence={"e1": Evidence("e1", "Author et al.", "it shows this")},
            digest="ab" * 32,
            rules_off={"low": _rule_off()},
            overlay=_overlay(),
            content_digest="c" * 64,
            approvals=(
                _signed(Approved.PACK, "c", "Dr. Example"),
                _signed(Approved.OVERLAY, "d", "Dr. Site"),
            ),
        )
    )


def _signed(of: Approved, letter: str, by: str) -> Approval:
    return Approval(of, letter * 64, by, "haematologist", date(2026, 2, 1))


def _rule_off() -> RuleOff:
    return RuleOff("low", "Too low", "wait", Effect.HOLD, ("lowest",), evidence=("e1",), rationale="because")


def _overlay() -> Overlay:
    return Overlay(
        "Our site",
        {"window": SiteValue(Decimal("-7.50"), "we are quick")},
        (SiteCode("mrd", "local:lab", "M1", "our MRD"),),
        "d" * 64,
    )


@dataclass
class FakeHallway:
    """An `Evaluate` that keeps what it was asked and does what it is told."""

    act: Callable[[EvaluateCommand], Answer] = lambda command: answer(command.patient)
    commands: list[EvaluateCommand] = field(default_factory=list)

    def evaluate(self, command: EvaluateCommand) -> Answer:
        """Remembers the command, refuses what the door found wrong with it, then acts."""
        self.commands.append(command)
        if command.violations:
            raise InputInvalid(command.violations)
        return self.act(command)

    def fail(self, error: Exception) -> None:
        """From now on every evaluation raises this."""

        def act(_: EvaluateCommand) -> Answer:
            raise error

        self.act = act


class FakeShelf:
    """Two versions of a pack, the later one active; `all` waits while the shelf is not open."""

    def __init__(self) -> None:
        self._packs = (pack("1.0.0"), pack("1.1.0"))
        self.open = Event()
        self.open.set()

    def get(self, pack_id: str, version: str = "") -> CompiledPack:
        """As the port says."""
        for compiled in self._packs:
            if (compiled.pack.id, compiled.pack.version) == (pack_id, version or "1.1.0"):
                return compiled
        raise PackNotFound("no such pack is on the shelf")

    def all(self) -> tuple[CompiledPack, ...]:
        """As the port says."""
        assert self.open.wait(10)
        return self._packs


def a_log() -> MemoryAuditLog:
    """A log with an evaluation at 0 and a refusal at 1, both of tenant `default`."""
    log = MemoryAuditLog(lambda: datetime(2026, 3, 1, 10, 20, 31, tzinfo=UTC), origin="log.example")
    request = ReceivedRequest(client="anonymous", tenant="default")
    decided = DecidedBy("2026-03-01T10:20:30.456Z", PackIdentity("", "", ""), {}, {}, {})
    for event, output in (("evaluation", encode_answer(full_decision(), BUNDLE)), ("refusal", b"{}")):
        log.append(
            NewRecord(
                event=event,
                tenant="default",
                client="anonymous",
                patient_key="Patient/p1",
                request_id="",
                request_digest="",
                instant="2026-03-01T10:20:30.456Z",
                commitment={"pack_id": "midas", "pack_version": "1.0.0", "pack_digest": "ab" * 32},
                input=stored_input(request, decided),
                output=output,
                outcome="OFFER",
                rules=("r1",),
                decision_id="d" * 64,
            )
        )
    return log


def built(
    hallway: FakeHallway | None = None,
    shelf: FakeShelf | None = None,
    limits: ServerLimits | None = None,
    reflection_on: bool = False,
    log: AuditTrail | None = None,
) -> GrpcServer:
    """A server that is not started."""
    log = log or a_log()
    return build_server(
        hallway or FakeHallway(),
        shelf or FakeShelf(),
        log,
        lambda record: answer(index=record.index),
        EventRecorder(log, system_clock),
        limits,
        reflection_on,
    )


@dataclass
class Stand:
    """A started server with a channel to it."""

    server: GrpcServer
    port: int
    channel: grpc.Channel
    hallway: FakeHallway
    shelf: FakeShelf
    log: MemoryAuditLog

    @property
    def evaluation(self) -> EvaluationServiceStub:
        """Client of `EvaluationService`."""
        return EvaluationServiceStub(self.channel)

    @property
    def packs(self) -> RulePackServiceStub:
        """Client of `RulePackService`."""
        return RulePackServiceStub(self.channel)

    @property
    def audit(self) -> AuditServiceStub:
        """Client of `AuditService`."""
        return AuditServiceStub(self.channel)


@contextmanager
def stand(limits: ServerLimits | None = None, reflection_on: bool = False) -> Iterator[Stand]:
    """A server on a free port of loopback; stopped at the end."""
    hallway, shelf = FakeHallway(), FakeShelf()
    log = a_log()
    server = built(hallway, shelf, limits, reflection_on, log)
    port = server.start(0)
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield Stand(server, port, channel, hallway, shelf, log)
    finally:
        server.stop()


def _detail(status: Status, kind: type) -> object:
    found = [each for each in status.details if each.Is(kind.DESCRIPTOR)]
    assert len(found) == 1, f"expected one {kind.__name__}"
    message = kind()
    found[0].Unpack(message)
    return message


def _status(error: grpc.RpcError | Status) -> Status:
    return error if isinstance(error, Status) else rpc_status.from_call(error)


def error_info(error: grpc.RpcError | Status) -> ErrorInfo:
    """The `ErrorInfo` of a failed call or a status."""
    return _detail(_status(error), ErrorInfo)


def bad_request(error: grpc.RpcError | Status) -> list[tuple[str, str]]:
    """The violations of a failed call or a status."""
    violations = _detail(_status(error), BadRequest).field_violations
    return [(each.field, each.description) for each in violations]


def retry_info(error: grpc.RpcError | Status) -> RetryInfo:
    """The `RetryInfo` of a failed call or a status."""
    return _detail(_status(error), RetryInfo)
