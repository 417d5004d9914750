"""Replays in the background: in order, one at a time, gone on with after an end of any kind; none takes others down."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.clock import system_clock
from pactolus_adapters.replay.jobs.asked import Asked
from pactolus_adapters.replay.jobs.errors import (
    ReplayNotFound,
    ReplaysElsewhere,
    ReplaysEnding,
    TooManyReplays,
)
from pactolus_adapters.replay.jobs.kept import Job
from pactolus_adapters.replay.jobs.service import MOST_WAITING, Means, Replays
from pactolus_adapters.replay.jobs.status import Status
from pactolus_adapters.replay.parts import parts, read_results
from pactolus_adapters.replay.ports import OpenWorker
from pactolus_adapters.replay.report.root import report_root
from pactolus_adapters.replay.runners.inline import InlineRunner
from pactolus_adapters.replay.spec import ReplaySpec, SoftwareDiffers, partitions
from pactolus_adapters.trail.events import Actor, EventRecorder
from pactolus_engine.errors import AuditUnavailable, RequestIdReused
from pactolus_engine.replay.result import ReplayClass
from tests.adapters.replay.runners.small_worker import Habits, opened, small_worker
from tests.contract.audit_log import new_record
from tests.support.process import is_running, until

EHR = Actor("ehr", "north")
RECORDS = 256 * 8
"""Of eight partitions."""


def unheard_of() -> Exception:
    """A defect whose text must not be shown."""
    return RuntimeError("Jane-Canary-8c1f")


def newer_software() -> Exception:
    """What a worker says after an upgrade."""
    return SoftwareDiffers("install those, or begin anew in another folder")


@dataclass
class Bench:
    """Replays in a folder, over a log in memory and workers with habits."""

    base: Path
    habits: dict[str, Any] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)
    log: MemoryAuditLog = field(default_factory=lambda: MemoryAuditLog(system_clock, origin="log.example"))

    def __post_init__(self) -> None:
        self.marks.mkdir()
        self.replays = self.made()

    @property
    def marks(self) -> Path:
        return self.base / "marks"

    def made(self) -> Replays:
        """As a server makes them when it starts, over what an earlier one has left."""
        return Replays(
            self.base / "replays", Means(EventRecorder(self.log, system_clock), self._spec, self._worker, 1)
        )

    def again(self) -> None:
        """As the next start of the server."""
        self.replays.close()
        self.replays = self.made()
        self.replays.open()

    def start(self, request_id: str = "", **asked: Any) -> str:
        return self.replays.start(EHR, Asked(request_id, **asked))[0]

    def ended(self, replay_id: str) -> Status:
        end = monotonic() + 60
        while (status := self.wait(replay_id)).is_running and monotonic() < end:
            pass
        return status

    def wait(self, replay_id: str, seen: int = RECORDS) -> Status:
        return self.replays.wait("north", replay_id, seen, 10, lambda: True)

    def events(self) -> list[bytes]:
        """What was recorded, oldest first."""
        return [self.log.read(index).input for index in range(self.log.size())]

    def folder(self, replay_id: str) -> Path:
        return self.base / "replays" / replay_id

    def _spec(self, tenant: str, asked: Asked) -> ReplaySpec:
        return ReplaySpec({"kind": "log", "tenant": tenant, **self.source}, asked.first, asked.end or RECORDS)

    def _worker(self, _spec: ReplaySpec) -> OpenWorker:
        return partial(small_worker, Habits(self.marks, **self.habits))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    made.replays.open()
    yield made
    made.replays.close()


def _inline_root(base: Path, end: int = RECORDS) -> str:
    """The root of a replay of the same that nothing interrupts."""
    spec, marks = ReplaySpec({"kind": "log", "tenant": "north"}, 0, end), base / "inline-marks"
    marks.mkdir()
    InlineRunner().run(
        partial(small_worker, Habits(marks)), list(partitions(spec)), base / "inline", lambda _: None
    )
    return report_root(spec, base / "inline").hex()


def test_what_is_ended_at_once_goes_on_where_it_was(bench: Bench) -> None:
    bench.habits["seconds"] = 0.3
    replay_id = bench.start("one")
    assert bench.wait(replay_id, seen=0).records_done >= 256
    began = monotonic()
    bench.replays.close()
    assert monotonic() - began < 5
    (worker,) = opened(bench.marks)
    assert until(lambda: not is_running(worker), 5), "a worker outlived its server"
    done_before = len(parts(bench.folder(replay_id)))
    assert 0 < done_before < 8
    with pytest.raises(ReplaysEnding):
        bench.start("one")
    bench.habits["seconds"] = 0
    bench.again()
    status = bench.ended(replay_id)
    found = [one.index for part in parts(bench.folder(replay_id)) for one in read_results(part)]
    assert found == [index for index in range(RECORDS) if index % 7]
    assert status.root == _inline_root(bench.base)
    assert status.counts is not None and sum(status.counts.values()) == len(found)
    assert status.differences == status.counts[ReplayClass.CHANGED_OUTCOME]
    assert [b'"what":"started"' in one for one in bench.events()] == [True, False]
    assert status.recorded == 1
    assert bench.start("one") == replay_id, "what is done is named, not done again"


def test_an_end_that_was_recorded_is_not_recorded_again(bench: Bench) -> None:
    replay_id = bench.start("one", end=256)
    first = bench.ended(replay_id)
    bench.replays.close()
    # As if the server had been killed before it noted that the end is recorded.
    folder = bench.replays._folder
    job, state = folder.job(replay_id), folder.state(replay_id)
    assert job is not None and state is not None
    folder.keep(replace(job, counts=None))
    folder.of(replay_id).begin(replace(state, finished=None, root=""))
    bench.again()
    assert bench.ended(replay_id) == first
    assert len(bench.events()) == 2


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (partial(AuditUnavailable, "the store cannot be read"), "the store cannot be read"),
        (newer_software, "the server's software was changed"),
        (partial(OSError, 28, "No space left on device"), "No space left on device"),
        (unheard_of, "internal error"),
    ],
    ids=["store", "upgrade", "full-disk", "defect"],
)
def test_one_that_fails_says_why_and_goes_on_when_it_is_asked_for_again(
    bench: Bench, failure: Callable[[], Exception], told: str, caplog: pytest.LogCaptureFixture
) -> None:
    bench.habits |= {"fails": 1, "failure": failure}
    failed = bench.start("one", end=512)
    status = bench.ended(failed)
    assert told in status.failed
    assert "Canary" not in status.failed + caplog.text
    assert (status.records_done, status.counts, status.recorded) == (256, None, None)
    if failure is not unheard_of:  # the rest is the same for all of them
        return
    bench.again()
    assert bench.replays.status("north", failed).failed == status.failed
    bench.habits["fails"] = -1
    assert bench.start("one", end=512) == failed
    assert bench.ended(failed).root == _inline_root(bench.base, 512)
    assert len(bench.events()) == 2


def test_a_stop_of_the_whole_service_is_the_server_s_to_act_on(bench: Bench) -> None:
    bench.habits["seconds"] = 0.2
    replay_id = bench.start(end=512)
    assert until(lambda: bench.replays._process, 10)
    process = bench.replays._process._child.process  # type: ignore[union-attr]
    process.terminate()  # while it starts
    assert bench.wait(replay_id, seen=0).records_done
    process.terminate()
    assert bench.ended(replay_id).counts is not None


def test_a_process_that_is_killed_fails_its_replay_and_no_other(bench: Bench) -> None:
    bench.habits["seconds"] = 0.3
    killed, other = bench.start(), bench.start(end=1)
    assert bench.wait(killed, seen=0).records_done
    bench.replays._process.kill()  # type: ignore[union-attr]
    assert "was killed" in bench.ended(killed).failed
    assert bench.ended(other).counts == {**dict.fromkeys(ReplayClass, 0)}
    assert until(lambda: not any(map(is_running, opened(bench.marks))), 10), "a worker was left behind"


def test_only_so_many_wait_and_in_their_order(bench: Bench) -> None:
    bench.habits["seconds"] = 60
    first = bench.start()
    assert until(lambda: opened(bench.marks), 30), "it is being done"
    waiting = [bench.start(f"n{number}") for number in range(MOST_WAITING)]
    recorded = bench.log.size()
    with pytest.raises(TooManyReplays):
        bench.start()
    assert bench.log.size() == recorded, "what is refused is not recorded as started"
    assert bench.start("n3") == waiting[3], "one that waits is named"
    bench.replays.close()
    later = bench.made()
    assert [one.replay_id for one in later._folder.unfinished()] == [first, *waiting]


def test_a_request_id_is_of_its_client_and_tenant(bench: Bench) -> None:
    bench.habits["seconds"] = 60
    asked = Asked("one", reason="why")
    mine, _ = bench.replays.start(EHR, asked)
    others = {bench.replays.start(who, asked)[0] for who in (Actor("lab", "north"), Actor("ehr", "south"))}
    assert len(others | {mine}) == 3
    with pytest.raises(RequestIdReused):
        bench.replays.start(EHR, Asked("one", reason="another"))
    with pytest.raises(ReplayNotFound):
        bench.replays.status("south", mine)


def test_a_second_process_on_the_folder_does_nothing_in_it(bench: Bench) -> None:
    second = bench.made()
    second.open()
    with pytest.raises(ReplaysElsewhere):
        second.start(EHR, Asked())
    second.close()
    assert bench.log.size() == 0


def test_it_takes_over_when_the_first_has_ended(bench: Bench) -> None:
    bench.habits["seconds"] = 60
    left = bench.start()
    bench.habits["seconds"] = 0
    second = bench.made()
    second.open()
    try:
        assert second.wait("north", left, 0, 0, lambda: True).is_running
        bench.replays.close()
        asked, _ = second.start(EHR, Asked(end=1))
        for replay_id in (left, asked):
            end = monotonic() + 60
            while second.wait("north", replay_id, RECORDS, 10, lambda: True).is_running and monotonic() < end:
                pass
            assert second.status("north", replay_id).counts is not None
    finally:
        second.close()


def test_a_start_that_could_not_be_recorded_is_none(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise AuditUnavailable("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(bench.log, "append", full)
        with pytest.raises(AuditUnavailable):
            bench.start("one")
    replay_id = Asked("one").replay_id(EHR)
    for again in (bench.again, lambda: None):
        with pytest.raises(ReplayNotFound):
            bench.replays.status("north", replay_id)
        again()
    with pytest.raises(RequestIdReused):
        bench.start("one", reason="another")
    bench.source["root"] = "another"
    bench.log.append(new_record("between"))  # the log has grown, the replay is of what was asked for
    assert bench.replays.start(EHR, Asked("one")) == (replay_id, 1)
    assert bench.ended(replay_id).counts is not None
    assert b'"started"' in bench.log.read(1).input and bench.log.size() == 3


def test_what_was_never_begun_is_forgotten_and_what_is_none_is_left_alone(bench: Bench) -> None:
    folder = bench.replays._folder
    folder.keep(Job("ab" * 16, "north", "ehr", "digest"))
    (folder.path / "notes.json").write_text("{}")
    bench.again()
    assert not (folder.path / f"{'ab' * 16}.json").exists()
    assert (folder.path / "notes.json").exists()


def test_a_disk_that_takes_no_note_fails_the_replay_until_the_next_start(bench: Bench) -> None:
    bench.habits["seconds"] = 0.5
    replay_id = bench.start(end=1)
    (bench.base / "replays" / f".{replay_id}.json.unfinished").mkdir()
    assert "cannot be written to the data directory" in bench.ended(replay_id).failed
    (bench.base / "replays" / f".{replay_id}.json.unfinished").rmdir()
    bench.again()
    assert bench.ended(replay_id).counts is not None
