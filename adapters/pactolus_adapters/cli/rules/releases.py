"""`pactolus rules releases`: what is published, what is active, and whether the signatures hold."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pactolus_adapters.cli.exits import Exit
from pactolus_adapters.cli.options import trust_option
from pactolus_adapters.cli.rules.signing_options import existing_releases, trusted

if TYPE_CHECKING:
    from pactolus_adapters.authoring.activate import ListedRelease

__all__ = ["releases"]


@click.command(short_help="List published versions.")
@click.option(
    "--releases",
    "folder",
    type=click.Path(path_type=Path),
    help="Folder of published packs [PACTOLUS_RELEASES].",
)
@trust_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def releases(folder: Path | None, trust: tuple[Path, ...], as_json: bool) -> None:
    """List every published version: which is active, by which key it is signed, and whether that holds.

    The head of the chain of activations is told at the end. Write it down elsewhere: whoever can write the folder can
    shorten the chain, and only somebody who remembers its head sees that.

    \b
    Example:
      pactolus rules releases --releases /srv/pactolus/releases --trust publisher.pem.pub

    Exit codes: 0 every signature holds; 1 one does not; 2 usage; 4 the chain of activations is broken.
    """
    from pactolus_adapters.authoring.activate import listed

    found, head = listed(existing_releases(folder), trusted(trust))
    if as_json:
        click.echo(json.dumps({"releases": [_document(one) for one in found], "head": head}))
    else:
        for one in found:
            click.echo(_line(one))
        click.echo(f"head of the chain of activations: {head}")
    sys.exit(Exit.OUTCOME if all(one.release for one in found) else Exit.FOUND)


def _line(one: "ListedRelease") -> str:
    name = f"{one.pack} {one.version}{' (active)' if one.is_active else ''}"
    if one.release is None:
        return f"{name}: does not hold: {one.problem}"
    opened = "; ".join(one.release.not_approved) or "clinically approved when it was published"
    return f"{name}: signed by key {one.release.key_id}, published {one.release.published_at}; {opened}"


def _document(one: "ListedRelease") -> dict[str, Any]:
    release = one.release.document() if one.release else None
    return {
        "pack": one.pack,
        "version": one.version,
        "active": one.is_active,
        "release": release,
        "problem": one.problem,
    }
