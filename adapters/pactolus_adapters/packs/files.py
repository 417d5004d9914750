"""Reading what lies in a folder that somebody else fills: ordinary files only, and nothing from outside."""

import os
import re
import stat
from pathlib import Path

from pactolus_engine.pack.source_text import MAX_FILE_BYTES

__all__ = ["Refused", "ordinary_content", "shown", "stays_inside", "visible"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Refused(Exception):
    """The file is not read; the text says why."""


def visible(folder: Path) -> list[Path]:
    """What does not begin with a dot, by name: editors and mounts keep things of their own there."""
    entries = (entry for entry in folder.iterdir() if not entry.name.startswith("."))
    return sorted(entries, key=lambda entry: entry.name)


def shown(name: str) -> str:
    """A name as a message may repeat it."""
    return name if _NAME.fullmatch(name) else re.sub(r"[^A-Za-z0-9._-]", "?", name)


def stays_inside(entry: Path, root: Path) -> bool:
    """Whether a link leads to something below `root`, which is resolved."""
    try:
        return entry.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def ordinary_content(entry: Path, at_most: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of a file; of one larger than `at_most` only so much as shows that it is. Raises `Refused`."""
    try:
        descriptor = os.open(entry, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                return file.read(at_most + 1)
    except OSError as error:
        raise Refused("the file cannot be read") from error
    raise Refused("this is no ordinary file")
