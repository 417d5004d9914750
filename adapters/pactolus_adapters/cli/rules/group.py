"""`pactolus rules VERB PACK`: the group of the authors' commands. Heavy imports wait until a verb runs."""

import click

from pactolus_adapters.cli.rules.diff import diff
from pactolus_adapters.cli.rules.explain import explain
from pactolus_adapters.cli.rules.prove import prove
from pactolus_adapters.cli.rules.table import table

__all__ = ["rules"]

_EPILOG = """
PACK is the folder of a pack, or its name below the rules folder (--rules, PACTOLUS_RULES, ./rules).

Exit codes: 0 done, and nothing found; 1 done, and something found (a failing case, a finding);
2 usage; 4 the pack is refused; 7 not decided within the bound; 10 the two versions differ.
"""


@click.group(epilog=_EPILOG)
def rules() -> None:
    """Write, test, prove and publish rule packs."""


rules.add_command(diff)
rules.add_command(explain)
rules.add_command(table)
rules.add_command(prove)
