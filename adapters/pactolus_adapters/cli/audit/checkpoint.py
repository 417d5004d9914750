"""`pactolus audit checkpoint` and `verifier-key`: what to keep outside, so that a rewrite can be seen."""

from pathlib import Path

import click

from pactolus_adapters.cli.audit.files import write_new
from pactolus_adapters.cli.options import data_option

__all__ = ["checkpoint", "verifier_key"]


@click.command(short_help="Print the latest signed checkpoint, to be kept elsewhere.")
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where it goes, new [printed].",
)
@click.option("--publish", is_flag=True, help="Sign one over every record first; no service may run.")
@data_option
def checkpoint(out: Path | None, publish: bool, data: Path | None, database: str | None) -> None:
    """Print the latest signed checkpoint of the log: its name, its size, its root, signed (C2SP tlog-checkpoint).

    Keep it where nobody who may write to the store can change it: `pactolus audit verify --since` tells
    from it whether history was rewritten since. It holds no patient data.

    \b
    Example:
      pactolus audit checkpoint --out checkpoint-2026-03-01.txt

    Exit codes: 0 there is one; 2 usage, or nothing was signed yet; 5 the store cannot be read, or with
    --publish a service holds it.
    """
    note = _published(data, database) if publish else _latest(data, database)
    if out is None:
        click.echo(note, nl=False)
    else:
        write_new(out, note)
        click.echo(f"checkpoint over {note.splitlines()[1].decode()} records; {out}")


@click.command("verifier-key", short_help="Print the log's public key.")
@data_option
def verifier_key(data: Path | None, database: str | None) -> None:
    """Print the public key of the log's checkpoints, as the text NAME+ID+KEY (C2SP signed-note).

    Give it to auditors by another way than the store, so that nobody can exchange both.
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.settings import settings_from

    with wiring.open_trail(settings_from(data=data, database=database)) as trail:
        click.echo(trail.verifier_key)


def _latest(data: Path | None, database: str | None) -> bytes:
    from pactolus_adapters import wiring
    from pactolus_adapters.settings import settings_from

    with wiring.open_trail(settings_from(data=data, database=database)) as trail:
        latest = trail.latest_checkpoint()
    if latest is None:
        raise click.UsageError(
            "nothing was signed yet; a service signs within a second of a record, or --publish"
        )
    return latest.note


def _published(data: Path | None, database: str | None) -> bytes:
    from pactolus_adapters import wiring
    from pactolus_adapters.settings import settings_from

    with wiring.open_log_to_publish(settings_from(data=data, database=database)) as log:
        return log.publish()
