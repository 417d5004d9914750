"""Options that several commands share."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

__all__ = ["Instant", "house_options", "overlays_option"]

_Command = Callable[..., Any]


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


def house_options(command: _Command) -> _Command:
    """`--data` and `--rules`, for every command that opens the house."""
    data = click.option(
        "--data",
        type=click.Path(path_type=Path),
        help="Folder of the audit store [PACTOLUS_DATA, ./pactolus-data].",
    )
    rules = click.option(
        "--rules", type=click.Path(path_type=Path), help="Folder of the rule packs [PACTOLUS_RULES, ./rules]."
    )
    return data(rules(command))


def overlays_option(command: _Command) -> _Command:
    """`--overlays`, for the commands that read the packs as the site has them."""
    return click.option(
        "--overlays",
        type=click.Path(path_type=Path),
        help="Folder of the site's overlays [PACTOLUS_OVERLAYS, none].",
    )(command)
