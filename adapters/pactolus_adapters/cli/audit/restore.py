"""`pactolus audit restore`: bring a log back from a backup."""

from pathlib import Path

import click

from pactolus_adapters.cli.audit.files import content_of
from pactolus_adapters.cli.audit.operator import operator
from pactolus_adapters.cli.audit.progress import slow_bar
from pactolus_adapters.cli.options import data_option
from pactolus_adapters.cli.terminal import several

__all__ = ["restore"]

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(short_help="Bring a log back from a backup, verified, and without whom was erased.")
@click.option(
    "--from", "folder", type=click.Path(path_type=Path), required=True, help="Folder of the backup."
)
@click.option(
    "--keys",
    "keys_path",
    type=click.Path(path_type=Path),
    help="File of the wrapped keys [FOLDER/keys.jsonl].",
)
@click.option(
    "--erased", multiple=True, type=_FILE, help="List of erased keys (`erased-keys`); may be repeated."
)
@click.option(
    "--expect", type=_FILE, help="A signed checkpoint that somebody holds: the backup must reach it."
)
@click.option("--accept-loss", is_flag=True, help="Restore although the backup ends before --expect.")
@click.option("--without-key", is_flag=True, help="The key-encryption key is lost: go on with a new one.")
@data_option
def restore(
    folder: Path,
    keys_path: Path | None,
    erased: tuple[Path, ...],
    expect: Path | None,
    accept_loss: bool,
    without_key: bool,
    data: Path | None,
    database: str | None,
) -> None:
    """Restore a backup into a data directory that holds no store; digests, tree and checkpoint are verified first.

    Put the key-encryption key (`audit.key`) and the signing key (`audit-signing.key`) into the directory
    before. Every erasure that is known is done again: those in the log, in the key file, and in the lists.

    \b
    Example:
      pactolus audit restore --from /backup/2026-03-01 --keys /backup/newest-keys.jsonl \\
        --erased /backup/erased-keys --expect held.checkpoint --data /srv/pactolus
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.settings import settings_from

    expected = content_of(expect) if expect else b""
    wanted = wiring.Wanted(expected=expected, accept_loss=accept_loss, without_key=without_key)
    keeper = wiring.keeper(settings_from(data=data, database=database), operator().client)
    with slow_bar("restoring records") as progress:
        done = keeper.restore(folder, keys_path, erased, wanted, progress)
    click.echo(f"restored: {several(done.size, 'record')}")
    if done.erased:
        click.echo(f"erased again: what was under {several(done.erased, 'key')}")
    if done.lost:
        click.echo(f"lost: records {done.lost[0]} to {done.lost[1] - 1}", err=True)
    if without_key:
        click.echo("nothing restored can be read: its key-encryption key is lost", err=True)
