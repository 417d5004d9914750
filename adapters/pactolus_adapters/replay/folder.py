"""The folder of a replay: what it is of and how far it has come, so that it can be gone on with after a crash."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pactolus_adapters.releases.durable import UNFINISHED, replace_file
from pactolus_adapters.replay.alone import LOCK_FILE, taken_lock
from pactolus_adapters.replay.spec import ReplaySpec, read_spec, written_spec
from pactolus_engine.errors import PactolusError

__all__ = ["REPLAYS_FOLDER", "ReplayFolder", "ReplayFolderUnfit", "ReplayState", "not_written"]

REPLAYS_FOLDER: Final = "replays"
"""Where replays go that nobody gave a place, below the data directory."""

_FILE: Final = "replay.json"
_FOR_OWNER_TO_ENTER: Final = 0o700


class ReplayFolderUnfit(PactolusError):
    """The folder holds something else, or cannot be written."""


@dataclass(frozen=True, slots=True)
class ReplayState:
    """What is kept of a replay. `started` and `finished`: its records in the audit log, None: not yet. `root`: the
    report root in hex, once it is done. `id`: of this replay, by which each of the two is recorded once."""

    spec: ReplaySpec
    reason: str = ""
    id: str = ""
    started: int | None = None
    finished: int | None = None
    root: str = ""


@dataclass(frozen=True, slots=True)
class ReplayFolder:
    """A folder with results in it, for its owner only."""

    path: Path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Makes the folder, and keeps other processes of this machine from working in it while the block runs.

        Raises `ReplayFolderUnfit` while one does.
        """
        try:
            self.path.mkdir(mode=_FOR_OWNER_TO_ENTER, parents=True, exist_ok=True)
            lock = taken_lock(self.path)
        except OSError as error:
            raise not_written(self.path, error) from error
        if lock is None:
            raise ReplayFolderUnfit(
                f"another replay works in `{self.path}`: wait for its end, or name another folder"
            )
        try:
            yield
        finally:
            os.close(lock)

    def state(self) -> ReplayState | None:
        """What was begun here, None in a folder that is not there, or empty but for what a crash left of a beginning.

        Raises `ReplayFolderUnfit` when there is something else in it.
        """
        try:
            if not self.path.exists() or all(map(_is_unfinished, self.path.iterdir())):
                return None
            document = json.loads((self.path / _FILE).read_text(encoding="utf-8"))
            spec = read_spec(json.dumps(document.pop("spec")))
            return ReplayState(spec, **document)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise ReplayFolderUnfit(
                f"`{self.path}` is there and holds no replay: name a new folder, or one of a replay to go on with"
            ) from error

    def begin(self, state: ReplayState) -> None:
        """Makes the folder and notes what is begun. Raises `ReplayFolderUnfit`."""
        try:
            self.path.mkdir(mode=_FOR_OWNER_TO_ENTER, parents=True, exist_ok=True)
        except OSError as error:
            raise not_written(self.path, error) from error
        self._write(state)

    def started(self, state: ReplayState, started: int) -> ReplayState:
        """Notes the record of its start."""
        begun = replace(state, started=started)
        self._write(begun)
        return begun

    def finish(self, state: ReplayState, root: str, finished: int) -> ReplayState:
        """Notes the end."""
        done = replace(state, root=root, finished=finished)
        self._write(done)
        return done

    def _write(self, state: ReplayState) -> None:
        document = {
            "spec": json.loads(written_spec(state.spec)),
            "reason": state.reason,
            "id": state.id,
            "started": state.started,
            "finished": state.finished,
            "root": state.root,
        }
        try:
            replace_file(self.path / _FILE, json.dumps(document, indent=2, sort_keys=True).encode())
        except OSError as error:
            raise not_written(self.path, error) from error


def not_written(folder: Path, error: OSError) -> ReplayFolderUnfit:
    """The error to raise when the disk of a folder takes no more."""
    return ReplayFolderUnfit(f"`{folder}` cannot be written: {error.strerror or 'no reason is known'}")


def _is_unfinished(path: Path) -> bool:
    return path.name == LOCK_FILE or path.name.startswith(UNFINISHED)
