"""What the verbs share that keep or forget records: the store, who acts, and the question whether it is meant."""

import getpass
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

__all__ = ["actor_client", "check_meant", "store_option", "tenant_option", "yes_option"]

_Command = Callable[..., Any]


def store_option(command: _Command) -> _Command:
    """`--data`: the store."""
    return click.option(
        "--data",
        type=click.Path(path_type=Path),
        help="Folder of the audit store [PACTOLUS_DATA, ./pactolus-data].",
    )(command)


def tenant_option(command: _Command) -> _Command:
    """`--tenant`: whose patients are meant."""
    return click.option(
        "--tenant", default="default", show_default=True, metavar="NAME", help="Tenant of the patient."
    )(command)


def yes_option(command: _Command) -> _Command:
    """`--yes`: for scripts, which nobody can ask."""
    return click.option("--yes", is_flag=True, help="Do it without asking.")(command)


def actor_client() -> str:
    """Who acts at this command line, as records name them."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a user id without a name
        return "cli:unnamed"


def check_meant(question: str, *, yes: bool) -> None:
    """Asks on a terminal; elsewhere `--yes` has to say it. Raises `click.UsageError`, `click.Abort`."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("this cannot be undone: say --yes where nobody can be asked")
    click.confirm(question, abort=True, err=True)
