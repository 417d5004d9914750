"""Files that a verb reads or makes: what the system refuses is said in one line, and nothing is overwritten."""

from pathlib import Path

import click

__all__ = ["content_of", "write_new"]


def content_of(path: Path) -> bytes:
    """The bytes of a file. Raises `click.UsageError`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise click.UsageError(
            f"`{path}` cannot be read: {error.strerror or 'no reason is known'}"
        ) from error


def write_new(path: Path, content: bytes) -> None:
    """Makes a file; a checkpoint that is kept is evidence, which a newer one does not replace.

    Raises `click.UsageError`, also when something is there already.
    """
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise click.UsageError(
            f"`{path}` is there already and is not overwritten: name another, or remove it"
        ) from error
    except OSError as error:
        raise click.UsageError(
            f"`{path}` cannot be written: {error.strerror or 'no reason is known'}"
        ) from error
