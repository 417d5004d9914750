"""`pactolus audit VERB`: the group of the auditors' commands. Heavy imports wait until a verb runs."""

import click

from pactolus_adapters.cli.audit.affected import affected

__all__ = ["audit"]


@click.group(short_help="Ask the audit records, prove them, keep them.")
def audit() -> None:
    """Questions to the records of the audit store, proofs that they stand, and their keeping."""


for _verb in (affected,):
    audit.add_command(_verb)
