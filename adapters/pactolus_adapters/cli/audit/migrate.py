"""`pactolus audit migrate`: the tables of a PostgreSQL store to another version of the schema."""

from pathlib import Path

import click

from pactolus_adapters.cli.options import store_options

__all__ = ["migrate"]


@click.command(short_help="Bring the tables in PostgreSQL to a version.")
@click.option("--to", "wanted", type=int, metavar="VERSION", help="Version of the schema [the latest].")
@store_options
def migrate(wanted: int | None, data: Path | None, database: str | None) -> None:
    """Bring the tables of a PostgreSQL store to a version of the schema, up or down.

    A store that is opened to record is brought up to date anyway. This is for what else an operator does: make
    the tables as their owner, before a service without that right starts, and go back for the release before,
    which the newer release must do. A log that holds records never goes to 0.

    \b
    Examples:
      pactolus audit migrate --database "host=db.example dbname=audit user=pactolus_owner"
      pactolus audit migrate --database "host=db.example dbname=audit user=pactolus_owner" --to 1
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.settings import settings_from

    before, after = wiring.migrate(settings_from(data=data, database=database), wanted)
    click.echo(f"schema version: {after}" + (f" (before: {before})" if before != after else ""))
