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
from pactolus_adapters.cli.groups import InOrderOfWork

__all__ = ["audit"]


_EPILOG = """
Exit codes: 0 done, and nothing is wrong; 1 something is (a record was altered, a proof does not hold, a
quorum is not met); 2 usage, or a file or key that cannot be used; 3 there is no such record or patient, or
the record was erased; 5 the store is not there, cannot be read, or another process holds it.
"""


@click.group(cls=InOrderOfWork, epilog=_EPILOG, short_help="Ask the audit records, prove them, keep them.")
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
