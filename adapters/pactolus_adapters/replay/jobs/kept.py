"""What is kept of each replay that callers begin: a small file beside its folder, `ID.json` beside `ID/`.

The file is there before the folder, and the folder before the record of its start. One without that record was never
begun: nobody was told of it.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from pactolus_adapters.replay.alone import taken_lock
from pactolus_adapters.replay.folder import ReplayFolder, ReplayFolderUnfit, ReplayState

__all__ = ["Job", "JobFolder"]

_ID: Final = re.compile(r"[0-9a-f]{32}")
_FOR_OWNER_TO_ENTER: Final = 0o700


@dataclass(frozen=True, slots=True)
class Job:
    """A replay for a caller. `asked`: digest of the fields it was asked for with. `records_done`, `differences`: so
    far. `counts`: results by class, None until its end; `failed`: why it was given up, empty: it was not."""

    replay_id: str
    tenant: str
    client: str
    asked: str
    records_done: int = 0
    differences: int = 0
    counts: Mapping[str, int] | None = None
    failed: str = ""

    @property
    def is_ended(self) -> bool:
        """Whether nothing more is to be done."""
        return self.counts is not None or bool(self.failed)


class JobFolder:
    """All replays of one server, in a folder for its owner only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    def hold(self) -> bool:
        """Makes the folder and keeps other processes from doing what is in it; whether none does. Raises
        `OSError`."""
        self.path.mkdir(mode=_FOR_OWNER_TO_ENTER, parents=True, exist_ok=True)
        self._lock = taken_lock(self.path)
        return self._lock is not None

    def release(self) -> None:
        """Lets the next process in. Idempotent."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def of(self, replay_id: str) -> ReplayFolder:
        """The folder of one replay; its id was made here or was looked up by `job`."""
        return ReplayFolder(self.path / replay_id)

    def job(self, replay_id: str) -> Job | None:
        """What is kept of one; None when there is none, or what there is cannot be read."""
        if not _ID.fullmatch(replay_id):  # it comes from callers, and becomes a path
            return None
        try:
            return Job(**json.loads(self._file(replay_id).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def state(self, replay_id: str) -> ReplayState | None:
        """What the folder of one says, also when its start is not recorded; None when it cannot be read."""
        try:
            return self.of(replay_id).state()
        except ReplayFolderUnfit:
            return None

    def begun(self, replay_id: str) -> ReplayState | None:
        """What the folder of one says whose start is recorded."""
        state = self.state(replay_id)
        return None if state is None or state.started is None else state

    def keep(self, job: Job, *, durably: bool = True) -> None:
        """Writes what is kept of one, whole or not at all; not `durably`: a power cut may bring back what was kept
        before. For one thread at a time. Raises `OSError`."""
        file = self._file(job.replay_id)
        unfinished = file.with_name(f".{file.name}.unfinished")
        with unfinished.open("w", encoding="utf-8") as opened:
            json.dump(asdict(job), opened, sort_keys=True)
            opened.flush()
            if durably:
                os.fsync(opened.fileno())
        unfinished.rename(file)

    def drop(self, replay_id: str) -> None:
        """Forgets one that was never begun."""
        self._file(replay_id).unlink(missing_ok=True)

    def unfinished(self) -> list[Job]:
        """Those that are to be gone on with, in the order in which they were begun; forgets those that never were."""
        begun: list[tuple[int, Job]] = []
        for file in self.path.glob("*.json"):
            job = self.job(file.stem)
            if job is None or job.is_ended:
                continue
            state = self.begun(job.replay_id)
            if state is not None and state.started is not None:
                begun.append((state.started, job))
            elif not self.of(job.replay_id).path.exists():
                self.drop(job.replay_id)
        return [job for _, job in sorted(begun, key=lambda one: one[0])]

    def _file(self, replay_id: str) -> Path:
        return self.path / f"{replay_id}.json"
