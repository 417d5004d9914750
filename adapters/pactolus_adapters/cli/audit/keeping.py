"""What the verbs share that keep or forget records: the store, who acts, and the question whether it is meant."""

import sys
from collections.abc import Callable
from typing import Any

import click

__all__ = ["check_meant", "tenant_option", "yes_option"]

_Command = Callable[..., Any]


def tenant_option(command: _Command) -> _Command:
    """`--tenant`: whose patients are meant."""
    return click.option(
        "--tenant", default="default", show_default=True, metavar="NAME", help="Tenant of the patient."
    )(command)


def yes_option(command: _Command) -> _Command:
    """`--yes`: for scripts, which nobody can ask."""
    return click.option("--yes", is_flag=True, help="Do it without asking.")(command)


def check_meant(question: str, *, yes: bool) -> None:
    """Asks on a terminal; elsewhere `--yes` has to say it. Raises `click.UsageError`, `click.Abort`."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("this cannot be undone: say --yes where nobody can be asked")
    click.confirm(question, abort=True, err=True)
