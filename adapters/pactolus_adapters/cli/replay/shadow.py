"""`pactolus shadow`: what a candidate that is evaluated beside the active pack would have said so far."""

import sys
from pathlib import Path

import click

from pactolus_adapters.cli.options import data_option
from pactolus_adapters.cli.replay.exit_of import exit_of_summary
from pactolus_adapters.cli.replay.render_summary import render_summary

__all__ = ["shadow"]


@click.command(short_help="Report what a candidate pack beside the active one says of live requests.")
@data_option
@click.option(
    "--pack",
    default="",
    metavar="ID@VERSION",
    help="The shadow of this candidate, or in the folder of this name [the last one begun].",
)
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON.")
def shadow(data: Path | None, database: str | None, pack: str, as_json: bool) -> None:
    """Report the differences that a shadow has found so far, while the server runs or after.

    A server that is started with PACTOLUS_SHADOW evaluates a candidate pack on every request beside the one that
    answers, in a process of its own, and keeps what came out otherwise. The report is that of `pactolus replay` over
    the records from the first one with the shadow to the last one it has done: summary.json, .md and .html in the
    folder of the shadow.

    \b
    Examples:
      pactolus shadow
      pactolus shadow --pack midas-consolidation@1.1.0 --json

    Exit codes: 0 all is identical so far; 1 something could not be compared; 2 usage, or results that cannot be read;
    3 there is no such shadow; 5 the audit store is unavailable; 10 there are differences.
    """
    from pactolus_adapters.replay.report.summary import written_summary
    from pactolus_adapters.settings import settings_from
    from pactolus_adapters.wiring.shadow import shadow_report

    summary, kept = shadow_report(settings_from(data=data, database=database), pack)
    if as_json:
        click.echo(written_summary(summary), nl=False)
    else:
        click.echo(render_summary(summary, kept.path))
    sys.exit(exit_of_summary(summary))
