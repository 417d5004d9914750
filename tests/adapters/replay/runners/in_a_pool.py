"""A replay in a pool that comes to slow partitions, as a process that a test can interrupt or kill: `in_a_pool.py FOLDER`."""

import sys
from pathlib import Path

from pactolus_adapters.replay.runners.pool import PoolRunner
from tests.contract.runner import Place, some_partitions

__all__: list[str] = []

if __name__ == "__main__":
    Place(Path(sys.argv[1])).run(PoolRunner(2), some_partitions(20), slow_from=4)
