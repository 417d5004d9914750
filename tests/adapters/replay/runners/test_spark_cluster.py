"""A replay on executors that are processes of their own, one of which is killed half-way."""

import os
import signal
from functools import partial
from pathlib import Path

import pytest

from pactolus_adapters.replay.ports import PartDone
from pactolus_adapters.replay.runners.spark import SparkRunner
from tests.adapters.replay.runners.small_worker import Habits, closed, opened, small_worker
from tests.adapters.replay.runners.spark_homes import need_spark, spark_home
from tests.contract.runner import Place, as_inline, some_partitions
from tests.support.process import descendants, until

__all__: list[str] = []

_EXECUTOR = "CoarseGrainedExecutorBackend"


def test_an_executor_killed_half_way_costs_time_and_no_record(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    need_spark()
    place, todo = Place(tmp_path / "place"), some_partitions(60)
    killed: list[int] = []

    def kill_one(done: PartDone) -> None:
        place.told.append(done)
        if len(place.told) >= 10 and not killed:
            killed.extend(descendants(os.getpid(), _EXECUTOR)[:1])
            os.kill(killed[0], signal.SIGKILL)

    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    worker = partial(small_worker, Habits(place.marks, seconds=0.1))
    with spark_home(tmp_path / "home"):
        SparkRunner("local-cluster[2,1,1024]").run(worker, todo, place.folder, kill_one)
    assert set(opened(place.marks)) - set(closed(place.marks)), (
        "it was killed too late: the test shows nothing"
    )
    assert place.content() == as_inline(tmp_path / "inline", todo)
    assert sorted(done.number for done in place.told) == list(range(60))
    assert until(place.nothing_runs, 10)
    assert until(lambda: not descendants(os.getpid(), "java"), 10)
    assert not any(Path("/proc", str(one)).exists() for one in killed)
    assert list((tmp_path / "cwd").iterdir()) == []
    assert capfd.readouterr() == ("", "")
