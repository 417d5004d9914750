"""`pactolus rules keygen`: a pair of keys to sign packs with."""

from pathlib import Path

import click

__all__ = ["keygen"]


@click.command(short_help="Make a pair of keys to sign with.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def keygen(file: Path) -> None:
    """Make an Ed25519 key in FILE (private, mode 600) and FILE.pub (public). Neither is ever overwritten.

    Keep FILE where only who may sign can read it, out of the repository and of the server. Give FILE.pub to whoever
    verifies, over a way that you trust, and compare the key id.

    \b
    Example:
      pactolus rules keygen ~/keys/publisher.pem

    Exit codes: 0 made; 2 a file is there already or cannot be written.
    """
    from pactolus_adapters.authoring.signatures import new_keys

    made = new_keys(file)
    click.echo(f"key {made.key_id}: private in {made.private}, public in {made.public}")
