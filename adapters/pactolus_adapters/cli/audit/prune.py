"""`pactolus audit prune`: forget by age."""

import re
from datetime import UTC, datetime
from pathlib import Path

import click

from pactolus_adapters.cli.audit.keeping import check_meant, yes_option
from pactolus_adapters.cli.audit.operator import operator
from pactolus_adapters.cli.audit.progress import slow_bar
from pactolus_adapters.cli.instant import Instant
from pactolus_adapters.cli.options import data_option
from pactolus_adapters.cli.terminal import several

__all__ = ["prune"]

_AGE = re.compile(r"([1-9][0-9]{0,2})y")


@click.command(short_help="Forget by age: remove what old records held.")
@click.option("--before", type=Instant(), metavar="INSTANT", help="Everything recorded before this instant.")
@click.option("--older-than", metavar="AGE", help="Everything older than this, in years: 10y.")
@click.option(
    "--ground", default="retention period", show_default=True, metavar="TEXT", help="Why, in words."
)
@click.option("--even-young", is_flag=True, help="Also records of less than six years.")
@click.option("--dry-run", is_flag=True, help="Only say how many records would be pruned.")
@yes_option
@data_option
def prune(
    before: datetime | None,
    older_than: str | None,
    ground: str,
    even_young: bool,
    dry_run: bool,
    yes: bool,
    data: Path | None,
    database: str | None,
) -> None:
    """Remove the payloads of old records. They keep their numbers, leaves, request ids and proofs.

    \b
    Example:
      pactolus audit prune --older-than 10y --dry-run
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.settings import settings_from
    from pactolus_adapters.trail import retain

    now = datetime.now(UTC)
    limit = _limit(before, older_than, now)
    with wiring.open_erasure(settings_from(data=data, database=database)) as erasure:
        with slow_bar("looking at records") as progress:
            plan = retain.pruning_plan(erasure.trail, limit, now, even_young=even_young, progress=progress)
        told = f"{several(plan.records, 'record')} before record {plan.before}"
        if dry_run or not plan.records:
            click.echo(f"would prune: {told}" if dry_run else "there is nothing to prune")
            return
        check_meant(f"Prune {told}? This cannot be undone.", yes=yes)
        done = retain.prune(erasure.recorder, operator(), plan, ground)
    click.echo(f"pruned: {told}")
    click.echo(f"recorded: record {done.receipt.index}")


def _limit(before: datetime | None, older_than: str | None, now: datetime) -> datetime:
    if (before is None) == (older_than is None):
        raise click.UsageError("name one of --before and --older-than")
    if before is not None:
        return before
    age = _AGE.fullmatch(older_than or "")
    if age is None:
        raise click.UsageError("--older-than is a number of years: 10y")
    try:
        return now.replace(year=now.year - int(age[1]))
    except ValueError:  # the 29th of February
        return now.replace(year=now.year - int(age[1]), day=28)
