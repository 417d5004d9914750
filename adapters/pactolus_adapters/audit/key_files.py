"""The key file while the key in it is changed, so that a cut at any moment leaves a store that opens.

The new key is first in `audit.key.next`. Then the store is rewrapped in one transaction, and names the key in
force. Then the new file takes the name `audit.key`. Whoever opens the store in between takes the one of the two
that the store names.
"""

import os
from pathlib import Path
from typing import Final

from pactolus_adapters.audit.key_sources import KeyFile, KeySource, sync_directory
from pactolus_adapters.audit.keys import Keys, RandomBytes
from pactolus_engine.errors import AuditUnavailable

__all__ = ["finish_change", "has_next", "install_next", "make_next", "next_is_in_force", "root_in_force"]

_NEXT: Final = ".next"
_OLD: Final = ".old-"
_SHORT: Final = 8
"""Hex digits of the check value that tell key files apart."""


def root_in_force(source: KeySource, key_check: str, random_bytes: RandomBytes) -> bytes:
    """The key-encryption key of a store that is there, in a file that may be about to change its name.

    Raises `AuditUnavailable` as the source.
    """
    if isinstance(source, KeyFile) and next_is_in_force(source.path, key_check):
        return _next(source.path).read(False, random_bytes)
    return source.read(False, random_bytes)


def has_next(path: Path) -> bool:
    """Whether a change of the key was begun and not finished."""
    return _next(path).path.exists()


def next_is_in_force(path: Path, key_check: str) -> bool:
    """Whether a change of the key was cut off after the store had taken the new one."""
    following = _next(path)
    return has_next(path) and Keys(following.read(False, os.urandom)).check_value == key_check


def finish_change(path: Path, key_check: str) -> None:
    """Gives the new key its name, where that was cut off after the store had taken it."""
    if next_is_in_force(path, key_check):
        install_next(path)


def make_next(path: Path, random_bytes: RandomBytes) -> bytes:
    """Makes the file of a new key, over one that never came into force; the key. Raises `AuditUnavailable`."""
    following = _next(path)
    following.path.unlink(missing_ok=True)
    following.make(random_bytes)
    return following.read(False, random_bytes)


def install_next(path: Path) -> Path | None:
    """Gives the new key its name; where the old one is now, if there was one. Raises `AuditUnavailable`."""
    try:
        kept = _keep_old(path)
        _next(path).path.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise AuditUnavailable(
            f"the store is under the new key, which could not be given the name `{path.name}`: the next command does it"
        ) from error
    return kept


def _keep_old(path: Path) -> Path | None:
    """A second name for the old key, so that there is a key file at any moment."""
    if not path.exists():
        return None
    kept = path.with_name(f"{path.name}{_OLD}{Keys(path.read_bytes()).check_value[:_SHORT]}")
    if not kept.exists():
        os.link(path, kept)
    return kept


def _next(path: Path) -> KeyFile:
    return KeyFile(path.with_name(path.name + _NEXT))
