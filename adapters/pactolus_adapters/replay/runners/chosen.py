"""The runner that an operator names."""

import os
from typing import Final

from pactolus_adapters.replay.ports import Runner
from pactolus_adapters.replay.runners.carried import RunnerUnavailable
from pactolus_adapters.replay.runners.inline import InlineRunner
from pactolus_adapters.replay.runners.pool import PoolRunner

__all__ = ["RUNNERS", "runner"]

RUNNERS: Final = ("inline", "pool", "spark")


def runner(name: str, workers: int = 0, master: str = "") -> Runner:
    """Makes one of `RUNNERS`. `workers`: how many partitions at once; 0: as many as this process may use processors,
    or as Spark can run. `master`: of Spark; empty: threads on this machine. What a runner has no use for is refused.

    Raises `RunnerUnavailable`.
    """
    if workers < 0:
        raise RunnerUnavailable("the number of workers is negative: give 1 or more, or 0 for what is there")
    if master and name != "spark":
        raise RunnerUnavailable(
            f"the runner `{name}` has no master: choose the runner `spark`, or give no master"
        )
    if name == "inline" and workers > 1:
        raise RunnerUnavailable("the runner `inline` has one worker: choose the runner `pool` for more")
    if name == "inline":
        return InlineRunner()
    if name == "pool":
        return PoolRunner(workers or len(os.sched_getaffinity(0)))
    if name == "spark":
        return _spark(workers, master)
    raise RunnerUnavailable(
        f"there is no runner `{name}`: choose one of {', '.join(f'`{one}`' for one in RUNNERS)}"
    )


def _spark(workers: int, master: str) -> Runner:
    from pactolus_adapters.replay.runners.spark import SparkRunner

    return SparkRunner(master or f"local[{workers or '*'}]", workers)
