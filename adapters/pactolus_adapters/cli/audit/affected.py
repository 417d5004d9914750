"""`pactolus audit affected`: the decisions that rest on one thing, for a recall."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactolus_adapters.cli.audit.operator import operator
from pactolus_adapters.cli.audit.progress import slow_bar
from pactolus_adapters.cli.options import house_options, overlays_option, releases_options
from pactolus_adapters.cli.terminal import clean, several, table

if TYPE_CHECKING:
    from pactolus_adapters.affected import Affected, Ground, Retractions

__all__ = ["affected"]

_TITLES = ("record", "decision", "evaluated at", "pack", "outcome", "patient", "remarks")
_SHORT, _PSEUDONYM = 12, 16
"""Characters of the decision id and of the patient's pseudonym; `--json` tells both whole."""


@click.command(short_help="List the decisions that rest on one thing.")
@click.option("--observation", metavar="REF", help="A resource, as Type/id or Type/id/_history/VERSION.")
@click.option("--code-set", metavar="NAME", help="A code set of a pack on the shelf.")
@click.option("--parameter", metavar="NAME", help="A parameter of a pack.")
@click.option("--pack", metavar="ID[@VERSION]", help="A rule pack.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON per decision.")
@house_options
@overlays_option
@releases_options
def affected(
    observation: str | None,
    code_set: str | None,
    parameter: str | None,
    pack: str | None,
    as_json: bool,
    data: Path | None,
    database: str | None,
    rules: Path | None,
    overlays: Path | None,
    releases: Path | None,
    trust: tuple[Path, ...],
) -> None:
    """List every recorded decision that rests on one thing, oldest first, for a recall.

    The store must be there; all that is added to it is that somebody looked. A name that neither a pack on the shelf nor any record
    knows is refused, so that a mistyped one is no all-clear.

    \b
    Examples:
      pactolus audit affected --observation Observation/mrd-1
      pactolus audit affected --pack midas-consolidation@1.0.0 --json
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.affected import Passed, Retractions
    from pactolus_adapters.affected import affected as search
    from pactolus_adapters.settings import settings_from

    ground = _ground(observation, code_set, parameter, pack)
    settings = settings_from(
        data=data,
        database=database,
        rules=rules,
        overlays=overlays,
        releases=releases,
        trust=trust or None,
    )
    retractions, passed = Retractions(), Passed()
    with (
        wiring.open_records(settings, instead="AuditService.ListAffectedDecisions") as records,
        slow_bar("looking at records") as progress,
    ):
        searched = search(
            records.audit, records.shelf, ground, progress=progress, retractions=retractions, passed=passed
        )
        records.note_look(operator(), "audit affected", ground.asked())
        found = list(searched)
    if as_json:
        for one in found:
            click.echo(wiring.affected_json_text(one))
    else:
        click.echo("\n".join(_lines(found, retractions)))
    if passed.gone:
        click.echo(_unasked(len(passed.gone)), err=True)


def _ground(
    observation: str | None, code_set: str | None, parameter: str | None, pack: str | None
) -> "Ground":
    from pactolus_adapters.affected import Ground, GroundKind

    named = [
        *([Ground.observation(observation)] if observation else []),
        *([Ground(GroundKind.CODE_SET, code_set)] if code_set else []),
        *([Ground(GroundKind.PARAMETER, parameter)] if parameter else []),
        *([Ground.pack(pack)] if pack else []),
    ]
    if len(named) != 1:
        raise click.UsageError("name one of --observation, --code-set, --parameter and --pack")
    return named[0]


def _unasked(count: int) -> str:
    return (
        f"not asked: {several(count, 'decision')} that cannot be read any more, erased or under a key that is lost; "
        "`pactolus audit list --event evaluation` names them"
    )


def _lines(found: list["Affected"], retractions: "Retractions") -> Iterator[str]:
    """A table of what was found, if anything was, and how many there are."""
    yield from table(_TITLES, [_row(one, retractions.of(one)) for one in found])
    yield f"found: {several(len(found), 'decision')}"


def _row(one: "Affected", taken_back_by: int | None) -> tuple[str, ...]:
    remarks = [
        *([] if taken_back_by is None else [f"taken back by record {taken_back_by}"]),
        *([] if one.is_sure else ["not sure: its pack is not on the shelf"]),
    ]
    texts = (
        str(one.receipt.index),
        one.decision_id[:_SHORT],
        one.evaluation_time,
        f"{one.pack.id} {one.pack.version}",
        one.outcome,
        one.patient_pseudonym[:_PSEUDONYM] or "not said",
        "; ".join(remarks),
    )
    return tuple(map(clean, texts))
