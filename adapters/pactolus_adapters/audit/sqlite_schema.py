"""The schema of a SQLite audit log: one step up and one down for each version, each whole or not at all."""

from pathlib import Path
from typing import Final

import apsw

from pactolus_engine.errors import AuditUnavailable

__all__ = ["LATEST", "migrate", "schema_version"]

LATEST: Final = 3
_MIGRATIONS: Final = Path(__file__).parent / "migrations" / "sqlite"


def schema_version(connection: apsw.Connection) -> int:
    """The version of a database; 0 when it is empty."""
    return int(str(connection.execute("PRAGMA user_version").fetchall()[0][0]))


def migrate(connection: apsw.Connection, wanted: int) -> None:
    """Brings a database to a version, up or down, in one transaction.

    Raises `AuditUnavailable` for a database of a later release.
    """
    version = schema_version(connection)
    if not 0 <= version <= LATEST:
        raise AuditUnavailable(
            f"the audit store has schema version `{version}`, expected at most `{LATEST}`; use the release that "
            "wrote it"
        )
    if version == wanted:
        return
    with connection:
        for step in range(version + 1, wanted + 1):
            connection.execute(_step(step, "up"))
        for step in range(version, wanted, -1):
            connection.execute(_step(step, "down"))
        connection.execute(f"PRAGMA user_version = {wanted}")


def _step(number: int, direction: str) -> str:
    (file,) = _MIGRATIONS.glob(f"{number:03}_*.{direction}.sql")
    return file.read_text(encoding="utf-8")
