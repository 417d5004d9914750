"""Settings in, a working house out: packs, matcher, audit store, doors."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from pactolus_adapters.answers import decode_answer
from pactolus_adapters.audit.erased_keys import ERASED_KEYS_FILE, ErasedKeys
from pactolus_adapters.audit.keeping import Keeper
from pactolus_adapters.audit.restore import Wanted
from pactolus_adapters.audit.stores import open_log
from pactolus_adapters.clock import system_clock
from pactolus_adapters.fhir.r4_models import warm_up
from pactolus_adapters.grpcapi.convert import decision_json, response_json_text
from pactolus_adapters.grpcapi.convert_affected import affected_json_text
from pactolus_adapters.grpcapi.interceptors import public
from pactolus_adapters.grpcapi.server import GrpcServer, ServerLimits, build_server, serve
from pactolus_adapters.grpcapi.status import error_json
from pactolus_adapters.hallway import Answer, Hallway
from pactolus_adapters.matchers.process import ProcessMatcher
from pactolus_adapters.replay.jobs.service import Replays
from pactolus_adapters.settings import Settings, SettingsInvalid
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.tlog.policy import Policy, read_policy
from pactolus_adapters.trail.activation import activation_event
from pactolus_adapters.trail.erase import Erasure
from pactolus_adapters.trail.events import Actor, Event, EventRecorder, event_record
from pactolus_adapters.trail.export_files import Exporter
from pactolus_adapters.trail.find import Found, Query, find
from pactolus_adapters.trail.looks import note_look
from pactolus_adapters.trail.show import Shown, show
from pactolus_adapters.wiring.parts import (
    hallway_settings,
    open_shelf,
    open_trail,
    prepare_pack,
    store_place,
)
from pactolus_adapters.wiring.replays import replays_of
from pactolus_adapters.witness.client import WitnessClient
from pactolus_adapters.witness.cosigning import Tell
from pactolus_adapters.witness.feeding import Feeder
from pactolus_adapters.witness.submitting import check_log
from pactolus_engine.ports import Change, Matcher, NewRecord, PackShelf, Receipt, StoredRecord
from pactolus_engine.record import leaf_hash
from pactolus_engine.trail import AuditTrail

__all__ = [
    "House",
    "Journal",
    "Records",
    "Wanted",
    "affected_json_text",
    "decision_json",
    "error_json_text",
    "open_exporter",
    "hallway_settings",
    "keeper",
    "open_erasure",
    "open_house",
    "open_log_to_publish",
    "open_journal",
    "open_matcher",
    "open_records",
    "open_shelf",
    "open_trail",
    "opened",
    "prepare_pack",
    "public",
    "response_json_text",
    "store_place",
    "witness_policy",
]

_ENVELOPE_BYTES = 64 * 1024
"""Room in a message for what is not FHIR, so that the size limit of a request is the FHIR reader's."""

IF_HELD = "if that is the server, ask it (`{}`), else wait for its end"
"""One process holds a store; a question need not end the server."""

_IF_SERVED = "if that is the server, it signs and asks its witnesses itself (PACTOLUS_WITNESSES), else wait for its end"
_IF_HELD_TO_ERASE = (
    "if that is the server, end it first; to erase, it can be asked (`AuditService.ErasePatient`)"
)


