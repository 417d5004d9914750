"""A runner is had by its name, and nothing that was asked for is passed over in silence."""

import os

import pytest

from pactolus_adapters.replay.runners.carried import RunnerUnavailable
from pactolus_adapters.replay.runners.chosen import RUNNERS, runner
from pactolus_adapters.replay.runners.inline import InlineRunner
from pactolus_adapters.replay.runners.pool import PoolRunner
from pactolus_adapters.replay.runners.spark import SparkRunner


def test_each_name_gives_its_runner() -> None:
    kinds = [type(runner(name)) for name in RUNNERS]
    assert kinds == [InlineRunner, PoolRunner, SparkRunner]


def test_a_pool_takes_the_processors_it_may_use() -> None:
    assert runner("pool") == PoolRunner(len(os.sched_getaffinity(0)))
    assert runner("pool", 3) == PoolRunner(3)


def test_spark_runs_here_unless_a_master_is_named() -> None:
    assert runner("spark") == SparkRunner("local[*]")
    assert runner("spark", 3) == SparkRunner("local[3]", 3)
    assert runner("spark", 40, "spark://north:7077") == SparkRunner("spark://north:7077", 40)


@pytest.mark.parametrize(
    ("name", "workers", "master", "words"),
    [
        ("dask", 0, "", "one of `inline`, `pool`, `spark`"),
        ("pool", -1, "", "negative"),
        ("inline", 2, "", "has one worker"),
        ("pool", 2, "local[2]", "has no master"),
        ("inline", 0, "local[2]", "has no master"),
    ],
)
def test_what_a_runner_cannot_do_is_refused(name: str, workers: int, master: str, words: str) -> None:
    with pytest.raises(RunnerUnavailable, match=words):
        runner(name, workers, master)
