"""What replays are built of: an order out of what somebody wants, and the workers that do it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pactolus_adapters.clock import system_clock
from pactolus_adapters.matchers.memo import MemoMatcher
from pactolus_adapters.matchers.process import ProcessMatcher
from pactolus_adapters.packs.folder import FolderShelf
from pactolus_adapters.replay.folder import ReplayFolder
from pactolus_adapters.replay.packs import PacksByDigest, candidate
from pactolus_adapters.replay.ports import OpenWorker, Source, Worker
from pactolus_adapters.replay.replayer import Replayer
from pactolus_adapters.replay.run import Order, Record
from pactolus_adapters.replay.sources.log import LogSource
from pactolus_adapters.replay.spec import ReplaySpec, check_software
from pactolus_adapters.replay.work import PartitionWorker
from pactolus_adapters.settings import Settings
from pactolus_adapters.trail.events import Actor, Event, EventRecorder
from pactolus_adapters.versions import software_versions
from pactolus_adapters.wiring.house import (
    hallway_settings,
    open_shelf,
    open_trail,
    opened,
    prepare_pack,
)
from pactolus_engine.decision import PackIdentity
from pactolus_engine.errors import InputInvalid, PackNotFound, Violation
from pactolus_engine.ports import PackShelf, Receipt

__all__ = ["Wanted", "open_worker", "order", "recorder", "worker_opener"]

_IF_HELD = (
    "if that is the server, ask it (`AuditService.StartReplay`), else wait for its end; a replay that was begun goes "
    "on with the same command and --report"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A replay as somebody asks for it. `pack`: `ID` or `ID@VERSION`, empty: each record under the pack that decided
    it. `of`: only records that this pack decided; empty: those of `pack`, or all. `packs`: folders of further packs, the
    first that has one wins. `end` 0: to the end. `tenant`: None means every tenant."""

    pack: str = ""
    of: str = ""
    packs: tuple[Path, ...] = ()
    first: int = 0
    end: int = 0
    tenant: str | None = None
    reason: str = ""


def order(settings: Settings, wanted: Wanted, folder: Path) -> Order:
    """The order for a replay of the audit log, or the one that was begun in the folder.

    Raises `PackNotFound`, `PackInvalid`, `InputInvalid` for a range that is none, `ReplayFolderUnfit`,
    `AuditUnavailable`.
    """
    chosen = _candidate(settings, wanted)
    begun = ReplayFolder(folder).state()
    source, first, end = _log_range(settings, wanted, begun.spec if begun else None)
    of = wanted.of or (chosen.id if chosen else "")
    return Order(ReplaySpec(source, first, end, chosen, of, software_versions()), folder, wanted.reason)


def _log_range(
    settings: Settings, wanted: Wanted, begun: ReplaySpec | None
) -> tuple[dict[str, str], int, int]:
    """What of the log is replayed: of a replay that was begun, what it was begun with, though the log has grown."""
    with open_trail(settings) as trail:
        first, end = (begun.first, begun.end) if begun else (wanted.first, wanted.end or trail.size())
        if not 0 <= first <= end <= trail.size():
            raise InputInvalid([Violation("end_index", f"expected a range within 0 to {trail.size()}")])
        source = {"kind": "log", "origin": trail.origin, "root": trail.root(end).hex()}
    return (source if wanted.tenant is None else source | {"tenant": wanted.tenant}), first, end


def recorder(settings: Settings, actor: Actor) -> Record:
    """Records events in an audit store that is there, which is open only while it does: a replay may take
    hours, and a server wants the store. Raises `AuditUnavailable`."""

    def record(event: Event) -> Receipt:
        with opened(settings, _IF_HELD) as audit:
            return EventRecorder(audit, system_clock).record(actor, event)

    return record


def worker_opener(settings: Settings, wanted: Wanted, spec: ReplaySpec) -> OpenWorker:
    """Opens workers for this replay in whichever process it is called; can be pickled."""
    return partial(open_worker, settings, wanted, spec)


@contextmanager
def open_worker(settings: Settings, wanted: Wanted, spec: ReplaySpec) -> Iterator[Worker]:
    """A worker with its own reader of the records, its own packs and its own rule engine.

    Raises `SoftwareDiffers` when another version of the software began the replay, `PackNotFound` when its
    pack is not what it was, and as the source when it cannot be opened.
    """
    check_software(spec, software_versions())
    packs = PacksByDigest(_shelves(settings, wanted))
    chosen = None if spec.pack is None else packs.get(spec.pack.digest)
    if spec.pack is not None and chosen is None:
        raise PackNotFound(
            "the pack of the replay is not on the shelf any more, or was changed since it began"
        )
    with ExitStack() as entered:
        source = entered.enter_context(_open_source(settings, spec))
        matcher = MemoMatcher(ProcessMatcher(timeout=settings.match_seconds))
        entered.callback(matcher.close)
        limits = hallway_settings(settings).limits
        replayer = Replayer(packs, matcher, chosen, spec.of, limits, software_versions())
        yield PartitionWorker(source, replayer)


@contextmanager
def _open_source(settings: Settings, spec: ReplaySpec) -> Iterator[Source]:
    with open_trail(settings) as trail:
        yield LogSource(trail, spec.source.get("tenant"))


def _candidate(settings: Settings, wanted: Wanted) -> PackIdentity | None:
    """The pack that all records are evaluated under, if one was asked for."""
    if not wanted.pack:
        return None
    pack_id, _, version = wanted.pack.partition("@")
    pack = candidate(_shelves(settings, wanted), pack_id, version).pack
    return PackIdentity(pack.id, pack.version, pack.digest)


def _shelves(settings: Settings, wanted: Wanted) -> list[PackShelf]:
    """The folders that were named, then what decides now; each with the site's overlay, and as its authors wrote it,
    since either may have decided."""
    bare = replace(settings, overlays=None)
    named = [
        FolderShelf(folder, prepare_pack, site.overlays)
        for folder in wanted.packs
        for site in ((settings, bare) if settings.overlays else (bare,))
    ]
    return [*named, open_shelf(settings), *([open_shelf(bare)] if settings.overlays else [])]
