"""`pactolus audit rotate-keys`: a new key-encryption key for the store."""

import shlex
from pathlib import Path

import click

from pactolus_adapters.cli.audit.operator import operator
from pactolus_adapters.cli.options import data_option
from pactolus_adapters.cli.terminal import several

__all__ = ["rotate_keys"]


@click.command("rotate-keys", short_help="Put the store under a new key-encryption key.")
@click.option(
    "--to-command", metavar="COMMAND", help="A command that prints the new key, in place of a new key file."
)
@data_option
def rotate_keys(to_command: str | None, data: Path | None, database: str | None) -> None:
    """Wrap every data key under a new key-encryption key. The server has to be stopped; nothing is encrypted anew.

    Without a command the new key is made in `audit.key`, and the old one is kept beside it under another name:
    backups need it until they are replaced. Once it is destroyed, nothing that is left of old keys on any disk
    can be opened. When this is cut off, run it again, or just start the server.

    \b
    Example:
      pactolus audit rotate-keys --to-command "vault read -field=key secret/pactolus"
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.settings import settings_from

    settings = settings_from(data=data, database=database)
    try:
        command = tuple(shlex.split(to_command or ""))
    except ValueError as error:
        raise click.UsageError("--to-command is a command, its words quoted as for a shell") from error
    done = wiring.keeper(settings, operator().client).rotate_key(command)
    if done.was_done:
        click.echo("an earlier rotation was finished")
    else:
        click.echo(f"rewrapped: {several(done.data_keys, 'data key')}")
    click.echo(f"key in force: {done.key}")
    if done.kept is not None:
        click.echo(f"old key: {done.kept.name}; make a new backup, then destroy it")
    if to_command:
        click.echo("set PACTOLUS_KEY_COMMAND to this command before the server starts")
    elif settings.key_command:
        click.echo("unset PACTOLUS_KEY_COMMAND before the server starts: the key is in `audit.key` now")
