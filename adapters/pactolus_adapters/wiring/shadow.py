"""The shadow of a served house: found, recorded, started in a process of its own, ended and recorded.

The large libraries are loaded in that process only.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final

from pactolus_adapters.replay.packs import PacksByDigest, candidate
from pactolus_adapters.replay.runners.carried import CarriedError
from pactolus_adapters.replay.runners.child import start_child
from pactolus_adapters.replay.shadow.kept import (
    KeptShadow,
    begin_shadow,
    named_shadow,
    shadow_before,
    shadow_to_go_on_with,
)
from pactolus_adapters.replay.shadow.watch import ShadowWatch
from pactolus_adapters.replay.spec import ReplaySpec
from pactolus_adapters.settings import Settings, SettingsInvalid
from pactolus_adapters.trail.events import Actor, Event
from pactolus_adapters.versions import software_versions
from pactolus_adapters.wiring.house import House
from pactolus_adapters.wiring.parts import open_trail
from pactolus_adapters.wiring.shelves import every_shelf
from pactolus_engine.decision import PackIdentity
from pactolus_engine.errors import AuditUnavailable, PackNotFound
from pactolus_engine.pack.model import Pack
from pactolus_engine.ports import PackShelf

if TYPE_CHECKING:
    from pactolus_adapters.replay.report.summary import Summary

__all__ = ["Shadow", "shadow_beside", "shadow_report"]

_ACTOR: Final = Actor("pactolus serve")
_LEAST_PRIORITY: Final = 19
_SILENCE_SECONDS: Final = 60
_RECORDS_BETWEEN_SIGNS: Final = 8
_TIMES_ASKED: Final = 2
"""How often a rule engine is asked that does not answer."""
_SIGN_SECONDS: Final = 5
_LOOK_SECONDS: Final = 0.5

Tell = Callable[[str], None]


@dataclass(slots=True)
class Shadow:
    """The shadow of a house, if its settings want one; `begin` when the address is taken, `stop` when the end is near."""

    house: House
    spec: ReplaySpec | None
    tell: Tell
    _kept: KeptShadow | None = field(default=None, init=False)
    _watch: ShadowWatch | None = field(default=None, init=False)

    def begin(self) -> None:
        """Records that it is started and starts it. Raises `AuditUnavailable`, `ReplayFolderUnfit`."""
        if self.spec is None:
            return
        settings, data = self.house.settings, self.house.settings.data
        kept = shadow_to_go_on_with(data, self.spec)
        first = kept.state.spec.first if kept else self._first(self.spec)
        what = "shadow goes on" if kept else "shadow started"
        record = self.house.events.record(_ACTOR, Event("replay", _details(what, self.spec, first)))
        self._kept = kept or begin_shadow(data, _from(self.spec, first), record.index)
        silence = _SILENCE_SECONDS + _RECORDS_BETWEEN_SIGNS * _TIMES_ASKED * settings.match_seconds
        self._watch = ShadowWatch(partial(start_child, _live, settings, self._kept), self.tell, silence)
        self._watch.start()

    def _first(self, spec: ReplaySpec) -> int:
        """Where a new shadow begins: where the one before of the same candidate ended, so that none is left out."""
        before = shadow_before(self.house.settings.data, spec)
        if before is None:
            return self.house.audit.size()
        from pactolus_adapters.replay.parts import PartUnreadable, parts
        from pactolus_adapters.replay.shadow.tail import with_end

        try:
            return with_end(before.state.spec, parts(before.path)).end
        except PartUnreadable as error:
            self.tell(f"shadow: {error}; the new one begins at the end of the log")
            return self.house.audit.size()

    def stop(self) -> None:
        """Ends it at once."""
        if self._watch is not None:
            self._watch.stop()

    def record_root(self) -> None:
        """Records the root of its report as far as it came; a store that takes no record is told to the operator."""
        far = self._watch.far if self._watch else None
        if self._kept is None or far is None or far.end == self._kept.state.spec.first:
            return
        spec = self._kept.state.spec
        details = _details("shadow stopped", spec, spec.first) | {
            "end": str(far.end),
            "started": str(self._kept.state.started),
            "report_root": far.root,
            "results": str(far.results),
            "differences": str(far.differences),
        }
        try:
            self.house.events.record(_ACTOR, Event("replay", details, public={"report_root": far.root}))
        except AuditUnavailable as error:
            self.tell(f"shadow: its root was not recorded: {error}")


@contextmanager
def shadow_beside(house: House, tell: Tell) -> Iterator[Shadow]:
    """The shadow that the settings of a house want, not begun yet, ended with the block. `tell` takes lines for the
    operator.

    Raises `PackNotFound` when there is no such candidate, or no pack of its id decides; `PackInvalid`;
    `SettingsInvalid` when it is the pack that decides.
    """
    shadow = Shadow(house, _spec(house) if house.settings.shadow else None, tell)
    try:
        yield shadow
    finally:
        shadow.stop()
        shadow.record_root()


def shadow_report(settings: Settings, name: str = "") -> tuple["Summary", KeptShadow]:
    """Makes the report of a shadow so far, beside a server that may run. `name`: as `named_shadow`.

    Raises as `named_shadow` and `write_shadow_report`, and `AuditUnavailable`.
    """
    from pactolus_adapters.replay.shadow.report import write_shadow_report

    kept = named_shadow(settings.data, name)
    with open_trail(settings) as trail:
        return write_shadow_report(kept, trail.root), kept


def _spec(house: House) -> ReplaySpec:
    """What the shadow is of; where it begins is not known yet."""
    settings = house.settings
    pack_id, _, version = settings.shadow.partition("@")
    shelves = every_shelf(settings, settings.shadow_packs, house.shelf)
    pack = _candidate(settings, shelves, pack_id, version)
    if pack.digest == _active(house, pack_id).digest:
        raise SettingsInvalid(
            f"`shadow`: `{settings.shadow}` is the very pack that decides now, so that nothing could come out otherwise; "
            "name another version, or the folder that holds it (PACTOLUS_SHADOW_PACKS)"
        )
    source = {"kind": "log", "origin": house.audit.origin}
    identity = PackIdentity(pack.id, pack.version, pack.digest)
    packs = PacksByDigest(shelves).digests
    return ReplaySpec(source, 0, 0, identity, pack.id, software_versions(), packs)


def _candidate(settings: Settings, shelves: Iterable[PackShelf], pack_id: str, version: str) -> Pack:
    try:
        return candidate(shelves, pack_id, version).pack
    except PackNotFound as error:
        raise PackNotFound(
            f"`shadow`: there is no `{settings.shadow}`; name the folder of packs that holds it (PACTOLUS_SHADOW_PACKS)"
        ) from error


def _active(house: House, pack_id: str) -> Pack:
    try:
        return house.shelf.get(pack_id).pack
    except PackNotFound as error:
        raise PackNotFound(
            f"`shadow`: no pack `{pack_id}` decides here, so that there is nothing to compare the candidate with"
        ) from error


def _from(spec: ReplaySpec, first: int) -> ReplaySpec:
    return replace(spec, first=first, end=first)


def _details(what: str, spec: ReplaySpec, first: int) -> dict[str, str]:
    assert spec.pack is not None
    return {
        "what": what,
        "source": spec.source["kind"],
        "first": str(first),
        "pack": f"{spec.pack.id}@{spec.pack.version}",
        "pack_digest": spec.pack.digest,
    }


def _live(pipe: "Connection[Any, Any]", settings: Settings, kept: KeptShadow) -> None:
    """The life of the process. It ends when it is ended, or with an error that the server is told."""
    os.nice(_LEAST_PRIORITY)
    try:
        _follow(pipe, settings, kept)
    except Exception as error:  # noqa: BLE001 - whatever it is, the server tells what may be told
        pipe.send(CarriedError.of(error))


def _follow(pipe: "Connection[Any, Any]", settings: Settings, kept: KeptShadow) -> None:
    from pactolus_adapters.replay.shadow.follow import Follower, alone_in
    from pactolus_adapters.replay.shadow.pace import Pace, PacedSource
    from pactolus_adapters.replay.sources.log import LogSource
    from pactolus_adapters.wiring.replay import Wanted, open_worker

    spec = kept.state.spec
    pace = Pace(settings.shadow_share, _Signs(pipe))
    wanted = Wanted(pack=settings.shadow, of=spec.of, packs=settings.shadow_packs)
    with (
        alone_in(kept.path, lambda: pace.wait(_LOOK_SECONDS)),
        open_trail(settings) as trail,
        open_worker(settings, wanted, spec, PacedSource(LogSource(trail), pace)) as worker,
    ):
        Follower(kept.path, spec, trail, worker, pace, pipe.send).run()


class _Signs:
    """Signs of life for the server, not more than it needs."""

    def __init__(self, pipe: "Connection[Any, Any]") -> None:
        self._pipe = pipe
        self._next = time.monotonic()

    def __call__(self) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _SIGN_SECONDS
            self._pipe.send(None)