@dataclass(frozen=True, slots=True)
class House:
    """Everything a door needs."""

    hallway: Hallway
    shelf: PackShelf
    audit: AuditTrail
    settings: Settings
    events: EventRecorder
    replays: Replays
    policy: Policy | None = None

    @contextmanager
    def feeding(self, tell: Tell) -> Iterator[None]:
        """Asks the witnesses to cosign new checkpoints while the block runs; `tell` takes lines for the operator.

        Raises `LogUnknown` when the policy names logs and not this one, `AddressUnusable`.
        """
        if self.policy is None:
            yield
            return
        check_log(self.policy, NoteVerifier.from_text(self.audit.verifier_key))
        feeder = Feeder(self.audit, map(WitnessClient, self.policy.witnesses), tell)
        feeder.start()
        try:
            yield
        finally:
            feeder.close()

    def server(self) -> GrpcServer:
        """The gRPC server over this house, not yet started; its first request finds the models built."""
        warm_up()
        limits = ServerLimits(
            receive_bytes=self.settings.request_bytes + _ENVELOPE_BYTES, evaluations=self.settings.evaluations
        )
        erasure = _erasure(self.settings, self.audit, self.hallway.memory.forget)
        return build_server(
            self.hallway,
            self.shelf,
            self.audit,
            self.recall,
            self.events,
            limits,
            self.settings.shows_reflection,
            self.exporter,
            erasure if self.settings.remote_erasure else None,
            self.replays,
        )

    def serve(
        self,
        announce: Callable[[int], None],
        before_serving: Callable[[], object] = lambda: None,
        before_stopping: Callable[[], object] = lambda: None,
    ) -> bool:
        """Serves until it is told to stop, after recording what is in force. Returns and raises as `serve`."""

        def begin() -> None:
            self.record_activation()
            before_serving()

        return serve(self.server(), self.settings.port, self.settings.host, announce, begin, before_stopping)

    def record_activation(self) -> Receipt:
        """Records packs, settings and software that will decide from now on. Raises `AuditUnavailable`."""
        event = activation_event(self.audit, self.shelf, _bearing_on_answers(self.settings))
        return self.events.record(Actor("pactolus serve"), event)

    def exporter(self, actor: Actor) -> Exporter:
        """Whoever exports records for this actor."""
        return _exporter(self.settings, self.audit, actor)

    def recall(self, record: StoredRecord) -> Answer:
        """The answer out of a record, as it was given."""
        decision, bundle = decode_answer(record.output)
        return Answer(decision, bundle, Receipt(self.audit.origin, record.index, leaf_hash(record.leaf)))


@dataclass(frozen=True, slots=True)
class Journal:
    """The records alone. `events` takes the questions to them."""

    audit: AuditTrail
    events: EventRecorder

    def show(self, actor: Actor, wanted: int | str) -> Shown:
        """One record, by its index or the id of its decision. Raises as `trail.show.show`."""
        return show(self.audit, self.events, actor, wanted)

    def find(self, actor: Actor, query: Query, most: int | None) -> Found:
        """The records of a query, at most `most`. Raises as `trail.find.find`."""
        return find(self.audit, self.events, actor, "audit list", query, most=most)


@dataclass(frozen=True, slots=True)
class Records:
    """What questions to the records need that ask the packs too. `events` takes the questions themselves."""

    shelf: PackShelf
    audit: AuditTrail
    events: EventRecorder

    def note_look(self, actor: Actor, door: str, asked: Mapping[str, str]) -> Receipt:
        """Records a question before it is answered. Raises `AuditUnavailable`."""
        return note_look(self.events, actor, door, asked)


@contextmanager
def open_journal(settings: Settings, instead: str = "AuditService") -> Iterator[Journal]:
    """Opens an audit store that is there already, to ask it and record that it was asked; closes it again.

    `instead`: the method to ask when a server holds the store. Raises `AuditUnavailable`.
    """
    with opened(settings, IF_HELD.format(instead)) as audit:
        yield Journal(audit, EventRecorder(audit, system_clock))


@contextmanager
def open_records(settings: Settings, instead: str = "AuditService") -> Iterator[Records]:
    """Opens packs and an audit store that is there already, and closes it again.

    Raises `PackInvalid`, then as `open_journal`; neither leaves anything behind.
    """
    shelf = open_shelf(settings)
    with open_journal(settings, instead) as journal:
        yield Records(shelf, journal.audit, journal.events)


@contextmanager
def open_exporter(settings: Settings, actor: Actor) -> Iterator[Exporter]:
    """Opens an audit store that is there already to export from it for this actor, and closes it again.

    Raises `AuditUnavailable`.
    """
    with opened(settings, IF_HELD.format("AuditService.ExportRecords")) as audit:
        yield _exporter(settings, audit, actor)


def _exporter(settings: Settings, audit: AuditTrail, actor: Actor) -> Exporter:
    return Exporter(audit, EventRecorder(audit, system_clock), actor, settings.code_systems)


