"""`pactolus rules activate`: the published version that decides from the next start of the server on."""

from pathlib import Path

import click

from pactolus_adapters.cli.options import trust_option
from pactolus_adapters.cli.rules.signing_options import existing_releases, trusted

__all__ = ["activate"]


@click.command(short_help="Make a published version the active one.")
@click.argument("version", metavar="ID@VERSION")
@click.option(
    "--releases", type=click.Path(path_type=Path), help="Folder of published packs [PACTOLUS_RELEASES]."
)
@trust_option
@click.option("--as", "by", required=True, metavar="NAME", help="Who activates.")
@click.option("--reason", default="", help="Why, one line.")
@click.option("--rollback", is_flag=True, help="Go back to a lower version; needs --reason.")
def activate(
    version: str, releases: Path | None, trust: tuple[Path, ...], by: str, reason: str, rollback: bool
) -> None:
    """Make ID@VERSION the version of its pack that decides; a server takes it at its next start.

    Signatures and digests are verified again and the pack is read as it would be served. The activation is recorded,
    with its instant and who made it, in a chain of lines that is only ever added to. A version lower than one
    that was active before is refused, unless --rollback says that this is meant, and --reason why.

    \b
    Example:
      pactolus rules activate midas-consolidation@1.0.0 --releases /srv/pactolus/releases \\
        --trust publisher.pem.pub --as "A. Operator"

    Exit codes: 0 it is active; 2 usage; 4 there is no such version, or it is refused.
    """
    from pactolus_adapters.authoring.activate import activate as run
    from pactolus_adapters.clock import system_clock

    pack_id, _, number = version.partition("@")
    if not pack_id or not number:
        raise click.BadParameter("expected ID@VERSION", param_hint="ID@VERSION")
    folder = existing_releases(releases)
    done = run(
        folder, pack_id, number, trusted(trust), by=by, reason=reason, rollback=rollback, now=system_clock
    )
    told = "active from the next start of the server on" if done.is_new else "was active already"
    click.echo(f"{done.pack.id} {done.pack.version}: {told}")
    click.echo(f"head of the chain of activations: {done.head}")
