"""What replays are built of: an order out of what somebody wants, and the workers that do it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from pactolus_adapters.audit.stores import open_log
from pactolus_adapters.clock import system_clock
from pactolus_adapters.instants import milliseconds, written
from pactolus_adapters.matchers.memo import MemoMatcher
from pactolus_adapters.matchers.process import ProcessMatcher
from pactolus_adapters.packs.overlays import OverlayFolder
from pactolus_adapters.replay.folder import REPLAYS_FOLDER, ReplayFolder
from pactolus_adapters.replay.packs import PacksByDigest, candidate
from pactolus_adapters.replay.ports import OpenWorker, Source, Worker
from pactolus_adapters.replay.replayer import Replayer
from pactolus_adapters.replay.run import How, Order, Record
from pactolus_adapters.replay.runners.chosen import runner as chosen_runner
from pactolus_adapters.replay.sources.bulk import open_bulk
from pactolus_adapters.replay.sources.bundles import open_bundles
from pactolus_adapters.replay.sources.export import ExportSource
from pactolus_adapters.replay.sources.folders import SourceKind, detect
from pactolus_adapters.replay.sources.log import LogSource
from pactolus_adapters.replay.sources.source_files import NOT_FOLLOWED
from pactolus_adapters.replay.spec import ReplaySpec, check_software
from pactolus_adapters.replay.work import PartitionWorker
from pactolus_adapters.settings import Settings
from pactolus_adapters.trail.events import Actor, Event, EventRecorder
from pactolus_adapters.versions import software_versions
from pactolus_adapters.wiring.parts import (
    hallway_settings,
    open_shelf,
    open_trail,
    store_place,
)
from pactolus_adapters.wiring.shelves import every_shelf
from pactolus_engine.decision import PackIdentity
from pactolus_engine.errors import InputInvalid, PackNotFound, Violation
from pactolus_engine.ports import PackShelf, Receipt

__all__ = ["Prepared", "Wanted", "how", "new_folder", "open_worker", "prepared", "recorder"]

_IF_HELD = (
    "if that is the server, ask it (`AuditService.StartReplay`), else wait for its end; a replay that was begun goes "
    "on with the same command and --report"
)

_PASSED_OVER = "passed over"
_FOLDERS = f"{_PASSED_OVER} {NOT_FOLLOWED}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A replay as somebody asks for it. `path`: what is read in place of the audit log. `key`: the
    public key of an export's log, empty: the one in it. `pack`: `ID` or `ID@VERSION`,
    empty: each record under the pack that decided it, and what was never evaluated under the default pack. `of`: only
    records that this pack decided; empty: those of `pack`, or all. `packs`: folders of further packs, the first that has
    one wins. `end` 0: to the end. `at`: of what was never evaluated, None: now. `tenant`: None means every tenant."""

    path: Path | None = None
    key: str = ""
    pack: str = ""
    of: str = ""
    packs: tuple[Path, ...] = ()
    first: int = 0
    end: int = 0
    at: datetime | None = None
    tenant: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A replay that can be run: `order`, and who does it in whichever process it is called (it can be pickled).
    `notes`: what the operator may not expect of it."""

    order: Order
    open_worker: OpenWorker
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Opened:
    """A source with what it holds. `source` None: every worker opens the audit log itself. `is_of_log`: its records
    were decided before, so that only those of one pack are meant."""

    described: Mapping[str, str]
    first: int
    end: int
    source: Source | None
    is_of_log: bool


@contextmanager
def prepared(settings: Settings, wanted: Wanted, folder: Path) -> Iterator[Prepared]:
    """Opens what is to be replayed, until the block ends; the order is that of the folder where one was begun.

    Raises `PackNotFound`, `PackInvalid`, `InputInvalid` for a range that is none, `SourceUnusable`,
    `ReplayFolderUnfit`, `AuditUnavailable`.
    """
    decides = open_shelf(settings)
    shelves = every_shelf(settings, wanted.packs, decides)
    _check_packs(wanted, shelves[: shelves.index(decides)])
    named = _candidate(shelves, wanted.pack)
    begun = ReplayFolder(folder).state()
    with _opened_source(settings, wanted, begun.spec if begun else None, folder.parent) as found:
        first, end = max(wanted.first, found.first), wanted.end or found.end
        if not found.first <= first <= end <= found.end:
            raise _no_range(first, end, found)
        # What was never evaluated has no pack of its own.
        chosen = named if named or found.is_of_log else _candidate(shelves, settings.pack)
        of = wanted.of or (chosen.id if chosen and found.is_of_log else "")
        packs = PacksByDigest(shelves).digests
        spec = ReplaySpec(dict(found.described), first, end, chosen, of, software_versions(), packs)
        opened = partial(open_worker, settings, wanted, spec, found.source)
        in_force = decides if found.is_of_log else None
        notes = tuple(_notes(settings, shelves, in_force, named))
        yield Prepared(Order(spec, folder, wanted.reason), opened, notes)


def new_folder(settings: Settings) -> Path:
    """A folder for the report of a replay that names none, below the data directory."""
    return settings.data / REPLAYS_FOLDER / system_clock().strftime("%Y%m%dT%H%M%S.%fZ")


def how(runner: str, workers: int = 0, spark_master: str = "") -> How:
    """How a replay runs; raises `RunnerUnavailable` as `runners.chosen.runner`."""
    return How(runner, chosen_runner(runner, workers, spark_master), system_clock)


def recorder(settings: Settings, wanted: Wanted, actor: Actor) -> Record:
    """Records events in the audit store, which is open only while it does: a replay may take hours, and a server
    wants the store. Where something else than the log is read, the store is made when there is none.

    Raises `AuditUnavailable`.
    """

    def record(event: Event) -> Receipt:
        audit = open_log(store_place(settings), system_clock, makes=wanted.path is not None, if_held=_IF_HELD)
        try:
            return EventRecorder(audit, system_clock).record(actor, event)
        finally:
            audit.close()

    return record


@contextmanager
def open_worker(
    settings: Settings, wanted: Wanted, spec: ReplaySpec, source: Source | None
) -> Iterator[Worker]:
    """A worker with its own reader of the records, its own packs and its own rule engine.

    Raises `SoftwareDiffers` when another version of the software began the replay, `PackNotFound` when a
    pack is not what it was then, and as the source when it cannot be opened.
    """
    check_software(spec, software_versions())
    packs = PacksByDigest(every_shelf(settings, wanted.packs)).only(spec.packs)
    chosen = None if spec.pack is None else packs.one(spec.pack.digest)
    with ExitStack() as entered:
        if source is None:
            source = LogSource(entered.enter_context(open_trail(settings)), wanted.tenant)
        matcher = MemoMatcher(ProcessMatcher(timeout=settings.match_seconds))
        entered.callback(matcher.close)
        limits = hallway_settings(settings).limits
        yield PartitionWorker(source, Replayer(packs, matcher, chosen, spec.of, limits, software_versions()))


@contextmanager
def _opened_source(
    settings: Settings, wanted: Wanted, begun: ReplaySpec | None, workplace: Path
) -> Iterator[_Opened]:
    """`workplace`: where an index of files may lie while they are read; beside the report, for whoever writes results
    there sees it too, on a cluster as well."""
    if wanted.path is None:
        yield _log(settings, wanted, begun)
        return
    bearing = hallway_settings(settings)
    kind = detect(wanted.path, bearing.limits)
    if kind is SourceKind.EXPORT:
        export = ExportSource(wanted.path, wanted.key)
        described = {**export.described(), **_beside(export.passed_over, begun)}
        yield _Opened(described, export.first, export.end, export, True)
        return
    opens = open_bulk if kind is SourceKind.BULK_DATA else open_bundles
    at = written(milliseconds(wanted.at or system_clock()))
    if begun and wanted.at is None:
        at = begun.source.get("instant", at)
    with opens(wanted.path, at, bearing, workplace) as found:
        described = {**found.described(), **_beside(found.passed_over, begun)}
        yield _Opened(described, 0, found.count, found, False)


def _beside(passed_over: Mapping[str, int], begun: ReplaySpec | None) -> dict[str, str]:
    """What was seen in a source and is in no record. Folders may come and go in a replay that was begun: its report may
    lie among them."""
    told = {f"{_PASSED_OVER} {name}": str(number) for name, number in sorted(passed_over.items())}
    if begun is not None:
        told.pop(_FOLDERS, None)
        told |= {name: number for name, number in begun.source.items() if name == _FOLDERS}
    return told


def _log(settings: Settings, wanted: Wanted, begun: ReplaySpec | None) -> _Opened:
    """Of a replay that was begun, the log as it was then, though it has grown."""
    with open_trail(settings) as trail:
        count = begun.end if begun and begun.source.get("origin") == trail.origin else trail.size()
        # A range beyond the log is told as one, not as tiles that are missing.
        end = min(wanted.end or count, count)
        described = {"kind": "log", "origin": trail.origin, "root": trail.root(end).hex()}
    return _Opened(described, 0, count, None, True)


def _no_range(first: int, end: int, found: _Opened) -> InputInvalid:
    said = (
        f"found records {first} to {end}, expected a range within {found.first} to {found.end} (--from, --to)"
    )
    return InputInvalid([Violation("range", said)])


def _check_packs(wanted: Wanted, shelves: Iterable[PackShelf]) -> None:
    """A candidate is looked for in the folders that were named: one that is not there is not the pack in force."""
    pack_id = wanted.pack.partition("@")[0]
    if not (pack_id and wanted.packs) or wanted.of:
        return
    there = {one.pack.id for shelf in shelves for one in shelf.all()}
    if pack_id not in there:
        names = ", ".join(f"`{one}`" for one in sorted(there))
        raise PackNotFound(
            f"--packs holds no pack `{pack_id}`, only {names}: name the folder that its folder lies in"
        )


def _notes(
    settings: Settings, shelves: Iterable[PackShelf], in_force: PackShelf | None, named: PackIdentity | None
) -> Iterator[str]:
    if named is None:
        return
    name = f"`{named.id}@{named.version}`"
    pack = PacksByDigest(shelves).one(named.digest).pack
    if pack.overlay is None and OverlayFolder(settings.overlays).of(named.id):
        yield f"the site's overlay of `{named.id}` does not fit {name}, which is evaluated as its authors wrote it"
    with suppress(PackNotFound):
        if in_force and in_force.get(named.id).pack.digest == named.digest:
            yield f"{name} is the pack in force"


def _candidate(shelves: Sequence[PackShelf], name: str) -> PackIdentity | None:
    """The pack that all records are evaluated under; None: each under its own."""
    if not name:
        return None
    pack_id, _, version = name.partition("@")
    pack = candidate(shelves, pack_id, version).pack
    return PackIdentity(pack.id, pack.version, pack.digest)
