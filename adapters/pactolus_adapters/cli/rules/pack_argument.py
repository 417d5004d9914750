"""The argument PACK, which every verb takes: a folder, or the name of one below the rules folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from pactolus_adapters.settings import settings_from

__all__ = ["pack_argument", "pack_folder"]

_Command = Callable[..., Any]


def pack_argument(command: _Command) -> _Command:
    """`PACK` and `--rules`; the command gets `pack: str` and `rules: Path | None`."""
    named = click.argument("pack")
    below = click.option(
        "--rules", type=click.Path(path_type=Path), help="Folder of the rule packs [PACTOLUS_RULES, ./rules]."
    )
    return named(below(command))


def pack_folder(pack: str, rules: Path | None) -> Path:
    """The folder that `PACK` means; raises `click.BadParameter` when there is none."""
    below = settings_from(rules=rules).rules
    for folder in (Path(pack), below / pack):
        if (folder / "pack.yaml").is_file():
            return folder
    raise click.BadParameter("no pack of that name", param_hint="PACK")
