"""`pactolus audit witness keygen`: the key of a witness."""

from pathlib import Path

import click

__all__ = ["keygen"]


@click.command(short_help="Make the key of a witness.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--name", required=True, help="Name of the witness, say witness.example/audit.")
def keygen(file: Path, name: str) -> None:
    """Make an Ed25519 key in FILE (private, mode 600) and FILE.pub, and print the public key for policies.

    Nothing is ever overwritten. The printed line `name+id+key` is what those who trust this witness put into their
    policy. One key serves one witness.

    \b
    Example:
      pactolus audit witness keygen witness.pem --name witness.example/audit

    Exit codes: 0 made; 2 the name cannot be used, or a file is there already or cannot be written.
    """
    from pactolus_adapters.witness.run import new_witness_key

    click.echo(new_witness_key(file, name))
