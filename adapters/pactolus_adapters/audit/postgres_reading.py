"""The sessions that read from PostgreSQL: a few, made when they are needed, and made again when they broke."""

from collections.abc import Callable
from queue import LifoQueue
from typing import Final, TypeVar

import psycopg

from pactolus_adapters.audit.postgres_rows import PostgresRows
from pactolus_adapters.audit.rows import Rows
from pactolus_engine.errors import AuditUnavailable

__all__ = ["PostgresReading"]

_SESSIONS: Final = 4
"""At once in one process; more callers wait."""

_Read = TypeVar("_Read")


class PostgresReading:
    """Reads in one snapshot each; safe to use from several threads."""

    def __init__(self, connect: Callable[[], psycopg.Connection]) -> None:
        """`connect` gives a session that reads one snapshot a transaction; raises `AuditUnavailable`."""
        self._connect = connect
        self._closed = False
        self._places: LifoQueue[psycopg.Connection | None] = LifoQueue()
        for _ in range(_SESSIONS):
            self._places.put(None)

    def read(self, read: Callable[[Rows], _Read]) -> _Read:
        """What `read` gives, asked once more when the session turns out to be broken. Raises `AuditUnavailable`."""
        session = self._places.get()
        try:
            if self._closed:
                raise AuditUnavailable("the audit log is closed")
            if session is not None:
                try:
                    return _in_snapshot(session, read)
                except psycopg.OperationalError:
                    if not session.closed:
                        raise
            session = self._connect()
            return _in_snapshot(session, read)
        except psycopg.Error as error:
            raise AuditUnavailable(
                "the audit store cannot be read; check that PostgreSQL runs and what the role may read"
            ) from error
        finally:
            self._places.put(None if session is None or session.closed else session)

    def close(self) -> None:
        """Waits for who reads; later reads raise `AuditUnavailable`. Idempotent."""
        self._closed = True
        sessions = [self._places.get() for _ in range(_SESSIONS)]
        for session in sessions:
            if session is not None:
                session.close()
            self._places.put(None)


def _in_snapshot(session: psycopg.Connection, read: Callable[[Rows], _Read]) -> _Read:
    try:
        return read(PostgresRows(session))
    finally:
        if not session.closed:
            session.rollback()
