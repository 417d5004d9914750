"""Instants as the house counts and writes them: UTC, whole milliseconds."""

from datetime import UTC, datetime

__all__ = ["milliseconds", "written"]


def milliseconds(instant: datetime) -> datetime:
    """An evaluation instant counts whole milliseconds."""
    utc = instant.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def written(instant: datetime) -> str:
    """RFC 3339 with `Z`."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
