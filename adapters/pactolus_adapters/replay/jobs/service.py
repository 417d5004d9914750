"""Replays in the background of a server: one at a time, the others wait in the order in which they were begun.

A replay is begun when its start is recorded, and then outlives the server: what is not done when it stops is gone on
with when it starts again. One that fails takes nothing down, and stays so until it is asked for again.
"""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Condition, Thread
from time import monotonic
from typing import TYPE_CHECKING, Final

from pactolus_adapters.replay.folder import ReplayFolderUnfit, ReplayState
from pactolus_adapters.replay.installed import check_installed
from pactolus_adapters.replay.jobs.asked import Asked
from pactolus_adapters.replay.jobs.errors import (
    ReplayNotDone,
    ReplayNotFound,
    ReplaysElsewhere,
    ReplaysEnding,
    TooManyReplays,
)
from pactolus_adapters.replay.jobs.kept import Job, JobFolder
from pactolus_adapters.replay.jobs.status import Status, failed_text, status_of
from pactolus_adapters.replay.spec import ReplaySpec
from pactolus_adapters.trail.events import Actor, EventRecorder
from pactolus_engine.errors import AuditUnavailable, PactolusError, RequestIdReused
from pactolus_engine.replay.result import DIFFERENCES, ReplayClass, ReplayResult

if TYPE_CHECKING:
    from pactolus_adapters.replay.jobs.process import ReplayProcess
    from pactolus_adapters.replay.ports import OpenWorker

# What replays need besides is large and an extra: it is imported when the first one is asked for.

__all__ = ["MOST_WAITING", "Means", "Replays"]

MOST_WAITING: Final = 16
"""Replays that wait while one is done; whoever asks for more is told to come again."""


@dataclass(frozen=True, slots=True)
class Means:
    """What replays need of the house. `spec`: what is replayed for a tenant who asks; raises `InputInvalid`,
    `PackNotFound`, `AuditUnavailable`. `open_worker`: as for a runner. `processes`: workers of one replay."""

    events: EventRecorder
    spec: Callable[[str, Asked], ReplaySpec]
    open_worker: "Callable[[ReplaySpec], OpenWorker]"
    processes: int


