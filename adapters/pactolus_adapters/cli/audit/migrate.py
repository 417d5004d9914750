"""`pactolus audit migrate`: the schema of the store, up or down."""

from pathlib import Path

import click

from pactolus_adapters.cli.audit.keeping import check_meant, yes_option
from pactolus_adapters.cli.audit.operator import operator
from pactolus_adapters.cli.options import data_option

__all__ = ["migrate"]


@click.command(short_help="Bring the schema of the store to a version, up or down.")
@click.option("--to", "wanted", type=click.IntRange(0), required=True, metavar="N", help="The version.")
@yes_option
@data_option
def migrate(wanted: int, yes: bool, data: Path | None, database: str | None) -> None:
    """Bring the schema to a version. The server does the way up when it starts; this is for the way down.

    Make a backup first. An earlier schema holds less: signatures and what is newer than it are lost, and the
    earlier release cannot read the records that were made meanwhile.

    \b
    Example:
      pactolus audit migrate --to 3
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.settings import settings_from

    keeper = wiring.keeper(settings_from(data=data, database=database), operator().client)
    check_meant(f"Bring the store to schema version {wanted}? Is there a backup?", yes=yes)
    before = keeper.migrate(wanted)
    click.echo(f"schema version: {wanted}, before: {before}")
