"""`pactolus rules publish`: a pack through its gates into the folder of releases."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pactolus_adapters.cli.exits import Exit
from pactolus_adapters.cli.options import trust_option
from pactolus_adapters.cli.rules.pack_argument import pack_argument, pack_folder
from pactolus_adapters.cli.rules.progress import busy
from pactolus_adapters.cli.rules.signing_options import key_option, release_folder

if TYPE_CHECKING:
    from pactolus_adapters.authoring.publish import Publication

__all__ = ["publish"]


@click.command(short_help="Publish a version that never changes.")
@pack_argument
@click.option(
    "--releases",
    "--to",
    type=click.Path(path_type=Path),
    help="Folder of published packs [PACTOLUS_RELEASES].",
)
@key_option
@trust_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def publish(
    pack: str, rules: Path | None, releases: Path | None, key: Path, trust: tuple[Path, ...], as_json: bool
) -> None:
    """Publish PACK as it is: it loads, every gate finds nothing, it is signed; then it is written once, whole.

    A signature in the folder of the pack must hold, by --key or a --trust key; without one, --key signs the pack. A
    version never changes: with another content it is refused, and so is a version lower than the highest published. To
    publish is not to activate: see `activate`.

    \b
    Example:
      pactolus rules publish midas-consolidation --releases /srv/pactolus/releases --key ~/keys/publisher.pem

    Exit codes: 0 published, or this very version was; 1 a gate found something; 2 usage, or the key cannot be
    used; 4 the pack, its version or its signature is refused.
    """
    from pactolus_adapters.authoring.gates import all_gates
    from pactolus_adapters.authoring.publish import publish as run
    from pactolus_adapters.clock import system_clock
    from pactolus_adapters.settings import settings_from

    folder, there = pack_folder(pack, rules), release_folder(releases)
    with busy("publishing") as now:
        done = run(
            folder,
            there,
            key,
            all_gates(system_clock()),
            now=system_clock,
            trust=settings_from(trust=trust or None).trust,
            tell=lambda gate: now(f"gate: {gate}"),
        )
    click.echo(json.dumps(_document(done)) if as_json else "\n".join(_lines(done)))
    sys.exit(Exit.FOUND if done.problems else Exit.OUTCOME)


def _lines(done: "Publication") -> list[str]:
    name = f"{done.pack.id} {done.pack.version}"
    found = [f"{gate}: {line}" for gate, lines in done.problems.items() for line in lines]
    if found:
        return [*found, f"not published: {name}; nothing was written"]
    return [f"{'published' if done.is_new else 'was published before'}: {name}"]


def _document(done: "Publication") -> dict[str, Any]:
    return {
        "pack": done.pack.id,
        "version": done.pack.version,
        "contentDigest": done.pack.content_digest,
        "published": not done.problems,
        "isNew": done.is_new,
        "problems": done.problems,
    }
