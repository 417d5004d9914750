"""`pactolus audit list`: which records there are, and who has looked at a patient's."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactolus_adapters.cli.audit.operator import operator
from pactolus_adapters.cli.instant import Instant, stamped
from pactolus_adapters.cli.options import data_option
from pactolus_adapters.cli.terminal import clean, several, table
from pactolus_engine.decision import Outcome
from pactolus_engine.ports import EVENTS

if TYPE_CHECKING:
    from pactolus_adapters.trail.find import Found
    from pactolus_engine.trail import ListedRecord

__all__ = ["list_records", "record_json"]

_TITLES = ("record", "event", "recorded at", "pack", "outcome", "patient", "client", "remarks")
_PSEUDONYM = 16
"""Characters of the patient's pseudonym; `--json` tells it whole."""
_SECONDS = 19
_USUAL = 100


@click.command("list", short_help="List records: by time, event, outcome, rule, pack, patient.")
@click.option("--since", type=Instant(), help="Recorded at this instant or later, RFC 3339.")
@click.option("--until", type=Instant(), help="Recorded before this instant.")
@click.option("--event", "events", multiple=True, type=click.Choice(EVENTS), help="May be repeated.")
@click.option("--outcome", type=click.Choice([one.value for one in Outcome], case_sensitive=False))
@click.option("--rule", default="", metavar="ID", help="Decisions in which this rule was true.")
@click.option("--pack", default="", metavar="ID[@VERSION]", help="Records under this rule pack.")
@click.option("--patient", default="", metavar="NAME", help="Type/id or system|value of a patient.")
@click.option("--about", type=click.IntRange(0), metavar="INDEX", help="Records about this record.")
@click.option("--tenant", metavar="NAME", help="Records of one tenant [every tenant].")
@click.option("--limit", type=click.IntRange(1), default=_USUAL, show_default=True, help="Most records.")
@click.option("--all", "is_all", is_flag=True, help="Every record, however many.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON per record.")
@data_option
def list_records(
    since: datetime | None,
    until: datetime | None,
    events: tuple[str, ...],
    outcome: str | None,
    rule: str,
    pack: str,
    patient: str,
    about: int | None,
    tenant: str | None,
    limit: int,
    is_all: bool,
    as_json: bool,
    data: Path | None,
    database: str | None,
) -> None:
    """List records, oldest first, without patient data. That they were listed is recorded first.

    \b
    Examples:
      pactolus audit list --outcome OFFER --since 2026-01-01T00:00:00Z
      pactolus audit list --patient Patient/p1 --event read     who has looked
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.settings import settings_from
    from pactolus_adapters.trail.find import Query

    pack_id, _, pack_version = pack.partition("@")
    query = Query(
        since=stamped(since),
        until=stamped(until),
        events=events,
        outcome=outcome or "",
        rule=rule,
        pack_id=pack_id,
        pack_version=pack_version,
        patient=patient,
        about=about,
        tenant=tenant,
    )
    with wiring.open_journal(
        settings_from(data=data, database=database), "AuditService.ListDecisions"
    ) as journal:
        found = journal.find(operator(), query, None if is_all else limit)
    _print(found, as_json)


def _print(found: "Found", as_json: bool) -> None:
    if as_json:
        for one in found.records:
            click.echo(json.dumps(record_json(one)))
    else:
        click.echo("\n".join(_lines(found.records)))
    if not found.is_last:
        click.echo("there are more: --limit N, or --all", err=True)
    if not found.knows_patient:
        click.echo(
            "no record is known under this name of a patient: mind its spelling and --tenant; one who was erased "
            "is found by no name",
            err=True,
        )


def record_json(one: "ListedRecord") -> dict[str, object]:
    """A record in short as JSON."""
    return {
        "index": one.index,
        "event": one.event,
        "recordedAt": one.recorded_at,
        "tenant": one.tenant,
        "client": one.client,
        "requestId": one.request_id,
        "outcome": one.outcome,
        "rules": list(one.rules),
        "pack": {"id": one.pack_id, "version": one.pack_version},
        "patientPseudonym": one.patient_pseudonym,
        "about": one.about,
        "erasedBy": one.erased_by,
        "leafHash": one.leaf_hash.hex(),
    }


def _lines(found: Iterable["ListedRecord"]) -> Iterator[str]:
    """A table, if anything was found, and how many there are."""
    rows = [_row(one) for one in found]
    yield from table(_TITLES, rows)
    yield f"found: {several(len(rows), 'record')}"


def _row(one: "ListedRecord") -> tuple[str, ...]:
    remarks = [
        *([] if one.about is None else [f"about record {one.about}"]),
        *([] if one.erased_by is None else [f"erased by record {one.erased_by}"]),
    ]
    texts = (
        str(one.index),
        one.event,
        f"{one.recorded_at[:_SECONDS]}Z",
        f"{one.pack_id} {one.pack_version}".strip() or "-",
        one.outcome or "-",
        one.patient_pseudonym[:_PSEUDONYM] or "-",
        one.client,
        "; ".join(remarks),
    )
    return tuple(map(clean, texts))
