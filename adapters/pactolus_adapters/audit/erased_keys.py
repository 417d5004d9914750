"""The ids of destroyed keys, in a plain file beside the store: what a restore must not bring back.

A backup is older than some erasures. Whoever keeps this file with the newest backup can restore any backup
without bringing an erased patient back. An id of a key says nothing about anybody.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pactolus_adapters.audit.key_sources import sync_directory
from pactolus_engine.errors import AuditUnavailable

__all__ = ["ERASED_KEYS_FILE", "ErasedKeys"]

ERASED_KEYS_FILE: Final = "erased-keys"
_KEY_ID: Final = re.compile(r"[0-9a-f]{32}")
_CUT_OFF: Final = re.compile(r"[0-9a-f]{0,31}")
"""By a power cut, before the key it names was destroyed."""


class ErasedKeys:
    """One id of 32 hex digits a line, in the order of the erasures."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, key_id: str) -> None:
        """Appends an id, on disk before this returns. Raises `AuditUnavailable`."""
        self.add_all([key_id])

    def add_all(self, key_ids: Iterable[str]) -> None:
        """Appends several ids. Raises `AuditUnavailable`."""
        text = "".join(f"{key_id}\n" for key_id in key_ids)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        try:
            descriptor = os.open(self._path, flags, 0o600)
            with os.fdopen(descriptor, "rb+") as file:
                size = file.seek(0, os.SEEK_END)
                if size and os.pread(descriptor, 1, size - 1) != b"\n":
                    text = f"\n{text}"  # a line that a power cut left unfinished
                file.write(text.encode())
                file.flush()
                os.fsync(descriptor)
            sync_directory(self._path.parent)
        except OSError as error:
            raise AuditUnavailable(
                f"`{self._path.name}` cannot be written: nothing was erased, since a restore would not know of it"
            ) from error

    def read(self) -> frozenset[str]:
        """The ids; none where there is no file. Raises `AuditUnavailable` on a file of another kind."""
        try:
            lines = self._path.read_text(encoding="ascii").split("\n")
        except FileNotFoundError:
            return frozenset()
        except (OSError, ValueError) as error:
            raise AuditUnavailable(f"`{self._path.name}` cannot be read as a list of key ids") from error
        if not all(_KEY_ID.fullmatch(line) or _CUT_OFF.fullmatch(line) for line in lines):
            raise AuditUnavailable(f"`{self._path.name}` is expected to hold key ids, one a line")
        return frozenset(line for line in lines if _KEY_ID.fullmatch(line))
