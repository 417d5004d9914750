"""`pactolus rules schema`: JSON Schema of the files of a pack."""

from pathlib import Path

import click

__all__ = ["schema"]


@click.command(short_help="Write JSON Schemas for editors.")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def schema(folder: Path) -> None:
    """Write a JSON Schema (draft 2020-12) for each kind of file of a pack into DIR.

    They are made from the table that the loader checks by. An editor with the YAML language server completes and checks
    a file that begins with a line such as

    \b
      # yaml-language-server: $schema=.schema/facts.json

    A schema never refuses what the loader takes; it takes more: names, units and references are for the loader, see
    `pactolus rules check`.

    \b
    Example:
      pactolus rules schema rules/my-pack/.schema

    Exit codes: 0 written; 2 usage, or DIR cannot be written.
    """
    from pactolus_adapters.authoring.write_schemas import write_schemas

    try:
        written = write_schemas(folder)
    except OSError as error:
        raise click.BadParameter("the folder cannot be written", param_hint="DIR") from error
    click.echo(f"{len(written)} schemas written to {folder}")
