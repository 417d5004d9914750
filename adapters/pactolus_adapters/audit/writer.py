"""Group commit: one thread that writes, and callers that wait until their record is durable.

Callers hand in a record and sleep. The thread takes all that wait (at most `BATCH_RECORDS`),
commits them as one transaction and wakes each with its own result. One sync of the disk serves
the whole batch, which is what makes a durable append cheap under load. A record that changes older
ones, and a job of another kind, is a batch of its own.

A failed batch fails every caller in it. After an error from which the state of the disk is not
known (a failed sync above all: a second sync may report success for pages that were dropped),
the writer stops for good and nothing is accepted any more.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Any, Final, Protocol, TypeVar

from pactolus_adapters.audit.ledger import Acknowledged
from pactolus_adapters.audit.seal import PackedRecord
from pactolus_engine.errors import AuditUnavailable

__all__ = ["BATCH_RECORDS", "Committer", "GroupWriter"]

BATCH_RECORDS: Final = 1024

_Result = TypeVar("_Result")


class Committer(Protocol):
    """The only user of the writing connection; every method is called in the writer's thread."""

    def commit(self, batch: Sequence[PackedRecord]) -> list[Acknowledged | Exception]:
        """Makes a batch durable and says what became of each record, in order.

        Raises `AuditUnavailable` when nothing was recorded and a later batch may do better; any
        other error stops the writer.
        """

    def tidy(self) -> float | None:
        """Housekeeping between batches, after the callers were answered: after how many seconds it wants
        to be called again though nothing comes, or None. Errors stop the writer."""

    def finish(self) -> None:
        """The last call, unless the writer was stopped by an error."""


@dataclass(slots=True)
class _Waiting:
    """A record to be committed, or a job to be done, and where its result goes."""

    done: "Future[Any]"
    packed: PackedRecord | None = None
    job: Callable[[], Any] | None = None

    @property
    def is_alone(self) -> bool:
        """Whether it shares its transaction with nothing."""
        return self.packed is None or self.packed.record.change is not None


class GroupWriter:
    """The thread and its queue."""

    def __init__(self, committer: Committer) -> None:
        self._committer = committer
        self._waiting: deque[_Waiting] = deque()
        self._changed = Condition()
        self._refusal: AuditUnavailable | None = None
        self._again_after: float | None = 0.0
        self._thread = Thread(target=self._run, name="pactolus-audit-writer", daemon=True)
        self._thread.start()

    @property
    def healthy(self) -> bool:
        """Whether records are still accepted."""
        return self._refusal is None

    @property
    def waiting(self) -> int:
        """How many records and jobs wait for the next commit."""
        return len(self._waiting)

    def append(self, packed: PackedRecord) -> Acknowledged:
        """Returns when the record is durable; raises what became of it otherwise."""
        acknowledged: Acknowledged = self._queued(_Waiting(Future(), packed=packed))
        return acknowledged

    def do(self, job: Callable[[], _Result]) -> _Result:
        """Does something else in the writer's thread, between two batches; returns or raises what it does.

        A job that raises `AuditUnavailable` has changed nothing; any other error stops the writer.
        """
        result: _Result = self._queued(_Waiting(Future(), job=job))
        return result

    def close(self) -> None:
        """Commits what waits, then ends the thread. Idempotent."""
        self._refuse(AuditUnavailable("the audit log is closed"))
        self._thread.join()

    def _queued(self, one: _Waiting) -> Any:
        with self._changed:
            if self._refusal is not None:
                raise AuditUnavailable(str(self._refusal))
            self._waiting.append(one)
            self._changed.notify()
        return one.done.result()

    def _refuse(self, refusal: AuditUnavailable) -> None:
        with self._changed:
            self._refusal = self._refusal or refusal
            self._changed.notify_all()

    def _run(self) -> None:
        try:
            while (batch := self._next_batch()) is not None:
                self._work(batch)
                self._again_after = self._committer.tidy()
            self._committer.finish()
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            self._stop(error)

    def _next_batch(self) -> list[_Waiting] | None:
        """What is to be done next, which may be nothing but to tidy; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._refusal is not None, self._again_after)
            if not self._waiting:
                return None if self._refusal is not None else []
            batch = [self._waiting.popleft()]
            while (
                self._waiting
                and len(batch) < BATCH_RECORDS
                and not (batch[0].is_alone or self._waiting[0].is_alone)
            ):
                batch.append(self._waiting.popleft())
            return batch

    def _work(self, batch: list[_Waiting]) -> None:
        if not batch:
            return
        try:
            if batch[0].job is not None:
                results = [batch[0].job()]
            else:
                results = self._committer.commit([one.packed for one in batch if one.packed])
        except AuditUnavailable as error:
            _fail(batch, error)
        except Exception as error:
            _fail(batch, AuditUnavailable("the audit store failed; it is not known what was recorded"), error)
            raise
        else:
            for one, result in zip(batch, results, strict=True):
                _tell(one.done, result)

    def _stop(self, error: Exception) -> None:
        refusal = AuditUnavailable(
            "the audit store stopped after a failed write; mend the disk, then start again"
        )
        refusal.__cause__ = error
        self._refuse(refusal)
        with self._changed:
            waiting = list(self._waiting)
            self._waiting.clear()
        _fail(waiting, refusal, error)


def _tell(done: "Future[Any]", result: Any) -> None:
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)


def _fail(batch: Sequence[_Waiting], why: AuditUnavailable, cause: Exception | None = None) -> None:
    for one in batch:
        error = AuditUnavailable(str(why))  # one each: several threads raising one error would mix traces
        error.__cause__ = cause or why.__cause__
        one.done.set_exception(error)
