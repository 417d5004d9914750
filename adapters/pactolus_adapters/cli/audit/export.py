"""`pactolus audit export`: the records for others to keep, read and verify."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactolus_adapters.cli.audit.operator import operator
from pactolus_adapters.cli.audit.progress import slow_bar
from pactolus_adapters.cli.instant import Instant, stamped
from pactolus_adapters.cli.options import data_option

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["export"]

_FORMS = ("ndjson", "fhir", "html", "tiles", "parquet")


@click.command(short_help="Export records as NDJSON, FHIR, HTML, tiles or Parquet.")
@click.option("--format", "form", type=click.Choice(_FORMS), required=True, help="The form of the export.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File, or folder for tiles; new.")
@click.option("--from", "first", type=click.IntRange(min=0), help="First record [0].")
@click.option(
    "--to", "end", type=click.IntRange(min=1), help="The record after the last [the end of the log]."
)
@click.option("--since", type=Instant(), help="Records of this instant or later.")
@click.option("--until", type=Instant(), help="Records before this instant.")
@click.option("--with-patient-data", is_flag=True, help="Also requests, decisions and answers, in plain.")
@data_option
def export(
    form: str,
    out: Path,
    first: int | None,
    end: int | None,
    since: "datetime | None",
    until: "datetime | None",
    with_patient_data: bool,
    data: Path | None,
    database: str | None,
) -> None:
    """Export records, oldest first; that they were exported is recorded first.

    Without --with-patient-data an export holds leaves, index and proofs only. `tiles` is always the whole
    log without patient data, as a static C2SP tlog-tiles folder. `parquet` is for evaluating records again and
    needs `make setup-replay`. What is there already is never overwritten.

    \b
    Examples:
      pactolus audit export --format ndjson --out records.ndjson
      pactolus audit export --format fhir --since 2026-03-01T00:00:00Z --out march.ndjson
      pactolus audit export --format html --with-patient-data --from 0 --to 100 --out report.html
      pactolus audit export --format tiles --out log
      pactolus audit export --format parquet --with-patient-data --out records.parquet
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.settings import settings_from
    from pactolus_adapters.trail.export_request import Wanted

    if form == "tiles" and (with_patient_data or any(one is not None for one in (first, end, since, until))):
        raise click.UsageError("`tiles` is the whole log without patient data: leave the other choices out")
    wanted = Wanted(
        form, first or 0, end or 0, stamped(since), stamped(until), with_patient_data=with_patient_data
    )
    with (
        wiring.open_exporter(settings_from(data=data, database=database), operator()) as exporter,
        slow_bar("exporting") as progress,
    ):
        made = exporter.write(wanted, out, progress)
    click.echo(f"exported {out}: {made.contents}")
    click.echo(f"recorded: record {made.own.index}")
