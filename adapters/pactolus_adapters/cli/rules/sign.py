"""`pactolus rules sign`: the author's word for the content of a pack."""

from pathlib import Path

import click

from pactolus_adapters.cli.rules.pack_argument import pack_argument, pack_folder
from pactolus_adapters.cli.rules.signing_options import key_option

__all__ = ["sign"]


@click.command(short_help="Sign a pack.")
@pack_argument
@key_option
def sign(pack: str, rules: Path | None, key: Path) -> None:
    """Sign the content of PACK: writes `signature.json` into its folder, in place of one that is there.

    The signature covers every file but the sign-offs (`approvals.yaml`), the id, the version and the language version.
    A pack that does not load is not signed.

    \b
    Example:
      pactolus rules sign midas-consolidation --key ~/keys/author.pem

    Exit codes: 0 signed; 2 usage, or the key cannot be used; 4 the pack is refused.
    """
    from pactolus_adapters.authoring.signatures import sign_pack

    signed = sign_pack(pack_folder(pack, rules), key)
    click.echo(
        f"signed: {signed.pack} {signed.version}, content {signed.content_digest}, by key {signed.key_id}"
    )
