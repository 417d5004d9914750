"""The argument PACK, which every verb takes: a folder, or the name of one below the rules folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from pactolus_adapters.settings import settings_from

__all__ = ["chosen_folders", "pack_argument", "pack_folder", "packs_argument"]

_Command = Callable[..., Any]


def pack_argument(command: _Command) -> _Command:
    """`PACK` and `--rules`; the command gets `pack: str` and `rules: Path | None`."""
    return click.argument("pack")(_below(command))


def packs_argument(command: _Command) -> _Command:
    """`PACK...` and `--rules`; the command gets `packs: tuple[str, ...]` and `rules: Path | None`."""
    return click.argument("packs", metavar="[PACK]...", nargs=-1)(_below(command))


def _below(command: _Command) -> _Command:
    return click.option(
        "--rules", type=click.Path(path_type=Path), help="Folder of the rule packs [PACTOLUS_RULES, ./rules]."
    )(command)


def pack_folder(pack: str, rules: Path | None) -> Path:
    """The folder that `PACK` means; raises `click.BadParameter` when there is none."""
    below = settings_from(rules=rules).rules
    for folder in (Path(pack), below / pack):
        if (folder / "pack.yaml").is_file():
            return folder
    raise click.BadParameter(
        f"no `pack.yaml` in `{pack}`, nor in `{below / pack}`; name a folder, or a pack below --rules",
        param_hint="PACK",
    )


def chosen_folders(packs: tuple[str, ...], rules: Path | None) -> tuple[Path, ...]:
    """The folders that `PACK...` means, each once; without any, every pack below the rules folder, by name."""
    if packs:
        return tuple(dict.fromkeys(pack_folder(pack, rules) for pack in packs))
    below = settings_from(rules=rules).rules
    found = tuple(sorted(file.parent for file in below.glob("*/pack.yaml")))
    if not found:
        raise click.BadParameter(f"no pack below `{below}`", param_hint="--rules")
    return found
