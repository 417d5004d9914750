"""What is asked of a replay and cannot be meant, refused before anything is read or recorded."""

from pathlib import Path

import click

__all__ = ["check_of_a_source", "folders_of_packs"]


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
