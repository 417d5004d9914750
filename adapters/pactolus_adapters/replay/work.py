"""The kernel and the worker around it: batches of records in, batches of results out, partitions onto disk."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pactolus_adapters.replay.batches import record_rows, result_batch
from pactolus_adapters.replay.parts import write_part
from pactolus_adapters.replay.ports import PartDone, Source
from pactolus_adapters.replay.replayer import Replayer
from pactolus_adapters.replay.spec import Partition
from pactolus_engine.replay.result import DIFFERENCES

__all__ = ["PartitionWorker", "replay_batches"]


def replay_batches(
    batches: Iterator[pa.RecordBatch], replayer: Replayer, passed_over: Counter[str]
) -> Iterator[pa.RecordBatch]:
    """The results of the requests among these records, in their order; the others are counted by why."""
    for batch in batches:
        results = []
        for row in record_rows(batch):
            why_not = replayer.passes_over(row)
            if why_not:
                passed_over[why_not] += 1
            else:
                results.append(replayer.result(row))
        yield result_batch(results)


@dataclass(frozen=True, slots=True)
class PartitionWorker:
    """`Worker` over a source and a replayer."""

    source: Source
    replayer: Replayer

    def run(self, partition: Partition, folder: Path) -> PartDone:
        """As `Worker.run`."""
        passed_over: Counter[str] = Counter()
        differences = 0

        def counted() -> Iterator[pa.RecordBatch]:
            nonlocal differences
            for batch in replay_batches(self.source.read(partition), self.replayer, passed_over):
                differences += _differences(batch)
                yield batch

        results = write_part(folder, partition, counted(), passed_over)
        return PartDone(partition.number, partition.records, results, passed_over.total(), differences)


def _differences(batch: pa.RecordBatch) -> int:
    return sum(name in DIFFERENCES for name in batch["class"].to_pylist())
