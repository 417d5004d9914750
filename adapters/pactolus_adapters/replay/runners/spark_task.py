"""What an executor of Spark does with its partitions."""

from collections.abc import Iterator
from pathlib import Path

from pactolus_adapters.replay.parts import part_path
from pactolus_adapters.replay.ports import OpenWorker
from pactolus_adapters.replay.runners.carried import CarriedError
from pactolus_adapters.replay.spec import Partition

__all__ = ["do_partitions"]


def do_partitions(
    open_worker: OpenWorker, folder: Path, partitions: Iterator[Partition]
) -> Iterator[CarriedError]:
    """Does them one after the other with one worker; gives the error that ended it, if one did.

    What an executor that is lost has finished is not done again. An error is given and not raised: Spark would repeat
    what comes out the same, and make a trace of its own of it.
    """
    try:
        with open_worker() as worker:
            for partition in partitions:
                if not part_path(folder, partition.number).exists():
                    worker.run(partition, folder)
    except Exception as error:  # noqa: BLE001 - whoever started the replay raises it again
        yield CarriedError.of(error)
