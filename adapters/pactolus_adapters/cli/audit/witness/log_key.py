"""`pactolus audit witness log-key`: the public key of a store's log, for whoever runs a witness."""

from pathlib import Path

import click

__all__ = ["log_key"]


@click.command("log-key", short_help="Print the public key of this log.")
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the audit store [PACTOLUS_DATA].")
def log_key(data: Path | None) -> None:
    """Print the public key that signs this log's checkpoints, `name+id+key`: for `witness serve --log` and policies.

    The store is only read, also while a server records in it.

    Exit codes: 0 printed; 5 the store cannot be opened.
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.settings import settings_from

    with wiring.open_trail(settings_from(data=data)) as trail:
        click.echo(trail.verifier_key)
