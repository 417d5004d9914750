"""`pactolus audit show`: one record as a person reads it."""

import json
from pathlib import Path

import click

from pactolus_adapters.cli.audit.operator import operator
from pactolus_adapters.cli.options import data_option

__all__ = ["show"]

_HEX_ID = 64


@click.command(short_help="Show a record: what was decided, why, and its proof.")
@click.argument("record", metavar="INDEX|DECISION-ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option(
    "--with-patient-data", is_flag=True, help="The resources that were sent, and the Bundle, as well."
)
@data_option
def show(
    record: str, as_json: bool, with_patient_data: bool, data: Path | None, database: str | None
) -> None:
    """Show one record: who asked, the facts with their sources, each rule and why, the answer, its proof, and
    what came later. That it was shown is recorded first.

    A decision is named by the index of its record or by its id (64 characters; then its latest record is
    shown).

    \b
    Examples:
      pactolus audit show 0
      pactolus audit show 0 --json | jq .proof
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.cli.audit.record_json import shown_json
    from pactolus_adapters.cli.audit.render_record import render_shown
    from pactolus_adapters.settings import settings_from

    wanted = _wanted(record)
    with wiring.open_journal(
        settings_from(data=data, database=database), "AuditService.GetDecision"
    ) as journal:
        shown = journal.show(operator(), wanted)
        origin = journal.audit.origin
    if as_json:
        click.echo(json.dumps(shown_json(shown, origin, wiring.decision_json, with_patient_data)))
    else:
        click.echo(render_shown(shown, origin, with_patient_data), nl=False)


def _wanted(text: str) -> int | str:
    is_digits = text.isascii() and text.isdigit()
    if len(text) == _HEX_ID and all(one in "0123456789abcdef" for one in text):
        return text
    if is_digits and len(text) < 19:
        return int(text)
    raise click.UsageError("name a record by its index, or a decision by the 64 characters of its id")
