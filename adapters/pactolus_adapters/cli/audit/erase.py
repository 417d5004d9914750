"""`pactolus audit erase`: forget a patient for good."""

from pathlib import Path

import click

from pactolus_adapters.cli.audit.keeping import check_meant, tenant_option, yes_option
from pactolus_adapters.cli.audit.operator import operator
from pactolus_adapters.cli.options import data_option
from pactolus_adapters.cli.terminal import several

__all__ = ["erase"]


@click.command(short_help="Forget a patient: destroy the keys of every record about them.")
@click.option(
    "--patient",
    required=True,
    metavar="NAME",
    help="The patient, by any name that was recorded: Type/id, a URL, system|value.",
)
@click.option("--ground", required=True, metavar="TEXT", help="Why, in words that do not name the patient.")
@click.option("--dry-run", is_flag=True, help="Only say how many records would be erased.")
@tenant_option
@yes_option
@data_option
def erase(
    patient: str, ground: str, dry_run: bool, tenant: str, yes: bool, data: Path | None, database: str | None
) -> None:
    """Destroy the keys of everything recorded about a patient, under every name that belongs to the patient.

    The records keep their numbers, leaves and proofs; what they held cannot be read any more by anybody.
    Backups are reached when their keys are replaced: see `pactolus audit backup`. Refusals name no patient
    for sure and are not reached: they go by age, see `pactolus audit prune`.

    \b
    Example:
      pactolus audit erase --patient Patient/p1 --ground "request under GDPR article 17" --yes
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.settings import settings_from
    from pactolus_adapters.trail.erase import nothing_recorded
    from pactolus_adapters.trail.events import Actor

    with wiring.open_erasure(settings_from(data=data, database=database)) as erasure:
        reach = erasure.planned(tenant, patient)
        if not reach.keys:
            raise nothing_recorded()
        told = f"{several(reach.records, 'record')} under {several(len(reach.pseudonyms), 'name')} of the patient"
        if dry_run:
            click.echo(f"would erase: {told}")
            return
        check_meant(f"Erase {told}? This cannot be undone.", yes=yes)
        erased = erasure.erase(Actor(operator().client, tenant), patient, ground)
    click.echo(f"erased: {several(erased.records, 'record')}")
    for receipt in erased.receipts:
        click.echo(f"recorded: record {receipt.index}")
