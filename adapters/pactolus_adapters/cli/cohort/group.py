"""`pactolus cohort VERB`: the group of the commands about synthetic cohorts. Heavy imports wait until a verb runs."""

import click

from pactolus_adapters.cli.cohort.midas import midas
from pactolus_adapters.cli.cohort.tables import tables
from pactolus_adapters.cli.groups import InOrderOfWork

__all__ = ["cohort"]


@click.group(cls=InOrderOfWork, short_help="Make synthetic cohorts to test with.")
def cohort() -> None:
    """Synthetic patients by the hundred, made to match published numbers: they test the pipeline, not a trial."""


cohort.add_command(midas)
cohort.add_command(tables)
