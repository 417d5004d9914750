"""`pactolus audit witness VERB`: the group; heavy imports wait until a verb runs."""

import click

from pactolus_adapters.cli.audit.witness.keygen import keygen
from pactolus_adapters.cli.audit.witness.serve import serve
from pactolus_adapters.cli.audit.witness.submit import submit

__all__ = ["witness"]


@click.group(short_help="Run a witness that cosigns checkpoints, or ask one.")
def witness() -> None:
    """A witness, best on another machine, cosigns a log's checkpoints and refuses a rewritten history."""


for _verb in (keygen, serve, submit):
    witness.add_command(_verb)
