"""The audit log in PostgreSQL: several server processes may record in one log at once.

In each process one thread writes. Each batch is one transaction under the lock of the log, so that batches
of all processes come one after another: numbers without gaps, the tree beside them, and each request id once.
Reads go through a few sessions of their own that cannot write.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TypeVar

import psycopg

from pactolus_adapters.audit.checkpointing import Checkpointer, NewSigner, settle_tree
from pactolus_adapters.audit.identity import Identity, known_identity, settle_identity
from pactolus_adapters.audit.key_files import finish_change, has_next, root_in_force
from pactolus_adapters.audit.key_sources import KEY_FILE, KeyFile, KeySource, make_directory
from pactolus_adapters.audit.keys import RandomBytes
from pactolus_adapters.audit.ledger import Acknowledged, Clock, Ledger
from pactolus_adapters.audit.log import LedgerLog, LedgerReader
from pactolus_adapters.audit.postgres_committer import PostgresCommitter
from pactolus_adapters.audit.postgres_open import (
    check_exists,
    check_schema,
    hold_log,
    lock_log,
    open_reader,
    open_writer,
)
from pactolus_adapters.audit.postgres_reading import PostgresReading
from pactolus_adapters.audit.postgres_rows import PostgresRows
from pactolus_adapters.audit.postgres_schema import LATEST, migrate, schema_version
from pactolus_adapters.audit.rows import Rows, SignedCheckpoint
from pactolus_adapters.audit.seal import pack_content
from pactolus_adapters.audit.signing_file import file_signer
from pactolus_adapters.audit.writer import GroupWriter
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.ports import NewRecord

__all__ = ["PostgresAuditLog", "PostgresAuditReader"]

_Read = TypeVar("_Read")


class PostgresAuditReader(LedgerReader):
    """The reading half of `AuditTrail` over a database, beside whoever writes to it."""

    def __init__(
        self,
        database: str,
        clock: Clock,
        key_source: KeySource,
        random_bytes: RandomBytes = os.urandom,
    ) -> None:
        """`database`: address or `name=value` pairs, as libpq takes them. Raises `AuditUnavailable`: no tables,
        another schema, a key that is not the store's."""
        with ExitStack() as opened:
            self._reader = PostgresReading(partial(_reading_session, database))
            opened.callback(self._reader.close)
            meta = self._reader.read(lambda rows: rows.meta())
            key_check = meta.get("key_check", "")
            origin, keys = _explained(
                lambda: known_identity(meta, root_in_force(key_source, key_check, random_bytes))
            )
            opened.pop_all()
        self._ledger = Ledger(origin, keys, clock, random_bytes)

    def close(self) -> None:
        """Releases the store. Idempotent."""
        self._reader.close()

    def _reading(self, read: Callable[[Rows], _Read]) -> _Read:
        return self._reader.read(read)


class PostgresAuditLog(LedgerLog):
    """`AuditTrail` in a database; safe to use from several threads and processes, not across a fork."""

    def __init__(
        self,
        database: str,
        directory: Path,
        clock: Clock,
        random_bytes: RandomBytes = os.urandom,
        origin: str = "",
        makes: bool = True,
        key_source: KeySource | None = None,
        new_signer: NewSigner | None = None,
    ) -> None:
        """Opens the log of a database, or (`makes`) makes what is not there.

        `database`: address or `name=value` pairs, as libpq takes them. `directory` holds the keys that
        `key_source` and `new_signer` do not bring; the others are as in `SqliteAuditLog`. Raises
        `AuditUnavailable`: PostgreSQL cannot be reached or loses what it acknowledges, wrong or exposed key, no
        tables, or a log that is not the one its last checkpoint was signed for.
        """
        try:
            make_directory(directory)
        except OSError as error:
            raise AuditUnavailable(
                "the data directory, which holds the keys, cannot be made; check its place"
            ) from error
        key_source = key_source or KeyFile(directory / KEY_FILE)
        signer = new_signer or file_signer(directory, random_bytes)

        def settle(rows: Rows) -> Identity:
            meta = rows.meta()
            if meta and isinstance(key_source, KeyFile) and has_next(key_source.path):
                finish_change(key_source.path, meta.get("key_check", ""))
            root = key_source.read(not meta, random_bytes)
            return settle_identity(rows, root, origin, signer, random_bytes, was_older=False)

        with ExitStack() as opened:
            connection = open_writer(database)
            opened.callback(connection.close)
            named = _settled(connection, settle, makes)
            self._ledger = Ledger(named.origin, named.keys, clock, random_bytes)
            checkpointer = Checkpointer(named.origin, named.signer, clock)
            self._committer = PostgresCommitter(database, connection, self._ledger, checkpointer)
            checkpointer.take_over(self._committer.transaction)
            opened.pop_all()
        self._random_bytes = random_bytes
        self._reader = PostgresReading(partial(_reading_session, database))
        self._writer = GroupWriter(self._committer)

    @property
    def healthy(self) -> bool:
        """Whether PostgreSQL took what it was last asked; false while it keeps a question waiting."""
        return self._writer.healthy and self._committer.reaches

    def append(self, record: NewRecord) -> Acknowledged:
        """As `AuditLog.append`. After `AuditUnavailable` the record may be there: the same request id finds
        it, once PostgreSQL answers again."""
        return self._writer.append(pack_content(record, self._random_bytes))

    def close(self) -> None:
        """As `AuditLog.close`: commits what waits; later calls raise `AuditUnavailable`."""
        self._reader.close()
        self._writer.close()

    def _reading(self, read: Callable[[Rows], _Read]) -> _Read:
        return self._reader.read(read)

    def _writing(self, write: Callable[[Rows], _Read]) -> _Read:
        return self._writer.do(lambda: self._committer.transaction(write))

    def _published(self) -> SignedCheckpoint:
        return self._writer.do(self._committer.publish)


def _settled(connection: psycopg.Connection, settle: Callable[[Rows], Identity], makes: bool) -> Identity:
    """Tables, identity and tree of the log, made or seen to be there; the first of several processes makes them."""
    try:
        if not makes:
            check_exists(schema_version(connection))
        migrate(connection, LATEST)
        hold_log(connection)
        connection.autocommit = False
        lock_log(connection)
        rows = PostgresRows(connection)
        named = _explained(lambda: settle(rows))
        settle_tree(rows)
        connection.commit()
    except psycopg.Error as error:
        raise AuditUnavailable(
            "the audit store cannot be opened in its database; check that it is whole, and what its role may do"
        ) from error
    return named


def _reading_session(database: str) -> psycopg.Connection:
    connection = open_reader(database)
    try:
        check_schema(schema_version(connection), LATEST)
        connection.autocommit = False
    except BaseException:
        connection.close()
        raise
    return connection


def _explained(check: Callable[[], _Read]) -> _Read:
    """Says of a key that does not fit what is likely when several processes share a log."""
    try:
        return check()
    except AuditUnavailable as error:
        raise AuditUnavailable(f"{error}; all processes that share a log need the same keys") from error
