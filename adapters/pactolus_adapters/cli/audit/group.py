"""`pactolus audit VERB`: the group of the auditors' commands. Heavy imports wait until a verb runs."""

import click

from pactolus_adapters.cli.audit.affected import affected
from pactolus_adapters.cli.audit.migrate import migrate

__all__ = ["audit"]


@click.group(short_help="Ask the audit records, prove them, keep them.")
def audit() -> None:
    """Questions to the records of the audit store, proofs that they stand, and their keeping."""


for _verb in (affected, migrate):
    audit.add_command(_verb)
