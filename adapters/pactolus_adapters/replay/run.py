"""The use case: a replay begun, recorded, run, reported and recorded again; gone on with where it was left.

That a replay is made is recorded before the first record is read. Its report root is recorded at the end, so that
whoever holds the log can tell whether a report is the one that was made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from pactolus_adapters.replay.folder import ReplayFolder, ReplayFolderUnfit, ReplayState
from pactolus_adapters.replay.parts import parts, remove_unfinished
from pactolus_adapters.replay.ports import OpenWorker, Progress, Runner
from pactolus_adapters.replay.report.summarize import summarize
from pactolus_adapters.replay.report.summary import HowItRan, Summary
from pactolus_adapters.replay.report.write import write_report
from pactolus_adapters.replay.spec import ReplaySpec, partitions
from pactolus_adapters.trail.events import Event
from pactolus_engine.ports import Receipt

__all__ = ["Finished", "How", "Order", "Record", "begin", "finish", "records_done", "run_parts"]

Record = Callable[[Event], Receipt]
"""Records an event in the log of whoever replays; durable when it returns. Raises `AuditUnavailable`."""


@dataclass(frozen=True, slots=True)
class Order:
    """A replay that somebody wants. `reason`: in their words, recorded in the encrypted part."""

    spec: ReplaySpec
    folder: Path
    reason: str = ""


@dataclass(frozen=True, slots=True)
class How:
    """How a replay is run: by which runner, under its name, and by whose clock (aware UTC times)."""

    name: str
    runner: Runner
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Finished:
    """A replay that is done. `recorded`: the record of its end."""

    summary: Summary
    state: ReplayState
    recorded: int


def begin(order: Order, record: Record) -> ReplayState:
    """Begins a replay in its folder, or finds where it was left. Raises `ReplayFolderUnfit`, also when the folder is
    of another replay, and as `record`."""
    folder = ReplayFolder(order.folder)
    found = folder.state()
    if found is not None and found.spec != order.spec:
        raise ReplayFolderUnfit(
            f"`{order.folder}` holds another replay (other records, packs or software): name another folder"
        )
    state = found or ReplayState(order.spec, order.reason, uuid4().hex)
    if state.started is not None:
        return state
    folder.begin(state)
    # Under an id of its own: whoever goes on after a crash between the two finds the record that was made.
    event = Event("replay", _details("started", state), request_id=f"replay {state.id} started")
    return folder.started(state, record(event).index)


def records_done(order: Order) -> int:
    """How many records an earlier run has done. Raises `PartUnreadable`."""
    return sum(part.records for part in parts(order.folder))


def run_parts(order: Order, how: How, open_worker: OpenWorker, progress: Progress) -> HowItRan:
    """Does the partitions that are not done yet; raises as `Runner.run`."""
    done = {part.partition.number for part in parts(order.folder)}
    todo = [one for one in partitions(order.spec) if one.number not in done]
    started = how.clock()
    if todo:
        how.runner.run(open_worker, todo, order.folder, progress)
    return HowItRan(how.name, started, how.clock(), sum(one.records for one in todo))


def finish(order: Order, state: ReplayState, ran: HowItRan, record: Record) -> Finished:
    """Makes the report and records its root, once. Raises `ReplayFolderUnfit` when the results of a replay that was
    finished before are no longer those whose root was recorded, and `PartUnreadable` as `summarize`; the report is
    then left as it is. `OSError` when the disk takes no report."""
    summary = summarize(order.spec, order.folder, ran)
    if state.finished is not None and summary.root != state.root:
        raise ReplayFolderUnfit(
            f"`{order.folder}` was altered since record `{state.finished}` of the audit log took its root"
        )
    write_report(summary, order.folder)
    remove_unfinished(order.folder)
    if state.finished is not None:
        return Finished(summary, state, state.finished)
    details = _details("finished", state) | {
        "started": "" if state.started is None else str(state.started),
        "report_root": summary.root,
        **{f"results.{name}": str(count) for name, count in sorted(summary.classes.items())},
    }
    ended = f"replay {state.id} finished"
    recorded = record(Event("replay", details, request_id=ended, public={"report_root": summary.root}))
    done = ReplayFolder(order.folder).finish(state, summary.root, recorded.index)
    return Finished(summary, done, recorded.index)


def _details(what: str, state: ReplayState) -> dict[str, str]:
    """Of the replay that was begun, whoever goes on with it and for whatever reason."""
    spec = state.spec
    return {
        "what": what,
        "reason": state.reason,
        "source": spec.source["kind"],
        "first": str(spec.first),
        "end": str(spec.end),
        "pack": f"{spec.pack.id}@{spec.pack.version}" if spec.pack else "as recorded",
        "pack_digest": spec.pack.digest if spec.pack else "",
    }
