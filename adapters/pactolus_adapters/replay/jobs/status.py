"""How far a replay is, in words of its caller; and what its caller is told of why it was given up."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from pactolus_adapters.replay.folder import ReplayFolderUnfit, ReplayState
from pactolus_adapters.replay.jobs.kept import Job
from pactolus_adapters.replay.spec import SoftwareDiffers
from pactolus_engine.errors import PactolusError

__all__ = ["Status", "failed_text", "status_of"]


@dataclass(frozen=True, slots=True)
class Status:
    """`counts`: results by class, None until the end. `root`: of the report, in hex, and `recorded`: the record of the
    end, likewise empty and None. `failed`: why it was given up, empty: it was not."""

    records_done: int
    records_total: int
    differences: int
    counts: Mapping[str, int] | None
    root: str
    recorded: int | None
    failed: str

    @property
    def is_running(self) -> bool:
        """Whether there is more to come; also while it waits."""
        return self.counts is None and not self.failed


def status_of(job: Job, state: ReplayState) -> Status:
    """The status, from what is kept."""
    is_done = job.counts is not None
    return Status(
        records_done=job.records_done,
        records_total=state.spec.end - state.spec.first,
        differences=job.differences,
        counts=job.counts,
        root=state.root if is_done else "",
        recorded=state.finished if is_done else None,
        failed=job.failed,
    )


def failed_text(replay_id: str, error: Exception) -> str:
    """What may be shown to anybody: no path, no patient's value. What nobody foresaw is logged by its kind alone."""
    match error:
        case SoftwareDiffers():
            return "the server's software was changed since the replay was begun: start another one"
        case ReplayFolderUnfit():
            return "the folder of the replay was altered: start another one"
        case PactolusError():
            return str(error)
        case OSError(strerror=str(why)):
            return f"a file could not be read or written on the server: {why}"
        case _:
            kind = type(error).__name__
            logging.getLogger(__name__).error("replay %s was given up: %s", replay_id, kind)
            return "internal error; the server's log names it by the id of the replay"
