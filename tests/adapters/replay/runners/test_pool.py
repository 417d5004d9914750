"""A replay in several processes: what every runner promises, and nobody outlives the parent, however it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pactolus_adapters.replay.parts import parts
from pactolus_adapters.replay.ports import PartDone, Runner
from pactolus_adapters.replay.runners.carried import ReplayStopped
from pactolus_adapters.replay.runners.inline import InlineRunner
from pactolus_adapters.replay.runners.pool import MOST_DEATHS, PoolRunner
from tests.adapters.replay.runners.small_worker import opened
from tests.contract.runner import PARTITION_SIZE, MortalWorkersContract, Place, some_partitions
from tests.support.examples import ROOT
from tests.support.process import heeding_interrupts, is_running, until


class TestPool(MortalWorkersContract):
    @pytest.fixture
    def runner(self) -> Runner:
        return PoolRunner(2)

    def test_each_process_opens_its_worker_once(self, place: Place) -> None:
        place.run(PoolRunner(2), some_partitions(30), seconds=0.01)
        assert len(opened(place.marks)) == 2
        assert os.getpid() not in opened(place.marks)

    def test_no_more_processes_than_partitions(self, place: Place) -> None:
        place.run(PoolRunner(8), some_partitions(1))
        assert len(opened(place.marks)) == 1

    def test_partitions_are_handed_out_in_order(self, place: Place) -> None:
        place.run(PoolRunner(1), some_partitions(9)[::-1])
        assert [done.number for done in place.told] == list(range(9))

    def test_a_deadly_partition_is_tried_as_often_as_is_said(self, place: Place) -> None:
        with pytest.raises(ReplayStopped, match=f"{MOST_DEATHS} workers died over records 0 to 49"):
            place.run(PoolRunner(1), some_partitions(1), dies=0)
        assert len(opened(place.marks)) == MOST_DEATHS

    def test_whoever_is_told_can_end_it(self, place: Place) -> None:
        class EnoughError(Exception):
            """The one who watches has seen enough."""

        def enough(done: PartDone) -> None:
            raise EnoughError

        place.told = type("Ears", (list,), {"append": staticmethod(enough)})()
        with pytest.raises(EnoughError):
            place.run(PoolRunner(2), some_partitions(50), seconds=0.1)
        assert place.nothing_runs()


@pytest.fixture
def parent(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process with a pool in the midst of partitions that take a minute, in a process group of its own."""
    command = heeding_interrupts(
        sys.executable, "-m", "tests.adapters.replay.runners.in_a_pool", str(tmp_path)
    )
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert until(lambda: len(parts(tmp_path / "replay")) == 4, 30)
            yield process
        finally:
            process.kill()


def test_no_process_outlives_a_parent_that_is_killed(parent: "subprocess.Popen[str]", tmp_path: Path) -> None:
    parent.kill()
    _all_end(tmp_path)


def test_an_interrupt_ends_all_and_only_the_parent_speaks_of_it(
    parent: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    os.killpg(parent.pid, signal.SIGINT)
    _, said = parent.communicate(timeout=20)
    assert said.count("Traceback") == 1, said
    assert said.rstrip().endswith("KeyboardInterrupt")
    _all_end(tmp_path)


def _all_end(base: Path) -> None:
    """Sees that the workers of the killed replay are gone, and that what is left is whole and can be gone on with."""
    workers = opened(base / "marks")
    assert len(workers) == 2
    assert until(lambda: not any(is_running(worker) for worker in workers), 5)
    done = {part.partition for part in parts(base / "replay")}
    rest = Place(base / "rest", folder=base / "replay")
    rest.run(InlineRunner(), [one for one in some_partitions(20) if one not in done])
    assert rest.indexes() == [index for index in range(20 * PARTITION_SIZE) if index % 7]
