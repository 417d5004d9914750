"""What a witness has cosigned last, of each log: one file per log, durable before anybody hears of it.

A file holds the checkpoint as the log signed it, and its name is the start of the SHA-256 of the log's origin. It is
written beside its place, synced, renamed, and the folder is synced. At any moment, also after a power cut, it
is one whole checkpoint, the last or the one before.

Checkpoints that were refused although the log had signed them are kept in `refused/`: they can be proof that the log
has two histories.
"""

import fcntl
import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from pactolus_adapters.tlog.checkpoint import Checkpoint, open_checkpoint
from pactolus_adapters.tlog.errors import TlogInvalid
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.witness.errors import StateUnusable

__all__ = ["REFUSED_FOLDER", "State"]

REFUSED_FOLDER: Final = "refused"
"""Where refused checkpoints are kept, in the state folder."""

_LOCK_FILE: Final = "witness.lock"
_MOST_BYTES: Final = 1 << 20
_MOST_REFUSED: Final = 1000


class State:
    """The state folder of one witness, held by one process at a time. Calls for one log come one after another."""

    def __init__(self, folder: Path, logs: Iterable[NoteVerifier]) -> None:
        """`logs`: the trusted keys; what is there must be signed by them.

        Raises `StateUnusable`, also when another process holds the folder.
        """
        self._folder = folder
        self._is_unsure = False
        keys: dict[str, list[NoteVerifier]] = {}
        for log in logs:
            keys.setdefault(log.name, []).append(log)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync(folder.parent)
            self._lock = _locked(folder)
        except OSError as error:
            raise StateUnusable(f"state folder `{folder}` cannot be made or locked") from error
        try:
            self._last = {origin: self._read(origin, trusted) for origin, trusted in keys.items()}
        except BaseException:
            os.close(self._lock)
            raise

    def last(self, origin: str) -> Checkpoint:
        """The checkpoint of this log that was kept last; that of the empty log if there was none."""
        return self._last[origin]

    def keep(self, checkpoint: Checkpoint, note: bytes) -> None:
        """Makes this the last one of its log; it is durable on return. Raises `StateUnusable`: it is not."""
        if self._is_unsure:
            raise StateUnusable("what was written last may not be durable: start the witness again")
        place = self._place(checkpoint.origin)
        try:
            beside = self._written_beside(place, note)
        except OSError as error:
            raise StateUnusable(f"state folder `{self._folder}` cannot be written") from error
        try:
            os.rename(beside, place)
            _sync(self._folder)
        except OSError as error:
            # Nobody knows now which of the two names survives a power cut.
            self._is_unsure = True
            raise StateUnusable(f"state folder `{self._folder}` cannot be made durable") from error
        self._last[checkpoint.origin] = checkpoint

    def keep_refused(self, checkpoint: Checkpoint, note: bytes) -> bool:
        """Keeps a checkpoint that the log has signed and this witness refuses, as far as there is room.

        Returns whether it is news; the refusal stands without it.
        """
        folder = self._folder / REFUSED_FOLDER
        place = (
            folder / f"{_name(checkpoint.origin)}-{checkpoint.size}-{checkpoint.root.hex()[:16]}.checkpoint"
        )
        try:
            if place.exists():
                return False
            folder.mkdir(mode=0o700, exist_ok=True)
            if len(os.listdir(folder)) < _MOST_REFUSED:
                os.rename(self._written_beside(place, note), place)
        except OSError:
            return True
        return True

    def close(self) -> None:
        """Lets the next process in."""
        os.close(self._lock)

    def _place(self, origin: str) -> Path:
        return self._folder / f"{_name(origin)}.checkpoint"

    def _read(self, origin: str, trusted: list[NoteVerifier]) -> Checkpoint:
        place = self._place(origin)
        try:
            with place.open("rb") as opened:
                content = opened.read(_MOST_BYTES)
        except FileNotFoundError:
            return Checkpoint(origin, 0, sha256().digest())
        except OSError as error:
            raise StateUnusable(f"state file `{place}` cannot be read") from error
        try:
            checkpoint, _ = open_checkpoint(content, trusted)
        except TlogInvalid as error:
            raise StateUnusable(
                f"state file `{place}` is not what log `{origin}` has signed ({error}): put back the file, or name "
                "the log's earlier key too; without the file the witness would forget what it has seen"
            ) from error
        if checkpoint.origin != origin:
            raise StateUnusable(f"state file `{place}` is of another log than `{origin}`: put back the file")
        return checkpoint

    def _written_beside(self, place: Path, content: bytes) -> Path:
        beside = place.with_suffix(".new")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(beside, flags, 0o600), "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        return beside


def _name(origin: str) -> str:
    return sha256(origin.encode()).hexdigest()[:32]


def _locked(folder: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(folder / _LOCK_FILE, flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise StateUnusable(f"state folder `{folder}` is held by another witness: end it first") from None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
