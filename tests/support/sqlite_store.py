"""The file of a SQLite audit log, looked at and altered from outside."""

from pathlib import Path

import apsw

from pactolus_adapters.audit.sqlite_open import DATABASE_FILE

__all__ = ["GOLDEN", "query", "unlogged"]

GOLDEN = Path(__file__).parents[1] / "golden" / "audit_schema_2"
"""A store as the release before the tree left it."""


def query(directory: Path, statement: str) -> list[tuple[object, ...]]:
    """What a statement gives, on a connection of its own."""
    connection = apsw.Connection(str(directory / DATABASE_FILE))
    try:
        return list(connection.execute(statement))
    finally:
        connection.close()


def unlogged(directory: Path, statement: str) -> list[tuple[object, ...]]:
    """What the database file holds without its log file, and nothing is touched."""
    connection = apsw.Connection(
        f"file:{directory / DATABASE_FILE}?mode=ro&immutable=1",
        flags=apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READONLY,
    )
    try:
        return list(connection.execute(statement))
    finally:
        connection.close()
