"""The schema of an audit log in PostgreSQL: a step up and a step down for each version, each one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg

from pactolus_adapters.audit.postgres_open import check_alone, open_writer
from pactolus_engine.errors import AuditUnavailable

__all__ = ["LATEST", "migrate", "migrate_database", "schema_version"]

LATEST: Final = 2
_MIGRATIONS: Final = Path(__file__).parent / "migrations" / "postgres"

_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtextextended('pactolus audit schema', 0))"
"""Several servers may start at once."""


def schema_version(connection: psycopg.Connection) -> int:
    """The version of the tables in the first schema of the search path; 0 when there are none."""
    if connection.execute("SELECT to_regclass('audit_schema')").fetchall() == [(None,)]:
        return 0
    found = connection.execute("SELECT version FROM audit_schema").fetchall()
    return int(found[0][0]) if found else 0


def migrate(connection: psycopg.Connection, wanted: int) -> None:
    """Brings the tables to a version, up or down, one transaction a step.

    Raises `AuditUnavailable` for the tables of a later release.
    """
    while _step(connection, wanted):
        pass


def migrate_database(database: str, wanted: int) -> int:
    """Brings the log of a database to a version, and makes it if there is none; the version before.

    Raises `AuditUnavailable`; the steps that were done stay done. The way down is for a log that nobody has open.
    """
    if not 0 <= wanted <= LATEST:
        raise AuditUnavailable(f"there is no schema version `{wanted}`; expected 0 to {LATEST}")
    try:
        with open_writer(database) as connection:
            before = schema_version(connection)
            if wanted < before:
                check_alone(connection)
            migrate(connection, wanted)
    except psycopg.Error as error:
        raise AuditUnavailable(
            f"the schema cannot be changed: {error.diag.message_primary or 'the session was lost'}"
        ) from error
    return before


def _step(connection: psycopg.Connection, wanted: int) -> bool:
    """One step towards the version; false when it is reached."""
    with _alone(connection):
        version = schema_version(connection)
        if not 0 <= version <= LATEST:
            raise AuditUnavailable(
                f"the audit store has schema version `{version}`, expected at most `{LATEST}`; use the release "
                "that wrote it"
            )
        if version < wanted:
            connection.execute(_text(version + 1, "up"))
            _note(connection, version + 1)
        elif version > wanted:
            connection.execute(_text(version, "down"))
            _note(connection, version - 1)
        return version != wanted


@contextmanager
def _alone(connection: psycopg.Connection) -> Iterator[None]:
    with connection.transaction():
        connection.execute(_ONE_AT_A_TIME)
        yield


def _note(connection: psycopg.Connection, version: int) -> None:
    if version:
        connection.execute("UPDATE audit_schema SET version = %s", (version,))


def _text(number: int, direction: str) -> bytes:
    (file,) = _MIGRATIONS.glob(f"{number:03}_*.{direction}.sql")
    return file.read_bytes()
