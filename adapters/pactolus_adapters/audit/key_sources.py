"""Where the key-encryption key of an audit store comes from: a file, or a command that prints it.

The command is for keys that live elsewhere: a vault, a hardware module, the credentials of the service
manager. It is asked once, when the store is opened; what it prints is not written anywhere.
"""

import os
import stat
import subprocess
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from pactolus_adapters.audit.keys import KEY_BYTES, RandomBytes
from pactolus_engine.errors import AuditUnavailable

__all__ = ["KEY_FILE", "KeyCommand", "KeyFile", "KeySource", "make_directory", "sync_directory"]

KEY_FILE: Final = "audit.key"
_COMMAND_SECONDS: Final = 30


class KeySource(Protocol):
    """Gives the 32 bytes of the key-encryption key; raises `AuditUnavailable` where it cannot."""

    def read(self, store_is_new: bool, random_bytes: RandomBytes) -> bytes:
        """The key. One is made only for a store that is new."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A file of 32 bytes, readable by its owner only."""

    path: Path

    def read(self, store_is_new: bool, random_bytes: RandomBytes) -> bytes:
        """The key of the file; for a new store the file is made, if it is not there."""
        if store_is_new and not self.path.exists():
            self.make(random_bytes)
        return _content(self.path)

    def make(self, random_bytes: RandomBytes) -> None:
        """Makes the file, on disk before this returns; an existing one is never replaced.

        It appears under its name whole or not at all. Raises `AuditUnavailable`.
        """
        draft = self.path.with_name(f"{self.path.name}.new")
        try:
            draft.unlink(missing_ok=True)  # left by a crash: never used, since it never had its name
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(random_bytes(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, self.path)  # fails when the name is taken
            draft.unlink()
            sync_directory(self.path.parent)
        except OSError as error:
            raise AuditUnavailable(f"key file `{self.path.name}` cannot be made in its directory") from error


@dataclass(frozen=True, slots=True)
class KeyCommand:
    """A command, as a list of arguments, that prints the key as 64 hex digits or as base64."""

    arguments: tuple[str, ...]

    def read(self, store_is_new: bool, random_bytes: RandomBytes) -> bytes:  # noqa: ARG002 - it makes none
        """The key that the command prints."""
        try:
            done = subprocess.run(
                self.arguments,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_COMMAND_SECONDS,
                check=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise AuditUnavailable(
                f"the key command `{self.arguments[0]}` failed; it is expected to print the key and to end with "
                f"exit code 0 within {_COMMAND_SECONDS} seconds"
            ) from error
        return _printed_key(done.stdout)


def _printed_key(printed: bytes) -> bytes:
    text = printed.strip()
    key = _hexadecimal(text) or _base64(text)
    if len(key) == KEY_BYTES:
        return key
    raise AuditUnavailable(
        f"the key command is expected to print {KEY_BYTES} bytes as 64 hex digits or as base64, and nothing else"
    )


def _hexadecimal(text: bytes) -> bytes:
    try:
        return bytes.fromhex(text.decode())
    except ValueError:
        return b""


def _base64(text: bytes) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return b""


def _content(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(KEY_BYTES + 1)
    except FileNotFoundError as error:
        raise AuditUnavailable(
            f"key file `{path.name}` is missing; put back the one that the audit store was made with"
        ) from error
    except OSError as error:
        raise AuditUnavailable(
            f"key file `{path.name}` cannot be read; a regular file is expected"
        ) from error
    if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o077:
        raise AuditUnavailable(
            f"key file `{path.name}` is open to other users; expected mode 600, set it with `chmod 600`"
        )
    if len(content) != KEY_BYTES:
        raise AuditUnavailable(
            f"key file `{path.name}` is expected to hold {KEY_BYTES} bytes; put back the right one"
        )
    return content


def sync_directory(directory: Path) -> None:
    """Makes the names in a directory durable. Raises `OSError`."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_directory(directory: Path) -> None:
    """Makes a directory for keys, its owner's only, its name durable. Raises `OSError`."""
    if not directory.is_dir():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_directory(directory.parent)
