"""`pactolus rules verify`: whether somebody trusted has signed exactly this content."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from pactolus_adapters.cli.options import trust_option
from pactolus_adapters.cli.rules.pack_argument import pack_argument, pack_folder
from pactolus_adapters.cli.rules.signing_options import trusted

__all__ = ["verify"]


@click.command(short_help="Verify the signature of a pack.")
@pack_argument
@trust_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def verify(pack: str, rules: Path | None, trust: tuple[Path, ...], as_json: bool) -> None:
    """Verify that PACK is, to the byte, what the owner of a trusted key has signed.

    Says why not: no signature, another key, another version, or the first files that differ.

    \b
    Example:
      pactolus rules verify midas-consolidation --trust author.pem.pub

    Exit codes: 0 it is; 2 usage, or a key cannot be used; 4 it is not.
    """
    from pactolus_adapters.authoring.signatures import verify_pack

    statement = verify_pack(pack_folder(pack, rules), trusted(trust))
    if as_json:
        click.echo(json.dumps(asdict(statement)))
        return
    click.echo(
        f"verified: {statement.pack} {statement.version}, {len(statement.files)} files, content "
        f"{statement.content_digest}, signed by key {statement.key_id}"
    )
