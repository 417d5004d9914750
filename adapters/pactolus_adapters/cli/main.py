"""`pactolus`: the command line. One file per command; heavy imports wait until a command runs."""

import sys
from importlib.metadata import version

import click

from pactolus_adapters.cli.audit.group import audit
from pactolus_adapters.cli.cohort.group import cohort
from pactolus_adapters.cli.evaluate import evaluate
from pactolus_adapters.cli.exits import exit_of
from pactolus_adapters.cli.replay.replay import replay
from pactolus_adapters.cli.replay.shadow import shadow
from pactolus_adapters.cli.rules.group import rules
from pactolus_adapters.cli.serve import serve
from pactolus_adapters.cli.terminal import folded
from pactolus_engine.errors import InputInvalid, PactolusError

__all__ = ["main"]

_EPILOG = """
Exit codes: 0 an outcome was reached (whichever); 1 `rules`, `audit` or `replay` found something; 2 usage; 3 invalid
input; 4 a rule pack is refused; 5 the audit store is unavailable; 6 the rule engines disagree or
gave no answer; 7 a proof met its bound; 10 two packs, or the answers of a replay, differ; 70 a defect of Pactolus.

Decision support for professionals: suggestions with their evidence, never orders.
"""


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("pactolus"), prog_name="pactolus")
def cli() -> None:
    """MRD results of multiple myeloma in, consolidation suggestions with an audit record out."""


cli.add_command(serve)
cli.add_command(evaluate)
cli.add_command(audit)
cli.add_command(replay)
cli.add_command(shadow)
cli.add_command(rules)
cli.add_command(cohort)


def main() -> None:
    """Runs the command; an error becomes one message, without patient data, and its exit code."""
    try:
        cli.main(standalone_mode=True)
    except InputInvalid as error:
        violations = (f"{each.field}: {each.description}" for each in error.violations)
        lines = [f"error: {error}", *(line for each in violations for line in folded(each, "- "))]
        click.echo("\n".join(lines), err=True)
        sys.exit(exit_of(error))
    except PactolusError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(exit_of(error))
    except Exception as error:  # noqa: BLE001 - its text may hold what a file held
        from pactolus_adapters import wiring

        click.echo(f"error: {wiring.public(error)}", err=True)
        sys.exit(exit_of(error))
