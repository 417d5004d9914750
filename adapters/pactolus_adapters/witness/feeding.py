"""Feeding witnesses beside a service: whenever there are new records, the same checkpoint goes to all of them.

All are asked for the same checkpoint, so that one checkpoint gets all cosignatures. Who is away is asked again
after a pause that doubles; the others do not wait for it longer than one request takes. Nothing that happens here stops
the service: it is told in one line.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic
from typing import Final

from pactolus_adapters.tlog.checkpoint import read_checkpoint
from pactolus_adapters.tlog.note import read_note
from pactolus_adapters.witness.client import WitnessClient
from pactolus_adapters.witness.cosigning import Tell
from pactolus_adapters.witness.errors import HistoryRefused, RecordsMissing
from pactolus_engine.errors import AuditUnavailable, PactolusError
from pactolus_engine.trail import AuditTrail

__all__ = ["PAUSE_SECONDS", "Feeder", "collect"]

PAUSE_SECONDS: Final = 2.0
"""How long to wait between two checkpoints, and before a witness that failed is asked again the first time."""

_LONGEST_PAUSE_SECONDS: Final = 300.0
_LEAVE_SECONDS: Final = 2.0


def collect(trail: AuditTrail, note: bytes, client: WitnessClient) -> None:
    """Gets the cosignature of one witness for this checkpoint of the log, and keeps it with the checkpoint.

    Raises `WitnessFailed`, `AuditUnavailable`.
    """
    size = read_checkpoint(read_note(note)[0]).size
    line = client.cosign(note, lambda old: trail.consistency_proof(old, size))
    trail.add_cosignature(size, client.witness.key.text, line)


@dataclass(slots=True)
class _Fed:
    """One witness: what it has cosigned, and when to ask it next (`monotonic`)."""

    client: WitnessClient
    size: int = -1
    next_at: float = 0.0
    pause: float = 0.0
    trouble: str = ""


class Feeder:
    """A thread that feeds witnesses from `start` to `close`."""

    def __init__(
        self,
        trail: AuditTrail,
        clients: Iterable[WitnessClient],
        tell: Tell,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        """`tell` takes a line for the operator: a refusal each time, another failure once, and its end."""
        self._trail = trail
        self._fed = [_Fed(client) for client in clients]
        self._tell = tell
        self._pause = pause_seconds
        self._stop = Event()
        self._thread = Thread(target=self._run, name="witnesses", daemon=True)

    def start(self) -> None:
        """Begins; to be called once."""
        self._thread.start()

    def close(self) -> None:
        """Ends, without waiting long for a witness that is slow."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(_LEAVE_SECONDS)

    def _run(self) -> None:
        while not self._stop.wait(self._pause):
            try:
                self._round()
            except AuditUnavailable:
                continue  # whoever asks the store for records is told, again and again
            except PactolusError as error:
                self._tell(f"warning: witnesses are not asked: {error}")
                self._stop.wait(_LONGEST_PAUSE_SECONDS)

    def _round(self) -> None:
        """One checkpoint to every witness that lacks it and is not left alone for a while."""
        size, now = self._trail.size(), monotonic()
        due = [fed for fed in self._fed if fed.size < size and fed.next_at <= now]
        if not due:
            return
        note = self._trail.publish()
        asking = [Thread(target=self._feed, args=(fed, note), daemon=True) for fed in due]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()

    def _feed(self, fed: _Fed, note: bytes) -> None:
        try:
            collect(self._trail, note, fed.client)
            self._cosigned(fed, read_checkpoint(read_note(note)[0]).size)
        except AuditUnavailable:
            return  # the service is ending, or its store is: then nothing can be kept
        except PactolusError as error:
            self._failed(fed, error)

    def _cosigned(self, fed: _Fed, size: int) -> None:
        fed.size, fed.pause = size, 0.0
        if fed.trouble:
            self._tell(f"witness `{fed.client.witness.name}` cosigns again")
            fed.trouble = ""

    def _failed(self, fed: _Fed, error: PactolusError) -> None:
        if isinstance(error, RecordsMissing) and error.size <= self._known_size():
            return  # another server of this log was faster: the next checkpoint is larger
        fed.pause = min(max(2 * fed.pause, self._pause), _LONGEST_PAUSE_SECONDS)
        fed.next_at = monotonic() + fed.pause
        if isinstance(error, HistoryRefused):
            self._tell(f"ALARM: {error}")
        elif type(error).__name__ != fed.trouble:
            self._tell(f"warning: {error}")
        fed.trouble = type(error).__name__

    def _known_size(self) -> int:
        try:
            return self._trail.size()
        except AuditUnavailable:
            return -1
