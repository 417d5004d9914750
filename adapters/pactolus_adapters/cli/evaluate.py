"""`pactolus evaluate`: the whole way without a server."""

import sys
from datetime import datetime
from pathlib import Path

import click

from pactolus_adapters.cli.exits import Exit, exit_of
from pactolus_adapters.cli.instant import Instant
from pactolus_adapters.cli.options import house_options, overlays_option, releases_options
from pactolus_adapters.cli.render import render_answer, render_error

__all__ = ["evaluate"]


def _text(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Bytes of the command line that are no text in this locale are nobody's name."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise click.BadParameter("expected text in UTF-8") from None
    return value


@click.command(short_help="Evaluate FHIR files without a server.")
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--pack",
    "pack",
    default="",
    callback=_text,
    metavar="ID[@VERSION]",
    help="Rule pack [PACTOLUS_PACK, midas-consolidation].",
)
@click.option("--at", "at", type=Instant(), help="Evaluation instant, RFC 3339 [now].")
@click.option(
    "--patient", default="", callback=_text, help="Reference of the patient, when several are in the file."
)
@click.option("--json", "as_json", is_flag=True, help="One EvaluateResponse as protobuf JSON per line.")
@house_options
@overlays_option
@releases_options
def evaluate(
    files: tuple[Path, ...],
    pack: str,
    at: datetime | None,
    patient: str,
    as_json: bool,
    data: Path | None,
    database: str | None,
    rules: Path | None,
    overlays: Path | None,
    releases: Path | None,
    trust: tuple[Path, ...],
) -> None:
    """Evaluate each FILE (a FHIR R4 resource, a list of resources, or a Bundle) and record the answer.

    \b
    Examples:
      pactolus evaluate examples/negative-ngs.json --at 2026-03-01T09:00:00Z
      pactolus evaluate examples/*.json --json | jq .decision.outcome
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.hallway import EvaluateCommand
    from pactolus_adapters.settings import settings_from

    settings = settings_from(
        data=data,
        database=database,
        rules=rules,
        overlays=overlays,
        releases=releases,
        trust=trust or None,
    )
    pack_id, _, pack_version = pack.partition("@")
    worst = Exit.OUTCOME
    with wiring.open_house(settings, needs_default=not pack_id) as house:
        for file in files:
            command = EvaluateCommand(
                resources=(file.read_bytes(),),
                patient=patient,
                pack_id=pack_id,
                pack_version=pack_version,
                evaluation_time=at,
                client="pactolus-cli",
                tenant="default",
            )
            try:
                answer = house.hallway.evaluate(command)
                text = wiring.response_json_text(answer) if as_json else render_answer(file.name, answer)
            except Exception as unsafe:  # noqa: BLE001 - the next file is another patient's
                worst = max(worst, exit_of(unsafe))
                error = wiring.public(unsafe)
                text = wiring.error_json_text(error) if as_json else render_error(file.name, error)
            click.echo(text)
    sys.exit(worst)
