"""Group commit: one thread that writes, and callers that wait until their record is durable.

Callers hand in a record and sleep. The thread takes all that wait (at most `BATCH_RECORDS`),
commits them as one transaction and wakes each with its own result. One sync of the disk serves
the whole batch, which is what makes a durable append cheap under load.

A failed batch fails every caller in it. After an error from which the state of the disk is not
known (a failed sync above all: a second sync may report success for pages that were dropped),
the writer stops for good and nothing is accepted any more.
"""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from threading import Condition, Thread
from typing import Final, Protocol

from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.ports import NewRecord, Receipt

__all__ = ["BATCH_RECORDS", "Acknowledged", "Committer", "GroupWriter"]

BATCH_RECORDS: Final = 256

Acknowledged = tuple[Receipt, bytes]
"""The receipt of a durable record and the answer to send."""


class Committer(Protocol):
    """The only user of the writing connection; every method is called in the writer's thread."""

    def commit(self, batch: Sequence[NewRecord]) -> list[Acknowledged | Exception]:
        """Makes a batch durable and says what became of each record, in order.

        Raises `AuditUnavailable` when nothing was recorded and a later batch may do better; any
        other error stops the writer.
        """

    def tidy(self) -> None:
        """Housekeeping between batches, after the callers were answered. Errors stop the writer."""

    def finish(self) -> None:
        """The last call, unless the writer was stopped by an error."""


class GroupWriter:
    """The thread and its queue."""

    def __init__(self, committer: Committer) -> None:
        self._committer = committer
        self._waiting: deque[tuple[NewRecord, Future[Acknowledged]]] = deque()
        self._changed = Condition()
        self._refusal: AuditUnavailable | None = None
        self._thread = Thread(target=self._run, name="pactolus-audit-writer", daemon=True)
        self._thread.start()

    @property
    def healthy(self) -> bool:
        """Whether records are still accepted."""
        return self._refusal is None

    @property
    def waiting(self) -> int:
        """How many records wait for the next commit."""
        return len(self._waiting)

    def append(self, record: NewRecord) -> Acknowledged:
        """Returns when the record is durable; raises what became of it otherwise."""
        done: Future[Acknowledged] = Future()
        with self._changed:
            if self._refusal is not None:
                raise AuditUnavailable(str(self._refusal))
            self._waiting.append((record, done))
            self._changed.notify()
        return done.result()

    def close(self) -> None:
        """Commits what waits, then ends the thread. Idempotent."""
        self._refuse(AuditUnavailable("the audit log is closed"))
        self._thread.join()

    def _refuse(self, refusal: AuditUnavailable) -> None:
        with self._changed:
            self._refusal = self._refusal or refusal
            self._changed.notify_all()

    def _run(self) -> None:
        try:
            while batch := self._next_batch():
                self._commit(batch)
                self._committer.tidy()
            self._committer.finish()
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            self._stop(error)

    def _next_batch(self) -> list[tuple[NewRecord, Future[Acknowledged]]]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._refusal is not None)
            size = min(len(self._waiting), BATCH_RECORDS)
            return [self._waiting.popleft() for _ in range(size)]

    def _commit(self, batch: list[tuple[NewRecord, Future[Acknowledged]]]) -> None:
        try:
            results = self._committer.commit([record for record, _ in batch])
        except AuditUnavailable as error:
            _fail(batch, error)
        except Exception as error:
            _fail(batch, AuditUnavailable("the audit store failed; it is not known what was recorded"), error)
            raise
        else:
            for (_, done), result in zip(batch, results, strict=True):
                _tell(done, result)

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


def _tell(done: Future[Acknowledged], result: Acknowledged | Exception) -> None:
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)


def _fail(
    batch: Sequence[tuple[NewRecord, Future[Acknowledged]]],
    why: AuditUnavailable,
    cause: Exception | None = None,
) -> None:
    for _, done in batch:
        error = AuditUnavailable(str(why))  # one each: several threads raising one error would mix traces
        error.__cause__ = cause or why.__cause__
        done.set_exception(error)
