"""The schema of an audit log in PostgreSQL: a step up and a step down for each version, each one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg

from pactolus_engine.errors import AuditUnavailable

__all__ = ["LATEST", "migrate", "schema_version"]

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
