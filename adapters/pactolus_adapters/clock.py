"""The wall clock, read only at the outermost door."""

from datetime import UTC, datetime

__all__ = ["system_clock"]


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)
