"""`pactolus audit check-proof`: checks a proof file by itself, without store or settings."""

import sys
from pathlib import Path

import click

from pactolus_adapters.cli.audit.files import content_of
from pactolus_adapters.cli.audit.keys_option import key_option, verifiers_of
from pactolus_adapters.cli.exits import Exit
from pactolus_adapters.cli.terminal import clean

__all__ = ["check_proof"]

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("check-proof", short_help="Check a proof without the log.")
@click.argument("proof", metavar="FILE", type=_FILE)
@click.option("--leaf", metavar="FILE", type=_FILE, required=True, help="The record's public part.")
@key_option("Public key of the log, from somebody you trust; also of a witness.", required=True)
def check_proof(proof: Path, leaf: Path, key: tuple[str, ...]) -> None:
    """Check that the proof FILE shows that this leaf is in a log of this key. Needs nothing else.

    \b
    Example:
      pactolus audit check-proof 7.tlog-proof --leaf 7.leaf --key "$(cat log.vkey)"

    Exit codes: 0 it is proved; 1 it is not; 2 usage, or the file is no proof.
    """
    from pactolus_adapters.tlog.errors import NotProved, SignatureInvalid
    from pactolus_adapters.trail.check_proof import checked_proof

    try:
        found = checked_proof(content_of(proof), content_of(leaf), verifiers_of(key))
    except (NotProved, SignatureInvalid) as error:
        click.echo(f"NOT PROVED: {clean(str(error))}")
        sys.exit(Exit.FOUND)
    click.echo(
        f"proved: the leaf is record {found.index} of log {clean(found.origin)}, in its tree of {found.size} records"
    )
    for witness in found.witnesses:
        click.echo(f"cosigned: by {clean(witness.name)} at {witness.time}")
