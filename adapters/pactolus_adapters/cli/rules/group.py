"""`pactolus rules VERB PACK`: the group of the authors' commands. Heavy imports wait until a verb runs."""

import click

from pactolus_adapters.cli.groups import InOrderOfWork
from pactolus_adapters.cli.rules.activate import activate
from pactolus_adapters.cli.rules.approve import approve
from pactolus_adapters.cli.rules.check import check
from pactolus_adapters.cli.rules.coverage import coverage
from pactolus_adapters.cli.rules.diff import diff
from pactolus_adapters.cli.rules.explain import explain
from pactolus_adapters.cli.rules.export import export
from pactolus_adapters.cli.rules.generate import generate
from pactolus_adapters.cli.rules.keygen import keygen
from pactolus_adapters.cli.rules.mutate import mutate
from pactolus_adapters.cli.rules.new import new
from pactolus_adapters.cli.rules.prove import prove
from pactolus_adapters.cli.rules.publish import publish
from pactolus_adapters.cli.rules.releases import releases
from pactolus_adapters.cli.rules.schema import schema
from pactolus_adapters.cli.rules.sign import sign
from pactolus_adapters.cli.rules.table import table
from pactolus_adapters.cli.rules.test import test
from pactolus_adapters.cli.rules.verify import verify

__all__ = ["rules"]

_EPILOG = """
PACK is the folder of a pack, or its name below the rules folder (--rules, PACTOLUS_RULES, ./rules).

Exit codes: 0 done, and nothing found; 1 done, and something found (a failing case, a finding);
2 usage; 4 the pack is refused; 7 not decided within the bound; 10 the two versions differ.
"""

_IN_ORDER_OF_WORK = (
    new,
    schema,
    check,
    test,
    coverage,
    generate,
    mutate,
    prove,
    diff,
    explain,
    table,
    export,
    approve,
    keygen,
    sign,
    verify,
    publish,
    activate,
    releases,
)


@click.group(cls=InOrderOfWork, epilog=_EPILOG)
def rules() -> None:
    """Write, test, prove and publish rule packs. The verbs stand in the order of the work."""


for _verb in _IN_ORDER_OF_WORK:
    rules.add_command(_verb)
