"""`pactolus audit VERB`: the group of the auditors' commands. Heavy imports wait until a verb runs."""

import click

from pactolus_adapters.cli.audit.affected import affected
from pactolus_adapters.cli.audit.backup import backup
from pactolus_adapters.cli.audit.check_proof import check_proof
from pactolus_adapters.cli.audit.checkpoint import checkpoint, verifier_key
from pactolus_adapters.cli.audit.erase import erase
from pactolus_adapters.cli.audit.export import export
from pactolus_adapters.cli.audit.key_lost import key_lost
from pactolus_adapters.cli.audit.list import list_records
from pactolus_adapters.cli.audit.migrate import migrate
from pactolus_adapters.cli.audit.prove import prove
from pactolus_adapters.cli.audit.prune import prune
from pactolus_adapters.cli.audit.restore import restore
from pactolus_adapters.cli.audit.rotate_keys import rotate_keys
from pactolus_adapters.cli.audit.show import show
from pactolus_adapters.cli.audit.verify import verify
from pactolus_adapters.cli.audit.witness.group import witness

__all__ = ["audit"]


@click.group(short_help="Ask the audit records, prove them, keep them.")
def audit() -> None:
    """Questions to the records of the audit store, proofs that they stand, and their keeping."""


for _verb in (
    list_records,
    show,
    affected,
    verify,
    prove,
    check_proof,
    checkpoint,
    verifier_key,
    export,
    erase,
    prune,
    backup,
    restore,
    rotate_keys,
    key_lost,
    migrate,
    witness,
):
    audit.add_command(_verb)
