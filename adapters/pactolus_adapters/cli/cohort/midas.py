"""`pactolus cohort midas`: a synthetic cohort with the published numbers of the MIDAS trial."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactolus_adapters.cli.audit.progress import slow_bar
from pactolus_adapters.cli.terminal import several

if TYPE_CHECKING:
    from pactolus_adapters.cohort.write_folder import Snapshot

__all__ = ["midas"]


@click.command(short_help="Write a synthetic cohort made to match MIDAS.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Another number, other patients."
)
@click.option(
    "--scale",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="So many times the 791 of the trial.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def midas(folder: Path, seed: int, scale: int, as_json: bool) -> None:
    """Write into FOLDER, which is made, FHIR Bulk Data NDJSON of synthetic patients with the published numbers of MIDAS.

    FOLDER/post-induction holds everybody when consolidation is decided, FOLDER/pre-maintenance the randomised when
    maintenance is due, FOLDER/README.txt what it is and how to evaluate it. Nobody in it exists, and it was made to
    match: it tests the pipeline, not the trial. The same seed and scale write the same bytes.

    \b
    Example:
      pactolus cohort midas midas-cohort
      pactolus cohort midas big --seed 7 --scale 10

    Exit codes: 0 written; 2 usage, or FOLDER is there already or cannot be written.
    """
    from pactolus_adapters.cohort.write_folder import write_cohort

    with slow_bar("writing patients") as progress:
        snapshots = write_cohort(folder, seed, scale, progress)
    if as_json:
        parts = [_as_json(one) for one in snapshots]
        made = {"folder": str(folder), "seed": seed, "scale": scale, "synthetic": True, "snapshots": parts}
        click.echo(json.dumps(made))
        return
    click.echo(
        f"{folder} holds a synthetic cohort, made to match MIDAS: it tests the pipeline, not the trial."
    )
    for one in snapshots:
        total = sum(one.resources.values())
        click.echo(f"   {one.folder}: {several(one.patients, 'patient')}, {several(total, 'resource')}")
    click.echo(f"{folder / 'README.txt'} says how to evaluate it.")


def _as_json(one: "Snapshot") -> dict[str, object]:
    from pactolus_adapters.cohort.about import stamp

    return {
        "folder": str(one.folder),
        "pack": one.pack,
        "at": stamp(one.at),
        "patients": one.patients,
        "resources": dict(sorted(one.resources.items())),
    }