class Replays:
    """The use case; safe to use from any thread. Replays are done between `open` and `close`."""

    def __init__(self, path: Path, means: Means) -> None:
        """`path`: the folder of all replays, made when it is opened."""
        self._folder = JobFolder(path)
        self._means = means
        self._changed = Condition()
        self._waiting: deque[str] = deque()
        self._failed: dict[str, str] = {}
        self._refusal: PactolusError | None = ReplaysEnding()
        self._process: ReplayProcess | None = None
        self._thread: Thread | None = None

    def open(self) -> None:
        """Goes on with what was not done, and takes new ones, unless another process does so in this folder."""
        with self._changed:
            self._take()

    def close(self) -> None:
        """Ends what is being done, at once; it is gone on with later. Idempotent."""
        with self._changed:
            self._refusal = ReplaysEnding()
            thread, self._thread = self._thread, None
            if self._process is not None:
                self._process.kill()
            self._changed.notify_all()
        if thread is not None:
            thread.join()
            self._folder.release()

    def start(self, actor: Actor, asked: Asked) -> tuple[str, int]:
        """The id of a replay and the index of the record of its start, which is durable.

        The same request id with the same fields names the replay that it began, and has one that failed gone on
        with. Raises `RequestIdReused` with other fields, `TooManyReplays`, `ReplaysNotInstalled`, `ReplaysElsewhere`,
        `ReplaysEnding`, and as `Means.spec` and `EventRecorder.record`.
        """
        check_installed()
        replay_id = asked.replay_id(actor)
        with self._changed:
            self._take_over()
            if self._refusal is not None:
                raise self._refusal
            state = self._begun(replay_id, asked) or self._begin(replay_id, actor, asked)
            self._changed.notify_all()
        assert state.started is not None  # its record is durable, or `begin` raised
        return replay_id, state.started

    def status(self, tenant: str, replay_id: str) -> Status:
        """How far a replay is. Raises `ReplayNotFound`."""
        return status_of(*self._known(tenant, replay_id))

    def wait(
        self, tenant: str, replay_id: str, seen: int, seconds: float, is_wanted: Callable[[], bool]
    ) -> Status:
        """How far a replay is, once more than `seen` records are done or it has ended, else after so many seconds,
        or when it is not wanted any more (see `wake`). Raises `ReplayNotFound`, `ReplaysEnding`."""
        until = monotonic() + seconds
        with self._changed:
            self._take_over()
            while True:
                status = self.status(tenant, replay_id)
                if not status.is_running or status.records_done > seen:
                    return status
                if isinstance(self._refusal, ReplaysEnding):
                    raise self._refusal
                left = until - monotonic()
                if left <= 0 or not is_wanted():
                    return status
                self._changed.wait(left)

    def wake(self) -> None:
        """Has everybody who waits look whether they are still wanted."""
        with self._changed:
            self._changed.notify_all()

    def check_done(self, tenant: str, replay_id: str) -> None:
        """Raises `ReplayNotFound`, `ReplayNotDone` until its results are complete, `ReplaysNotInstalled`."""
        job, _ = self._known(tenant, replay_id)
        if job.counts is None:
            raise ReplayNotDone
        check_installed()

    def results(
        self, tenant: str, replay_id: str, classes: Sequence[ReplayClass], after: int, most: int
    ) -> tuple[list[ReplayResult], bool]:
        """At most so many results with an index above `after`, of these classes (none: all differences), and whether
        there are no more. Raises as `check_done`, and `PartUnreadable`."""
        self.check_done(tenant, replay_id)
        from pactolus_adapters.replay.jobs.results import results_after

        _, state = self._known(tenant, replay_id)
        path = self._folder.of(replay_id).path
        found = list(islice(results_after(path, state.spec, classes or DIFFERENCES, after), most + 1))
        return found[:most], len(found) <= most

    def _take(self) -> None:
        try:
            self._refusal = None if self._folder.hold() else ReplaysElsewhere()
        except OSError as error:
            self._refusal = _not_kept(error)
        if self._refusal is None:
            self._waiting.extend(job.replay_id for job in self._folder.unfinished())
            self._thread = Thread(target=self._work, name="replays", daemon=True)
            self._thread.start()

    def _take_over(self) -> None:
        """From a server that did them in this folder when this one was opened, once it has ended."""
        if isinstance(self._refusal, ReplaysElsewhere):
            self._take()

    def _known(self, tenant: str, replay_id: str) -> tuple[Job, ReplayState]:
        job = self._folder.job(replay_id)
        state = self._folder.begun(replay_id) if job is not None and job.tenant == tenant else None
        if job is None or state is None:
            raise ReplayNotFound
        return replace(job, failed=self._failed.get(replay_id, job.failed)), state

    def _begun(self, replay_id: str, asked: Asked) -> ReplayState | None:
        """What this request id began before; gone on with if it failed. None also while its start is not recorded."""
        job, state = self._folder.job(replay_id), self._folder.state(replay_id)
        if job is None or state is None:
            return None
        if job.asked != asked.digest():
            raise RequestIdReused("`request_id` came before with other request fields; take a new one")
        if state.started is None:
            return None
        if job.failed or replay_id in self._failed:
            self._check_room()
            self._keep(replace(job, failed=""))
            self._failed.pop(replay_id, None)
            self._waiting.append(replay_id)
        return state

    def _begin(self, replay_id: str, actor: Actor, asked: Asked) -> ReplayState:
        """Begins one, or goes on with the beginning of one whose start could not be recorded."""
        from pactolus_adapters.replay.run import Order, begin

        self._check_room()
        kept = self._folder.state(replay_id)
        spec = kept.spec if kept else self._means.spec(actor.tenant, asked)
        order = Order(spec, self._folder.of(replay_id).path, asked.reason)
        self._keep(Job(replay_id, actor.tenant, actor.client, asked.digest()))
        try:
            state = begin(order, partial(self._means.events.record, actor))
        except ReplayFolderUnfit as error:
            raise _not_kept(error) from error
        self._waiting.append(replay_id)
        return state

    def _check_room(self) -> None:
        if len(self._waiting) >= MOST_WAITING:
            raise TooManyReplays(MOST_WAITING)

    def _keep(self, job: Job, *, durably: bool = True) -> None:
        try:
            self._folder.keep(job, durably=durably)
        except OSError as error:
            raise _not_kept(error) from error

    def _work(self) -> None:
        """The thread: it waits for processes, and works nothing out itself."""
        while (replay_id := self._next()) is not None:
            try:
                self._do(replay_id)
            except Exception as error:  # noqa: BLE001 - one that fails must not end the others
                self._give_up(replay_id, error)

    def _next(self) -> str | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._refusal)
            return None if self._refusal else self._waiting.popleft()

    def _do(self, replay_id: str) -> None:
        check_installed()
        from pactolus_adapters.replay.jobs.process import ReplayProcess
        from pactolus_adapters.replay.run import Order

        job, state = self._folder.job(replay_id), self._folder.begun(replay_id)
        if job is None or state is None:  # the operator removed it
            return
        order = Order(state.spec, self._folder.of(replay_id).path, state.reason)
        open_worker = self._means.open_worker(state.spec)
        with self._changed:
            if self._refusal is not None:
                return
            self._process = process = ReplayProcess(order, state, open_worker, self._means.processes)
        try:
            for far in process.told(partial(self._means.events.record, Actor(job.client, job.tenant))):
                self._note(
                    replace(job, records_done=far.records, differences=far.differences, counts=far.counts)
                )
        finally:
            with self._changed:
                self._process = None
            process.end()

    def _note(self, job: Job) -> None:
        with self._changed:
            self._keep(job, durably=job.counts is not None)
            self._changed.notify_all()

    def _give_up(self, replay_id: str, error: Exception) -> None:
        with self._changed:
            job = self._folder.job(replay_id)
            if job is None or isinstance(self._refusal, ReplaysEnding):
                return  # it was ended, and is gone on with
            self._failed[replay_id] = failed_text(replay_id, error)
            with suppress(AuditUnavailable):  # a full disk: then it is gone on with after the next start
                self._keep(replace(job, failed=self._failed[replay_id]))
            self._changed.notify_all()


def _not_kept(error: OSError | ReplayFolderUnfit) -> AuditUnavailable:
    why = getattr(error, "strerror", None) or "its folder cannot be used"
    return AuditUnavailable(f"what is to be kept of a replay cannot be written to the data directory: {why}")
