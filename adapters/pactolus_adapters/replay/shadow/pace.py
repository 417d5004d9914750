"""How much of a processor a shadow may have: after each piece of work it rests in proportion."""

import time
from collections.abc import Callable, Iterator
from typing import Final

import pyarrow as pa

from pactolus_adapters.replay.ports import Source
from pactolus_adapters.replay.spec import Partition

__all__ = ["Pace", "PacedSource"]

_STEP: Final = 8
"""Records between two rests: a processor is held for milliseconds, and the files of results stay small."""

_LONGEST_REST_SECONDS: Final = 5
"""A process that was stopped for an hour does not rest for three."""

_WHOLE: Final = 100


class Pace:
    """Rests. Counted is the time that work takes, not the processor's: on a busy machine work takes longer, and the
    shadow, which is of low priority, does less still."""

    def __init__(
        self,
        share: int,
        pulse: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`share`: percent of the time that may be spent on work, 1 to 100. `pulse` is called at each rest."""
        self._resting_per_work = (_WHOLE - share) / share
        self._pulse, self._clock, self._sleep = pulse, clock, sleep
        self._since = clock()

    def rest(self) -> None:
        """Rests for what was done since the last rest or `begin`."""
        worked = self._clock() - self._since
        self._pulse()
        self._sleep(min(worked * self._resting_per_work, _LONGEST_REST_SECONDS))
        self.begin()

    def wait(self, seconds: float) -> None:
        """Waits for work."""
        self._pulse()
        self._sleep(seconds)

    def begin(self) -> None:
        """Work begins here; what was before was waiting."""
        self._since = self._clock()


class PacedSource:
    """A source that gives few records at a time and rests when they have been taken."""

    def __init__(self, source: Source, pace: Pace) -> None:
        self._source = source
        self._pace = pace

    def read(self, partition: Partition) -> Iterator[pa.RecordBatch]:
        """As `Source.read`."""
        for batch in self._source.read(partition):
            for first in range(0, batch.num_rows, _STEP):
                yield batch.slice(first, _STEP)
                self._pace.rest()
