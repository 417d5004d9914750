"""What is asked of a replay and cannot be meant, refused before anything is read or recorded."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

import click

from pactolus_engine.errors import PactolusError

__all__ = ["ReplayMissing", "check_installed", "check_of_a_source", "folders_of_packs"]

_NEEDED: Final = ("pyarrow", "matplotlib")


class ReplayMissing(PactolusError):
    """What replays need is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "what replays need is not installed: `make setup-replay`, or `pip install 'pactolus[replay]'`"
        )


def check_installed() -> None:
    """Raises `ReplayMissing`; loads nothing."""
    if any(find_spec(name) is None for name in _NEEDED):
        raise ReplayMissing


def check_of_a_source(source: Path | None, *, key: bool, at: bool) -> None:
    """Refuses what means nothing where the audit log is read, rather than to pass it over in silence."""
    if source is not None:
        return
    if key:
        raise click.UsageError("--key is for an export: name its file or folder as SOURCE")
    if at:
        raise click.UsageError(
            "--at is for what was never evaluated: records of the audit log keep their instants, or name a SOURCE"
        )


def folders_of_packs(
    _context: click.Context, _option: click.Parameter, folders: tuple[Path, ...]
) -> tuple[Path, ...]:
    """Refuses a folder without packs: the pack in force would be taken for the candidate."""
    for folder in folders:
        if (folder / "pack.yaml").exists():
            raise click.BadParameter(f"`{folder}` is a pack: name the folder that it lies in")
        if not any(folder.glob("*/pack.yaml")):
            raise click.BadParameter(f"`{folder}` holds no pack: expected is a folder with `PACK/pack.yaml`")
    return folders
