"""A log in PostgreSQL that no server uses, for work on the whole of it: one transaction under the lock of the log."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from pactolus_adapters.audit.postgres_open import check_alone, check_schema, lock_log, open_writer
from pactolus_adapters.audit.postgres_rows import PostgresRows
from pactolus_adapters.audit.postgres_schema import LATEST, migrate, schema_version
from pactolus_adapters.audit.rows import Rows
from pactolus_engine.errors import AuditUnavailable

__all__ = ["postgres_alone", "postgres_empty"]


@contextmanager
def postgres_alone(database: str) -> Iterator[Rows]:
    """The tables in one transaction, committed when the block is left without an error.

    Raises `AuditUnavailable`: no log, another schema, or a server uses it.
    """
    with _session(database) as connection:
        check_schema(schema_version(connection), LATEST)
        check_alone(connection)
        with connection.transaction():
            lock_log(connection)
            yield PostgresRows(connection)


@contextmanager
def postgres_empty(database: str) -> Iterator[Rows]:
    """The same for a log that is to be brought back: its tables are made, and there must be nothing in them."""
    with _session(database) as connection:
        migrate(connection, LATEST)
        check_alone(connection)
        with connection.transaction():
            lock_log(connection)
            rows = PostgresRows(connection)
            if rows.meta() or rows.head().size:
                raise AuditUnavailable("there is an audit log in the database: restore into an empty one")
            yield rows


@contextmanager
def _session(database: str) -> Iterator[psycopg.Connection]:
    connection = open_writer(database)
    try:
        yield connection
    except psycopg.Error as error:
        raise AuditUnavailable(
            "the log cannot be changed in its database: nothing was changed; check that PostgreSQL runs, and what the "
            "role may do"
        ) from error
    finally:
        connection.close()
