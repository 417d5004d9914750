"""`pactolus audit backup`: copy the log while it runs."""

from pathlib import Path

import click

from pactolus_adapters.cli.audit.operator import operator
from pactolus_adapters.cli.audit.progress import slow_bar
from pactolus_adapters.cli.options import data_option
from pactolus_adapters.cli.terminal import several

__all__ = ["backup"]


@click.command(short_help="Copy the log up to its last checkpoint, beside a running server too.")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), required=True, help="Folder of the backup; it is made."
)
@click.option(
    "--keys",
    "keys_path",
    type=click.Path(path_type=Path),
    help="File of the wrapped keys [FOLDER/keys.jsonl].",
)
@data_option
def backup(folder: Path, keys_path: Path | None, data: Path | None, database: str | None) -> None:
    """Copy every record up to a signed checkpoint, in one snapshot of the store.

    The log goes into one file, the wrapped data keys into another: keep only the newest key file, so that an
    erasure reaches every backup of the log. Neither holds the key-encryption key or the signing key: keep
    those apart from both.

    \b
    Example:
      pactolus audit backup --to /backup/2026-03-01 --keys /backup/newest-keys.jsonl
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.settings import settings_from

    keeper = wiring.keeper(settings_from(data=data, database=database), operator().client)
    with slow_bar("copying records") as progress:
        made = keeper.back_up(folder, keys_path, progress)
    click.echo(f"backed up: {several(made.manifest.size, 'record')}, root {made.manifest.root}")
    if not made.is_recorded:
        click.echo("not recorded in the log: a server holds the store", err=True)
