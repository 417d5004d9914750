"""What house and replays are both built of: packs, the place of the store, a reader of it, what bears on an answer."""

from collections.abc import Iterator
from contextlib import contextmanager

from pactolus_adapters.audit.checkpointing import NewSigner
from pactolus_adapters.audit.log import LedgerReader
from pactolus_adapters.audit.stores import StorePlace, key_source, open_reader
from pactolus_adapters.clock import system_clock
from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.hallway import HallwaySettings
from pactolus_adapters.packs.folder import FolderShelf
from pactolus_adapters.releases.shelf import ReleaseShelf
from pactolus_adapters.settings import Settings
from pactolus_adapters.signing.keys import read_trust
from pactolus_adapters.signing.note_keys import command_signer, file_signer
from pactolus_adapters.versions import software_versions
from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.match.durable import shards_of
from pactolus_engine.pack.model import Pack
from pactolus_engine.ports import PackShelf

__all__ = ["hallway_settings", "open_shelf", "open_trail", "prepare_pack", "store_place"]


def store_place(settings: Settings) -> StorePlace:
    """Where the log and its keys are. Raises `SettingsInvalid`."""
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


def prepare_pack(pack: Pack) -> CompiledPack:
    """Compiles a pack and sees that durable-rules can hold it."""
    compiled = compile_pack(pack)
    shards_of(compiled)
    return compiled


def hallway_settings(settings: Settings) -> HallwaySettings:
    """What of the settings bears on an answer."""
    return HallwaySettings(
        default_pack=settings.pack,
        local_base=settings.code_systems,
        limits=Limits(settings.resource_bytes, settings.request_bytes),
        versions=software_versions(),
        known_bases=settings.fhir_bases,
    )


@contextmanager
def open_trail(settings: Settings) -> Iterator[LedgerReader]:
    """Opens an audit store only to read it, beside the service that records in it, and closes it again.

    Raises `AuditUnavailable`.
    """
    reader = open_reader(store_place(settings), system_clock)
    try:
        yield reader
    finally:
        reader.close()
