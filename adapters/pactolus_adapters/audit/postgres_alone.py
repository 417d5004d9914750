"""A PostgreSQL store that nobody else has open to write, for work on the whole of it in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from pactolus_adapters.audit.postgres_open import check_alone, check_schema, lock_log, open_writer
from pactolus_adapters.audit.postgres_rows import PostgresRows
from pactolus_adapters.audit.postgres_schema import LATEST, schema_version
from pactolus_adapters.audit.rows import Rows
from pactolus_engine.errors import AuditUnavailable

__all__ = ["postgres_alone"]


@contextmanager
def postgres_alone(database: str) -> Iterator[Rows]:
    """The tables, committed when the block is left without an error. Raises `AuditUnavailable`."""
    connection = open_writer(database)
    try:
        check_schema(schema_version(connection), LATEST)
        check_alone(connection)
        with connection.transaction():
            lock_log(connection)
            yield PostgresRows(connection)
    except psycopg.Error as error:
        raise AuditUnavailable(
            "the audit store cannot be changed; check PostgreSQL, and what the role may do"
        ) from error
    finally:
        connection.close()
