"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

__all__ = ["data_option", "house_options", "overlays_option", "releases_options", "trust_option"]

_Command = Callable[..., Any]


def data_option(command: _Command) -> _Command:
    """`--data` and `--database`, for every command that opens the records alone."""
    data = click.option(
        "--data",
        type=click.Path(path_type=Path),
        help="Folder of the audit store [PACTOLUS_DATA, ./pactolus-data].",
    )
    database = click.option(
        "--database",
        help="PostgreSQL database of the audit store, in place of a file in --data [PACTOLUS_DATABASE, none]. "
        "Other users of this machine see the command line: no password in it.",
    )
    return data(database(command))


def house_options(command: _Command) -> _Command:
    """`--data`, `--database` and `--rules`, for every command that opens the house."""
    rules = click.option(
        "--rules", type=click.Path(path_type=Path), help="Folder of the rule packs [PACTOLUS_RULES, ./rules]."
    )
    return data_option(rules(command))


def overlays_option(command: _Command) -> _Command:
    """`--overlays`, for the commands that read the packs as the site has them."""
    return click.option(
        "--overlays",
        type=click.Path(path_type=Path),
        help="Folder of the site's overlays [PACTOLUS_OVERLAYS, none].",
    )(command)


def releases_options(command: _Command) -> _Command:
    """`--releases` and `--trust`, for the commands that may decide by published packs."""
    releases = click.option(
        "--releases",
        type=click.Path(path_type=Path),
        help="Folder of published packs, in place of the rules folder [PACTOLUS_RELEASES, none].",
    )
    return releases(trust_option(command))


def trust_option(command: _Command) -> _Command:
    """`--trust`, as often as there are keys; the command gets `trust: tuple[Path, ...]`, empty when it is left out."""
    return click.option(
        "--trust",
        multiple=True,
        type=click.Path(path_type=Path),
        help="Public key file whose signatures count; may be repeated [PACTOLUS_TRUST].",
    )(command)
