"""Options that the verbs around signing and publishing share, and what they stand for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from pactolus_adapters.settings import settings_from

__all__ = ["existing_releases", "key_option", "release_folder", "trusted"]

_Command = Callable[..., Any]


def key_option(command: _Command) -> _Command:
    """`--key FILE`; the command gets `key: Path`."""
    return click.option(
        "--key",
        required=True,
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Private key file, see `keygen`.",
    )(command)


def release_folder(releases: Path | None) -> Path:
    """The folder of published packs that `--releases` or the setting means; raises `click.UsageError` when neither names one."""
    path = settings_from(releases=releases).releases
    if path is None:
        raise click.UsageError("name the folder of published packs: --releases, or PACTOLUS_RELEASES")
    return path


def existing_releases(releases: Path | None) -> Path:
    """As `release_folder`, where something must have been published; raises `click.BadParameter` otherwise."""
    folder = release_folder(releases)
    if not folder.is_dir():
        raise click.BadParameter(
            f"no folder `{folder}`; `pactolus rules publish` makes it", param_hint="--releases"
        )
    return folder


def trusted(trust: tuple[Path, ...]) -> tuple[Path, ...]:
    """The key files that `--trust` or the setting names; raises `click.UsageError` when neither names one."""
    files = settings_from(trust=trust or None).trust
    if not files:
        raise click.UsageError("name the public keys whose signatures count: --trust, or PACTOLUS_TRUST")
    return files
