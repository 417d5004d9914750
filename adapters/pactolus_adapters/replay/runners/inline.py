"""A replay in this process: one worker, one partition after the other."""

from collections.abc import Sequence
from pathlib import Path

from pactolus_adapters.replay.ports import OpenWorker, Progress
from pactolus_adapters.replay.spec import Partition

__all__ = ["InlineRunner"]


class InlineRunner:
    """`Runner` without another process."""

    def run(
        self, open_worker: OpenWorker, todo: Sequence[Partition], folder: Path, progress: Progress
    ) -> None:
        """As `Runner.run`; a worker that dies takes this process with it."""
        with open_worker() as worker:
            for partition in todo:
                progress(worker.run(partition, folder))
