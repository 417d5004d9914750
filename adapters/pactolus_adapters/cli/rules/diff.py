"""`pactolus rules diff`: the regions of input in which two versions of a pack answer otherwise."""

import json
import sys
from pathlib import Path

import click

from pactolus_adapters.cli.exits import Exit
from pactolus_adapters.cli.rules.pack_argument import pack_folder
from pactolus_adapters.cli.rules.progress import busy

__all__ = ["diff"]

_REGIONS = 200


@click.command(short_help="Where two versions of a pack answer otherwise.")
@click.argument("old")
@click.argument("new")
@click.option(
    "--rules", type=click.Path(path_type=Path), help="Folder of the rule packs [PACTOLUS_RULES, ./rules]."
)
@click.option(
    "--witness",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write a patient of each region into DIR as a FHIR Bundle, and print the commands that show it.",
)
@click.option(
    "--regions",
    type=click.IntRange(min=1),
    default=_REGIONS,
    show_default=True,
    help="Regions that are looked for before the search gives up and says so.",
)
@click.option(
    "--effort",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="Multiple of the solver's steps.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document, with the Bundles of --witness.")
def diff(
    old: str, new: str, rules: Path | None, witness: Path | None, regions: int, effort: int, as_json: bool
) -> None:
    """Tell in which patients the packs OLD and NEW (folders, or names below the rules folder) differ.

    Not a text diff: every region of input in which the answer (outcome, options, findings) is another one,
    proved by a solver and as large as it can be, with the old and the new answer and a patient in it whom both
    packs were seen to answer so. Then findings and caveats that come or go; then facts, codes and texts.

    \b
    Example:
      pactolus rules diff released/midas-consolidation rules/midas-consolidation --witness out

    Exit codes: 0 nobody is told anything else (texts may differ); 10 they differ; 7 nothing found, but the
    bound was met; 2 usage; 4 a pack is refused.
    """
    from pactolus_adapters.authoring.draft import open_draft
    from pactolus_adapters.authoring.explain import open_matcher
    from pactolus_adapters.authoring.prove import require_solver
    from pactolus_adapters.authoring.witness_folder import made_folder

    require_solver()
    from pactolus_adapters.authoring.diff import Pair, comparison_json
    from pactolus_adapters.cli.rules.render_diff import render_comparison

    folders = pack_folder(old, rules), pack_folder(new, rules)
    with open_matcher() as matcher, busy("comparing the two packs"):
        pair = Pair(open_draft(folders[0]), open_draft(folders[1]), matcher)
        if witness is not None:
            made_folder(witness)
        comparison = pair.compare(regions, effort)
        sent = [] if witness is None else pair.write_witnesses(comparison, witness)
    if as_json:
        click.echo(json.dumps(comparison_json(comparison, pair, sent)))
    else:
        sides = (folders[0], pair.old), (folders[1], pair.new)
        click.echo(render_comparison(comparison, *sides, sent), nl=False)
    if not comparison.is_same:
        sys.exit(Exit.DIFFERENT)
    if not comparison.is_whole:
        sys.exit(Exit.UNDECIDED)
