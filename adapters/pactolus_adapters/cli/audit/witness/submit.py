"""`pactolus audit witness submit`: the checkpoint of a store to its witnesses, once."""

import sys
from pathlib import Path

import click

from pactolus_adapters.cli.exits import Exit
from pactolus_adapters.cli.options import data_option
from pactolus_adapters.cli.terminal import clean, several

__all__ = ["submit"]


@click.command(short_help="Send the checkpoint to the witnesses, once.")
@click.option("--witnesses", type=click.Path(path_type=Path), help="Policy file [PACTOLUS_WITNESSES].")
@data_option
def submit(data: Path | None, database: str | None, witnesses: Path | None) -> None:
    """Sign the checkpoint over every record, ask each witness of the policy to cosign it, and keep the cosignatures.

    For a store that no server holds; a server with PACTOLUS_WITNESSES does the same by itself.

    \b
    Example:
      pactolus audit witness submit --data pactolus-data --witnesses policy

    Exit codes: 0 the policy's quorum has cosigned; 1 it has not; 2 usage, or the policy is refused; 5 the
    store cannot be opened.
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.settings import settings_from
    from pactolus_adapters.witness.submitting import Submission

    settings = settings_from(data=data, database=database, witnesses=witnesses)
    policy = wiring.witness_policy(settings)
    if policy is None:
        raise click.UsageError("name the policy file (--witnesses, PACTOLUS_WITNESSES)")
    with wiring.open_log_to_publish(settings) as trail:
        submission = Submission(trail, policy)
        found = submission.checkpoint
        click.echo(f"checkpoint of {several(found.size, 'record')} of log {clean(found.origin)}")
        for line in submission.ask():
            click.echo(clean(line))
        met = submission.is_met()
    click.echo(f"quorum {clean(policy.quorum)}: {'met' if met else 'NOT met'}")
    sys.exit(Exit.OUTCOME if met else Exit.FOUND)
