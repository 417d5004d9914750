"""`pactolus audit`: questions to the records."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click

from pactolus_adapters.cli.options import house_options
from pactolus_adapters.cli.terminal import clean

if TYPE_CHECKING:
    from pactolus_adapters.affected import Affected, Ground

__all__ = ["audit"]

_QUIET_SECONDS = 1.0


@click.group(short_help="Ask the audit records.")
def audit() -> None:
    """Questions to the records of the audit store."""


@audit.command(short_help="List the decisions that rest on one thing.")
@click.option("--observation", metavar="REF", help="A resource, as Type/id or Type/id/_history/VERSION.")
@click.option("--code-set", metavar="NAME", help="A code set of a pack on the shelf.")
@click.option("--parameter", metavar="NAME", help="A parameter of a pack.")
@click.option("--pack", metavar="ID[@VERSION]", help="A rule pack.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON per decision.")
@house_options
def affected(
    observation: str | None,
    code_set: str | None,
    parameter: str | None,
    pack: str | None,
    as_json: bool,
    data: Path | None,
    rules: Path | None,
) -> None:
    """List every recorded decision that rests on one thing, oldest first, for a recall.

    \b
    Examples:
      pactolus audit affected --observation Observation/mrd-1
      pactolus audit affected --pack midas-consolidation@1.0.0 --json
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.affected import affected as search
    from pactolus_adapters.settings import settings_from

    ground = _ground(observation, code_set, parameter, pack)
    found = 0
    with wiring.open_house(settings_from(data=data, rules=rules)) as house:
        for one in search(house.audit, house.shelf, ground, progress=_told_when_slow()):
            found += 1
            click.echo(wiring.affected_json_text(one) if as_json else _line(one))
    if not as_json:
        click.echo(f"{found} {'decision' if found == 1 else 'decisions'}")


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


def _line(one: "Affected") -> str:
    pack = f"{one.pack.id} {one.pack.version}"
    patient = f"patient {one.patient_pseudonym[:16]}" if one.patient_pseudonym else "patient not said"
    doubt = "" if one.is_sure else "  (not sure: its pack is not on the shelf)"
    return clean(f"{one.receipt.index}  {one.recorded_at}  {pack}  {one.outcome}  {patient}{doubt}")


def _told_when_slow() -> Callable[[int, int], None]:
    """Tells on standard error how far the search is, once a second."""
    told_at = monotonic()

    def tell(done: int, size: int) -> None:
        nonlocal told_at
        if monotonic() - told_at > _QUIET_SECONDS and done < size:
            told_at = monotonic()
            click.echo(f"looked at {done} of {size} records", err=True)

    return tell
