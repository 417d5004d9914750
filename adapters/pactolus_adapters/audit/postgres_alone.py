"""A log in PostgreSQL that no server uses, for work on the whole of it: one transaction under the lock of the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Final

import psycopg

from pactolus_adapters.audit.postgres_open import check_schema, lock_log, open_writer
from pactolus_adapters.audit.postgres_rows import PostgresRows
from pactolus_adapters.audit.postgres_schema import LATEST, migrate, schema_version
from pactolus_adapters.audit.rows import Rows
from pactolus_engine.errors import AuditUnavailable

__all__ = ["postgres_alone", "postgres_empty", "postgres_migrated"]

# A server keeps a session for as long as it runs, under the name that the setting gives it, as we do.
_OTHERS: Final = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
      AND application_name = current_setting('application_name')
"""

_LEAVING_SECONDS: Final = 2.0
"""A session that was closed is there a little longer."""

_LOOK_AGAIN_SECONDS: Final = 0.05


@contextmanager
def postgres_alone(database: str) -> Iterator[Rows]:
    """The tables in one transaction, committed when the block is left without an error.

    Raises `AuditUnavailable`: no log, another schema, or a server uses it.
    """
    with _session(database) as connection:
        check_schema(schema_version(connection), LATEST)
        connection.autocommit = False
        _lock_alone(connection)
        yield PostgresRows(connection)
        connection.commit()


@contextmanager
def postgres_empty(database: str) -> Iterator[Rows]:
    """The same for a log that is to be brought back: its tables are made, and there must be nothing in them."""
    with _session(database) as connection:
        migrate(connection, LATEST)
        connection.autocommit = False
        lock_log(connection)
        rows = PostgresRows(connection)
        if rows.meta() or rows.head().size:
            raise AuditUnavailable("there is an audit log in the database: restore into an empty one")
        yield rows
        connection.commit()


def postgres_migrated(database: str, wanted: int) -> int:
    """Brings the schema to a version, up or down; the version before. Raises `AuditUnavailable`."""
    if not 0 <= wanted <= LATEST:
        raise AuditUnavailable(f"schema version `{wanted}` is not known: expected `0` to `{LATEST}`")
    with _session(database) as connection:
        before = schema_version(connection)
        migrate(connection, wanted)
        return before


def _lock_alone(connection: psycopg.Connection) -> None:
    """Locks the log once no server has a session: it would go on with the key and the tables that it knows."""
    end = monotonic() + _LEAVING_SECONDS
    while True:
        lock_log(connection)
        ((others,),) = connection.execute(_OTHERS).fetchall()
        if not others:
            return
        connection.rollback()
        if monotonic() > end:
            raise AuditUnavailable("a server has a session in the database: end every one that records there")
        sleep(_LOOK_AGAIN_SECONDS)


@contextmanager
def _session(database: str) -> Iterator[psycopg.Connection]:
    connection = open_writer(database)
    try:
        yield connection
    except psycopg.errors.RestrictViolation as error:
        raise AuditUnavailable("only an empty log can be taken away") from error
    except psycopg.Error as error:
        raise AuditUnavailable(
            "the log cannot be changed in its database: nothing was changed; check that PostgreSQL runs, and what the "
            "role may do"
        ) from error
    finally:
        connection.close()
