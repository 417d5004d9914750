"""The only file that knows every adapter: settings in, a working house out."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from pactolus_adapters.answers import decode_answer
from pactolus_adapters.audit.checkpointing import NewSigner
from pactolus_adapters.audit.log import LedgerReader
from pactolus_adapters.audit.stores import StorePlace, key_source, open_log, open_reader
from pactolus_adapters.clock import system_clock
from pactolus_adapters.fhir.r4_models import warm_up
from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.grpcapi.convert import response_json_text
from pactolus_adapters.grpcapi.convert_affected import affected_json_text
from pactolus_adapters.grpcapi.interceptors import public
from pactolus_adapters.grpcapi.server import GrpcServer, ServerLimits, build_server, serve
from pactolus_adapters.grpcapi.status import error_json
from pactolus_adapters.hallway import Answer, Hallway, HallwaySettings
from pactolus_adapters.matchers.process import ProcessMatcher
from pactolus_adapters.packs.folder import FolderShelf
from pactolus_adapters.releases.shelf import ReleaseShelf
from pactolus_adapters.settings import Settings
from pactolus_adapters.signing.keys import read_trust
from pactolus_adapters.signing.note_keys import command_signer, file_signer
from pactolus_adapters.versions import software_versions
from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.match.durable import shards_of
from pactolus_engine.pack.model import Pack
from pactolus_engine.ports import Matcher, PackShelf, Receipt, StoredRecord
from pactolus_engine.record import leaf_hash
from pactolus_engine.trail import AuditTrail

__all__ = [
    "House",
    "Records",
    "affected_json_text",
    "error_json_text",
    "open_house",
    "open_matcher",
    "open_records",
    "open_shelf",
    "open_trail",
    "prepare_pack",
    "public",
    "response_json_text",
    "serve",
]

_ENVELOPE_BYTES = 64 * 1024
"""Room in a message for what is not FHIR, so that the size limit of a request is the FHIR reader's."""

_IF_HELD = "if that is the server, ask it (`AuditService.ListAffectedDecisions`), else wait for its end"
"""One process holds a store; a question need not end the server."""


@dataclass(frozen=True, slots=True)
class House:
    """Everything a door needs."""

    hallway: Hallway
    shelf: PackShelf
    audit: AuditTrail
    settings: Settings

    def server(self) -> GrpcServer:
        """The gRPC server over this house, not yet started; its first request finds the models built."""
        warm_up()
        limits = ServerLimits(
            receive_bytes=self.settings.request_bytes + _ENVELOPE_BYTES, evaluations=self.settings.evaluations
        )
        return build_server(
            self.hallway, self.shelf, self.audit, self.recall, limits, self.settings.shows_reflection
        )

    def recall(self, record: StoredRecord) -> Answer:
        """The answer out of a record, as it was given."""
        decision, bundle = decode_answer(record.output)
        return Answer(decision, bundle, Receipt(self.audit.origin, record.index, leaf_hash(record.leaf)))


@dataclass(frozen=True, slots=True)
class Records:
    """What questions to the records need."""

    shelf: PackShelf
    audit: AuditTrail


@contextmanager
def open_records(settings: Settings) -> Iterator[Records]:
    """Opens packs and an audit store that is there already, and closes it again.

    Raises `PackInvalid`, then `AuditUnavailable`; neither leaves anything behind.
    """
    shelf = open_shelf(settings)
    audit = open_log(_store(settings), system_clock, makes=False, if_held=_IF_HELD)
    try:
        yield Records(shelf, audit)
    finally:
        audit.close()


@contextmanager
def open_house(settings: Settings, *, needs_default: bool = True) -> Iterator[House]:
    """Opens packs, audit store and rule engine, in this order, and closes them again.

    `needs_default`: the pack for requests that name none must be on the shelf.

    Raises `PackInvalid` or `PackNotFound` before anything is written, then `AuditUnavailable`.
    """
    shelf = open_shelf(settings)
    if needs_default:
        shelf.get(settings.pack)
    with ExitStack() as opened:
        audit = open_log(_store(settings), system_clock)
        opened.callback(audit.close)
        matcher = ProcessMatcher(timeout=settings.match_seconds)
        opened.callback(matcher.close)
        hallway = Hallway(shelf, matcher, audit, system_clock, _hallway_settings(settings))
        yield House(hallway, shelf, audit, settings)


@contextmanager
def open_trail(settings: Settings) -> Iterator[LedgerReader]:
    """Opens an audit store only to read it, beside the service that records in it, and closes it again.

    Raises `AuditUnavailable`.
    """
    reader = open_reader(_store(settings), system_clock)
    try:
        yield reader
    finally:
        reader.close()


def _store(settings: Settings) -> StorePlace:
    settings.check_signing()
    keys = key_source(settings.data, settings.key_command)
    return StorePlace(settings.data, keys, _signer(settings), settings.database)


def _signer(settings: Settings) -> NewSigner | None:
    """Who signs checkpoints, where it is not the key in the data directory."""
    key, command = settings.signing_key, settings.signing_command
    if key is not None:
        return lambda origin, _: file_signer(key, origin)
    if command:
        return lambda _origin, _: command_signer(command, settings.verifier_key)
    return None


def open_shelf(settings: Settings) -> PackShelf:
    """The published packs where there is a folder of them, verified; else the rules folder, which is not.

    Raises `PackInvalid`, `SettingsInvalid`, and `KeyUnusable` for a key that is trusted and cannot be read.
    """
    settings.check_packs()
    if settings.releases is None:
        return FolderShelf(settings.rules, prepare_pack, settings.overlays)
    return ReleaseShelf(settings.releases, read_trust(settings.trust), prepare_pack, settings.overlays)


@contextmanager
def open_matcher() -> Iterator[Matcher]:
    """durable-rules alone, for work on packs that needs no store; its worker ends with the block."""
    matcher = ProcessMatcher(timeout=Settings().match_seconds)
    try:
        yield matcher
    finally:
        matcher.close()


def prepare_pack(pack: Pack) -> CompiledPack:
    """Compiles a pack and sees that durable-rules can hold it."""
    compiled = compile_pack(pack)
    shards_of(compiled)
    return compiled


def error_json_text(error: Exception) -> str:
    """A refusal as one line of JSON."""
    return json.dumps(error_json(error))


def _hallway_settings(settings: Settings) -> HallwaySettings:
    return HallwaySettings(
        default_pack=settings.pack,
        local_base=settings.code_systems,
        limits=Limits(settings.resource_bytes, settings.request_bytes),
        versions=software_versions(),
        known_bases=settings.fhir_bases,
    )
