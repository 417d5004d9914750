"""`pactolus rules mutate`: would the cases of a pack notice a small mistake in it?"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from pactolus_adapters.cli.exits import Exit
from pactolus_adapters.cli.rules.pack_argument import pack_argument, pack_folder

__all__ = ["mutate"]


@click.command(short_help="Score the cases of a pack by planting mistakes.")
@pack_argument
@click.option(
    "--rule",
    "parts",
    multiple=True,
    metavar="ID",
    help="Only mistakes in this rule, fact, code set or parameter; repeatable.",
)
@click.option(
    "--operator",
    "operators",
    multiple=True,
    metavar="CODE",
    help="Only mistakes of this kind (see --operators); repeatable.",
)
@click.option(
    "--sample", type=click.IntRange(1), default=None, metavar="N", help="At most N mistakes, always the same."
)
@click.option("--require", type=click.IntRange(0, 100), metavar="PERCENT", help="Exit 1 below this score.")
@click.option(
    "--jobs", type=click.IntRange(1), default=None, metavar="N", help="Processes [one for each processor]."
)
@click.option(
    "--operators", "list_operators", is_flag=True, help="List the kinds of mistakes and do nothing."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document with every mistake and its fate.")
def mutate(
    pack: str,
    rules: Path | None,
    parts: tuple[str, ...],
    operators: tuple[str, ...],
    sample: int | None,
    require: int | None,
    jobs: int | None,
    list_operators: bool,
    as_json: bool,
) -> None:
    """Plant small mistakes in PACK, one at a time, and see whether one of its cases fails.

    A mistake that no case notices survives, and is listed with its place: a case is missing, or the mistake does no
    harm; then `mutants.yaml` in the pack says why. The score is killed / (killed + survived); stated survivors count
    as survivors. Mistakes that the loader refuses, or that provably change nothing, count for neither side.

    \b
    Examples:
      pactolus rules mutate midas-consolidation --require 95
      pactolus rules mutate midas-consolidation --rule mrd-negative --operator boundary

    Exit codes: 0 done; 1 the score is below --require, a case fails as the pack stands, or `mutants.yaml` states what
    does not survive; 2 usage; 4 the pack is refused.
    """
    from pactolus_adapters.authoring.draft import open_draft
    from pactolus_adapters.authoring.mutate import Choice, MutationReport
    from pactolus_adapters.authoring.mutate import mutate as tried
    from pactolus_adapters.cli.rules.render_mutants import operator_lines, report_json, report_lines
    from pactolus_engine.mutants.operators import OPERATORS

    if list_operators:
        click.echo("\n".join(operator_lines()))
        return
    for operator in operators:
        if operator not in OPERATORS:
            raise click.BadParameter(f"no operator `{operator}`; see --operators", param_hint="--operator")
    folder = pack_folder(pack, rules)
    draft = open_draft(folder)
    with _progress() as told:
        chosen = Choice(parts, operators, sample or 0)
        report: MutationReport = tried(draft, chosen, jobs or os.cpu_count() or 1, told)
    if (parts or operators) and not report.results and not report.failing:
        raise click.BadParameter("no mistake fits these options", param_hint="--rule, --operator")
    click.echo(report_json(report, folder) if as_json else "\n".join(report_lines(report, folder)))
    is_below = require is not None and report.tenths < 10 * require
    sys.exit(Exit.FOUND if is_below or report.failing or report.strays else Exit.OUTCOME)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar with rate and time left on stderr, where that is a terminal; silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("mutants"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.speed:.0f}/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("mutants", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
