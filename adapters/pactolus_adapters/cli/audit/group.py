"""`pactolus audit VERB`: the group of the auditors' commands. Heavy imports wait until a verb runs."""

import click

from pactolus_adapters.cli.audit.affected import affected
from pactolus_adapters.cli.audit.backup import backup
from pactolus_adapters.cli.audit.erase import erase
from pactolus_adapters.cli.audit.key_lost import key_lost
from pactolus_adapters.cli.audit.migrate import migrate
from pactolus_adapters.cli.audit.prune import prune
from pactolus_adapters.cli.audit.restore import restore
from pactolus_adapters.cli.audit.rotate_keys import rotate_keys

__all__ = ["audit"]


@click.group(short_help="Ask the audit records, prove them, keep them.")
def audit() -> None:
    """Questions to the records of the audit store, proofs that they stand, and their keeping."""


for _verb in (affected, erase, prune, backup, restore, rotate_keys, key_lost, migrate):
    audit.add_command(_verb)
