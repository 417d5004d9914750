"""`pactolus cohort tables`: the trial's tables out of the service's own answers."""

import sys
from pathlib import Path

import click

from pactolus_adapters.cli.exits import Exit

__all__ = ["tables"]

_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command(short_help="The trial's tables out of the answers about a cohort.")
@click.argument("folder", type=_FOLDER)
@click.option(
    "--consolidation", type=_FOLDER, required=True, help="Report of the replay of FOLDER/post-induction."
)
@click.option(
    "--endpoint", type=_FOLDER, required=True, help="Report of the replay of FOLDER/pre-maintenance."
)
@click.option("--markdown", "as_markdown", is_flag=True, help="As Markdown.")
def tables(folder: Path, consolidation: Path, endpoint: Path, as_markdown: bool) -> None:
    """Print the tables of the MIDAS trial for the cohort in FOLDER, from the answers in two reports, beside what was
    published: strata, rates of the endpoint in each arm, relative risks with 95 % intervals.

    The cohort is synthetic and was made to match, so this tests the pipeline, not the trial.

    \b
    Example (`make midas` does all of it):
      pactolus cohort midas cohort
      pactolus replay cohort/post-induction --pack midas-consolidation --at 2024-06-01T12:00:00Z --report first
      pactolus replay cohort/pre-maintenance --pack midas-endpoint --at 2025-06-01T12:00:00Z --report second
      pactolus cohort tables cohort --consolidation first --endpoint second

    Exit codes: 0 every number marked `same` is the published one; 1 one is not; 2 usage, or a report that is not of this cohort.
    """
    from pactolus_adapters.cohort.about import SNAPSHOTS
    from pactolus_adapters.cohort.answers import patient_answers
    from pactolus_adapters.cohort.render_tables import render_markdown, render_text
    from pactolus_adapters.cohort.study import subjects
    from pactolus_adapters.cohort.tables import make_tables

    reports = (consolidation, endpoint)
    answers = [
        patient_answers(folder / name, report, pack)
        for (name, pack, _), report in zip(SNAPSHOTS, reports, strict=True)
    ]
    made = make_tables(subjects(folder / SNAPSHOTS[0][0]), *answers)
    click.echo(render_markdown(made) if as_markdown else render_text(made), nl=False)
    sys.exit(Exit.OUTCOME if made.matches else Exit.FOUND)
