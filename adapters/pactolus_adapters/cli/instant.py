"""An instant as an option of a command."""

from datetime import UTC, datetime

import click

__all__ = ["Instant", "stamped"]


class Instant(click.ParamType):  # type: ignore[type-arg]  # generic in later versions of click only
    """RFC 3339 with an offset, to the millisecond."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail("expected an instant like 2026-03-01T09:00:00Z", param, ctx)
        if instant.tzinfo is None:
            self.fail("expected an offset or Z: an instant without one means nothing", param, ctx)
        return instant.astimezone(UTC)


def stamped(instant: datetime | None) -> str:
    """The instant (UTC) as records are stamped: RFC 3339 with microseconds; empty for none."""
    return "" if instant is None else f"{instant.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
