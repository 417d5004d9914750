"""`pactolus audit key-lost`: go on after the key-encryption key was lost."""

from pathlib import Path

import click

from pactolus_adapters.cli.audit.keeping import check_meant, yes_option
from pactolus_adapters.cli.audit.operator import operator
from pactolus_adapters.cli.options import data_option
from pactolus_adapters.cli.terminal import several

__all__ = ["key_lost"]


@click.command("key-lost", short_help="Go on with a store whose key-encryption key is lost.")
@yes_option
@data_option
def key_lost(yes: bool, data: Path | None, database: str | None) -> None:
    """Give a store a new key-encryption key, because the old one is lost and in no backup.

    What was recorded before can never be read again; each of these records says so when it is asked for.
    Numbers, proofs, erasures and request ids stand, and new evaluations are recorded under the new key.
    Earlier suggestions are not taken back any more: nobody can know them.

    \b
    Example:
      pactolus audit key-lost --yes
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.settings import settings_from

    keeper = wiring.keeper(settings_from(data=data, database=database), operator().client)
    check_meant("Give up everything that was recorded so far?", yes=yes)
    done = keeper.lose_key()
    if done.was_done:
        click.echo("an earlier change of the key was finished")
    else:
        click.echo(f"lost: {several(done.data_keys, 'data key')}")
    click.echo(f"key in force: {done.key}")
    if done.kept is not None:
        click.echo(f"the key that did not fit: {done.kept.name}")
