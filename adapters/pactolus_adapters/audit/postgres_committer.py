"""The transactions of the one thread that writes to PostgreSQL, and what becomes of them when it goes away.

A session that fails is given up, its batch fails with it, and the next batch gets a new session: nothing needs
a restart once PostgreSQL is back.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic
from typing import Final, TypeVar

import psycopg

from pactolus_adapters.audit.checkpointing import Checkpointer
from pactolus_adapters.audit.identity import known_origin
from pactolus_adapters.audit.ledger import Acknowledged, Ledger, Prepared
from pactolus_adapters.audit.postgres_open import check_schema, hold_log, lock_log, open_writer
from pactolus_adapters.audit.postgres_rows import PostgresRows
from pactolus_adapters.audit.postgres_schema import LATEST, schema_version
from pactolus_adapters.audit.rows import Rows, SignedCheckpoint
from pactolus_adapters.audit.seal import PackedRecord
from pactolus_engine.errors import AuditUnavailable

__all__ = ["PostgresCommitter"]

_PROBE_SECONDS: Final = 2.0
"""How often an idle writer looks whether PostgreSQL is there."""

_HANGS_SECONDS: Final = 5.0
"""After so long without an answer PostgreSQL counts as not there, though it may come back."""

_Read = TypeVar("_Read")


class PostgresCommitter:
    """`Committer` over one session at a time; but for `reaches`, used in the writer's thread only."""

    def __init__(
        self, database: str, connection: psycopg.Connection, ledger: Ledger, checkpointer: Checkpointer
    ) -> None:
        """`connection`: the first session, not in a transaction, autocommit off."""
        self._database = database
        self._connection: psycopg.Connection | None = connection
        self._ledger = ledger
        self._checkpointer = checkpointer
        self._last: tuple[int, bytes] | None = None
        self._reached = True
        self._asked_at: float | None = None
        self._was_idle = False

    @property
    def reaches(self) -> bool:
        """Whether PostgreSQL did what it was last asked; false while it keeps a question waiting."""
        asked_at = self._asked_at
        return self._reached and (asked_at is None or monotonic() - asked_at < _HANGS_SECONDS)

    def commit(self, batch: Sequence[PackedRecord]) -> list[Acknowledged | Exception]:
        """One transaction; the idempotency of request ids is decided inside it."""

        def record(rows: Rows) -> Prepared:
            prepared = self._ledger.prepare(rows, batch)
            self._ledger.write(rows, prepared)
            return prepared

        prepared = self.transaction(record)
        if prepared.sealed:
            self._last = (prepared.sealed[-1].index, prepared.sealed[-1].leaf_hash)
        self._checkpointer.note_records(len(prepared.sealed))
        return prepared.results

    def transaction(self, work: Callable[[Rows], _Read]) -> _Read:
        """Does something durably under the lock of the log. Raises `AuditUnavailable`: then it is not done, or
        nobody knows."""
        self._was_idle, self._asked_at = False, monotonic()
        try:
            connection = self._locked()
            result = work(PostgresRows(connection))
            connection.commit()
        except psycopg.Error as error:
            self._reached = False
            self._drop()
            raise AuditUnavailable(
                "PostgreSQL failed or is busy, and it is not known whether the record is kept; try again with the "
                "same `request_id`"
            ) from error
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._asked_at = None
        return result

    def publish(self) -> SignedCheckpoint:
        """The checkpoint over every record. Raises `AuditUnavailable`."""
        return self._checkpointer.publish(self.transaction)

    def tidy(self) -> float | None:
        """Signs a checkpoint when one is due; else, when there was nothing to do, looks after PostgreSQL."""
        if not self._checkpointer.sign_due(self.transaction) and self._was_idle:
            with suppress(AuditUnavailable):
                self.transaction(Rows.head)
        self._was_idle = True
        left = self._checkpointer.seconds_left()
        return _PROBE_SECONDS if left is None else min(left, _PROBE_SECONDS)

    def finish(self) -> None:
        """Signs the last checkpoint; if that fails, every record is still safe."""
        self._checkpointer.sign_rest(self.transaction)
        self._drop()

    def _locked(self) -> psycopg.Connection:
        """A session in a transaction that holds the lock of the log; `_reached` says whether there is one."""
        try:
            connection = self._kept() or self._anew()
        except AuditUnavailable:
            self._reached = False
            raise
        self._reached = True
        return connection

    def _kept(self) -> psycopg.Connection | None:
        """The session of the last batch, locked. When its server went away meanwhile, this first question fails
        and nothing was written: None, and another may be opened."""
        if self._connection is None:
            return None
        try:
            lock_log(self._connection)
        except psycopg.OperationalError:
            if not self._connection.closed:
                raise
            self._connection = None
        return self._connection

    def _anew(self) -> psycopg.Connection:
        connection = open_writer(self._database)
        try:
            check_schema(schema_version(connection), LATEST)
            hold_log(connection)
            connection.autocommit = False
            lock_log(connection)
            self._check_same(PostgresRows(connection))
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _check_same(self, rows: Rows) -> None:
        """After a fail-over, a restore or a change of keys: it is this log under our key, and what this process
        acknowledged is there."""
        meta = rows.meta()
        known_origin(meta, self._ledger.origin)
        if meta.get("key_check") != self._ledger.keys.check_value:
            raise AuditUnavailable(
                "the audit store is under another key-encryption key now; start the service again with that one"
            )
        if self._last is None:
            return
        index, leaf_hash = self._last
        entry = next(rows.entries(index, index + 1), None)
        if entry is None or entry.leaf_hash != leaf_hash:
            raise AuditUnavailable(
                f"PostgreSQL came back without record `{index}`, which was acknowledged: a part of the log is lost; "
                "bring back the database that has it, or verify what is left against a checkpoint that somebody holds"
            )

    def _roll_back(self) -> None:
        """What we refused ourselves leaves the session fit for the next batch."""
        if self._connection is not None:
            try:
                self._connection.rollback()
            except psycopg.Error:
                self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
