"""`pactolus rules approve`: a clinician's sign-off, recorded as data."""

import json
from datetime import date, datetime
from pathlib import Path

import click

from pactolus_adapters.cli.rules.pack_argument import pack_argument, pack_folder

__all__ = ["approve"]


@click.command(short_help="Record a clinician's sign-off.")
@pack_argument
@click.option("--as", "by", required=True, metavar="NAME", help="Who approves.")
@click.option("--role", required=True, help="As what: haematologist, head of the laboratory, ...")
@click.option("--parameter", default="", metavar="ID", help="Approve the value in force of this parameter.")
@click.option(
    "--overlay",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Approve this overlay, or with --parameter the value that it sets.",
)
@click.option(
    "--overlays",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Record it in the site's folder of overlays, for a pack that is published.",
)
@click.option("--date", "on", type=click.DateTime(["%Y-%m-%d"]), help="Day of the sign-off [today, UTC].")
@click.option("--note", default="", help="What the approver wants to say, one line.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def approve(
    pack: str,
    rules: Path | None,
    by: str,
    role: str,
    parameter: str,
    overlay: Path | None,
    overlays: Path | None,
    on: datetime | None,
    note: str,
    as_json: bool,
) -> None:
    """Record that a clinician has read PACK and approves it as it is: a line in its `approvals.yaml`.

    An approval binds to a digest. It lapses when one byte of what was approved changes, and every answer says so.
    Parameters with `sign-off: needed` wait for an approval of their own value in force. What a site sets is approved
    with --overlay, in `<pack id>.approvals.yaml` beside the overlay.

    \b
    Examples:
      pactolus rules approve midas-consolidation --as "Dr. A. Example" --role haematologist
      pactolus rules approve midas-consolidation --as "Dr. A. Example" --role haematologist --parameter window-days-after
      pactolus rules approve midas-consolidation --as "Dr. B. Example" --role "head of haematology" \\
        --overlay site/midas-consolidation.yaml

    Exit codes: 0 recorded; 2 usage, or there is nothing to approve; 4 the pack or overlay is refused.
    """
    from pactolus_adapters.authoring.approve import Signatory
    from pactolus_adapters.authoring.approve import approve as record
    from pactolus_adapters.clock import system_clock

    if overlay is not None and overlays is not None:
        raise click.UsageError("name one of --overlay and --overlays")
    today = system_clock().date()
    day = on.date() if on else today
    if day > today:
        raise click.BadParameter("an approval cannot be dated after today", param_hint="--date")
    who = Signatory(by, role, day, note)
    recorded = record(pack_folder(pack, rules), who, parameter=parameter, overlay=overlay, overlays=overlays)
    approval = recorded.approval
    if as_json:
        click.echo(json.dumps(_document(recorded.file, approval.of.value, parameter, approval.digest, day)))
        return
    what = f"parameter {parameter} = {approval.value}" if parameter else approval.of.value
    click.echo(f"approved: {what} of {recorded.pack.id} {recorded.pack.version} by {by} ({role}, {day})")
    click.echo(f"digest {approval.digest}, recorded in {recorded.file}")
    for text in recorded.open:
        click.echo(f"still open: {text}")


def _document(file: Path, of: str, parameter: str, digest: str, on: date) -> dict[str, str]:
    return {"of": of, "parameter": parameter, "digest": digest, "on": on.isoformat(), "file": str(file)}
