"""The replays that a server does for its callers: of its own log, under the packs on its own shelf and the candidates beside them."""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from pactolus_adapters.replay.folder import REPLAYS_FOLDER
from pactolus_adapters.replay.jobs.asked import Asked
from pactolus_adapters.replay.jobs.service import Means, Replays
from pactolus_adapters.replay.packs import PacksByDigest, candidate
from pactolus_adapters.replay.spec import ReplaySpec
from pactolus_adapters.settings import Settings
from pactolus_adapters.trail.events import EventRecorder
from pactolus_adapters.versions import software_versions
from pactolus_adapters.wiring.shelves import every_shelf
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decision import PackIdentity
from pactolus_engine.errors import InputInvalid, PackNotFound, Violation
from pactolus_engine.ports import PackShelf
from pactolus_engine.trail import AuditTrail

if TYPE_CHECKING:
    from pactolus_adapters.replay.ports import OpenWorker

__all__ = ["replays_of"]


def replays_of(settings: Settings, audit: AuditTrail, shelf: PackShelf, events: EventRecorder) -> Replays:
    """The replays of this server, not yet opened; makes nothing."""
    spec = partial(_spec, settings, audit, shelf)
    means = Means(events, spec, partial(_worker_opener, settings), settings.replay_workers)
    return Replays(settings.data / REPLAYS_FOLDER, means)


def _spec(settings: Settings, audit: AuditTrail, shelf: PackShelf, tenant: str, asked: Asked) -> ReplaySpec:
    """What is replayed for a tenant, with the log and the shelf as they are now. Raises as `Means.spec`."""
    size = audit.size()
    end = asked.end or size
    if not 0 <= asked.first <= end <= size:
        raise InputInvalid([Violation("end_index", f"expected a range of records within 0 to {size}")])
    source = {"kind": "log", "origin": audit.origin, "root": audit.root(end).hex(), "tenant": tenant}
    shelves = every_shelf(settings, settings.shadow_packs, shelf)
    identity = None
    if asked.pack_id:
        pack = _candidate([shelf, *shelves], asked.pack_id, asked.pack_version).pack
        identity = PackIdentity(pack.id, pack.version, pack.digest)
    packs = PacksByDigest(shelves).digests
    return ReplaySpec(source, asked.first, end, identity, asked.pack_id, software_versions(), packs)


def _candidate(shelves: Iterable[PackShelf], pack_id: str, version: str) -> CompiledPack:
    """A pack of the server, or a candidate beside them; without a version the one in force."""
    try:
        return candidate(shelves, pack_id, version)
    except PackNotFound as error:
        raise PackNotFound(
            "no such pack, or no such version of it, is on the server's shelf or among its candidates "
            "(PACTOLUS_SHADOW_PACKS)"
        ) from error


def _worker_opener(settings: Settings, spec: ReplaySpec) -> "OpenWorker":
    """Opens workers that read the records of the spec's tenant only."""
    # Large, and an extra: a server that is asked for no replay does without.
    from pactolus_adapters.wiring.replay import Wanted, open_worker

    return partial(
        open_worker, settings, Wanted(packs=settings.shadow_packs, tenant=spec.source["tenant"]), spec, None
    )