@contextmanager
def open_house(settings: Settings, *, needs_default: bool = True) -> Iterator[House]:
    """Opens packs, audit store and rule engine, in this order, and closes them again.

    `needs_default`: the pack for requests that name none must be on the shelf.

    Raises `SettingsInvalid`, `PolicyInvalid`, `PackInvalid` or `PackNotFound` before anything is written, then
    `AuditUnavailable`.
    """
    policy = witness_policy(settings)
    shelf = open_shelf(settings)
    if needs_default:
        shelf.get(settings.pack)
    with ExitStack() as opened:
        audit = open_log(store_place(settings), system_clock)
        opened.callback(audit.close)
        matcher = ProcessMatcher(timeout=settings.match_seconds)
        opened.callback(matcher.close)
        hallway = Hallway(shelf, matcher, audit, system_clock, hallway_settings(settings))
        events = EventRecorder(audit, system_clock)
        replays = replays_of(settings, audit, shelf, events)
        opened.callback(replays.close)
        yield House(hallway, shelf, audit, settings, events, replays, policy)


@contextmanager
def open_erasure(settings: Settings) -> Iterator[Erasure]:
    """Opens an audit store that is there already to erase or prune in it, and closes it again.

    Raises `AuditUnavailable`.
    """
    with opened(settings, _IF_HELD_TO_ERASE) as audit:
        yield _erasure(settings, audit)


def keeper(settings: Settings, client: str) -> Keeper:
    """Who backs up, restores and changes the store of these settings. `client`: who acts, for the records."""

    def event(kind: str, details: Mapping[str, str], change: Change | None) -> NewRecord:
        return event_record(Actor(client), Event(kind, details, change=change), system_clock())

    return Keeper(store_place(settings), system_clock, event)


def _erasure(settings: Settings, audit: AuditTrail, forget: Callable[[], None] = lambda: None) -> Erasure:
    remember = ErasedKeys(settings.data / ERASED_KEYS_FILE).add
    return Erasure(audit, EventRecorder(audit, system_clock), remember, forget)


def open_log_to_publish(settings: Settings) -> AbstractContextManager[AuditTrail]:
    """Opens an audit store that is there, alone, to sign its checkpoint; and closes it. Raises `AuditUnavailable`."""
    return opened(settings, _IF_SERVED)


@contextmanager
def opened(settings: Settings, if_held: str) -> Iterator[AuditTrail]:
    """Opens an audit store that is there, alone, and closes it again. `if_held`: what to do when another process
    holds it. Raises `AuditUnavailable`."""
    audit = open_log(store_place(settings), system_clock, makes=False, if_held=if_held)
    try:
        yield audit
    finally:
        audit.close()


def witness_policy(settings: Settings) -> Policy | None:
    """Whose cosignatures the operator wants; None: nobody's.

    Raises `SettingsInvalid` for a file that cannot be read, `PolicyInvalid`.
    """
    if settings.witnesses is None:
        return None
    try:
        content = settings.witnesses.read_bytes()
    except OSError as error:
        raise SettingsInvalid(
            f"`witnesses`: policy file `{settings.witnesses}` cannot be read (--witnesses, PACTOLUS_WITNESSES)"
        ) from error
    return read_policy(content, str(settings.witnesses))


@contextmanager
def open_matcher() -> Iterator[Matcher]:
    """durable-rules alone, for work on packs that needs no store; its worker ends with the block."""
    matcher = ProcessMatcher(timeout=Settings().match_seconds)
    try:
        yield matcher
    finally:
        matcher.close()


def error_json_text(error: Exception) -> str:
    """A refusal as one line of JSON."""
    return json.dumps(error_json(error))


def _bearing_on_answers(settings: Settings) -> dict[str, str]:
    """What of the settings may change an answer, or what is refused."""
    return {
        "default_pack": settings.pack,
        "local_base": settings.code_systems,
        "fhir_bases": ",".join(settings.fhir_bases),
        "resource_bytes": str(settings.resource_bytes),
        "request_bytes": str(settings.request_bytes),
        "packs": "releases, verified" if settings.releases else "rules folder, not verified",
    }
