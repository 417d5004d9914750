"""A hallway over a memory log, with what auditors need; decisions by the small engine in this process."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.hallway import Answer, EvaluateCommand, Hallway, HallwaySettings
from pactolus_adapters.packs.folder import FolderShelf
from pactolus_adapters.trail.events import Actor, Event, EventRecorder
from pactolus_adapters.versions import software_versions
from pactolus_adapters.wiring import prepare_pack
from pactolus_engine.errors import AuditUnavailable, InputInvalid
from pactolus_engine.ports import DestroyKey, NewRecord, Receipt
from tests.support.examples import ROOT
from tests.support.small_packs import InProcess

__all__ = ["AT", "AUDITOR", "IDENTIFIER", "PATIENT", "Room", "WatchedLog", "the_shelf"]

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
AUDITOR = Actor("auditor", "north")
PATIENT = "Patient/testpatient-negative"
IDENTIFIER = "https://hospital.example/identifiers/patient|TEST-0001"
"""The name that the key of the patient is filed under: the first identifier."""
BASE = "https://pactolus.example/fhir/CodeSystem/"


@cache
def the_shelf() -> FolderShelf:
    """The packs of the repository, read once for all tests."""
    return FolderShelf(ROOT / "rules", prepare_pack)


class WatchedLog(MemoryAuditLog):
    """The memory log, which refuses records when it is told to."""

    def __init__(self) -> None:
        super().__init__(lambda: AT)
        self.fails = False

    def append(self, record: NewRecord) -> tuple[Receipt, bytes]:
        """As the port says, unless it is to fail."""
        if self.fails:
            raise AuditUnavailable("the audit store has no room")
        return super().append(record)


class Room:
    """A house without a door."""

    def __init__(self, shelf: FolderShelf) -> None:
        settings = HallwaySettings("midas-consolidation", BASE, Limits(), software_versions())
        self.log = WatchedLog()
        self.events = EventRecorder(self.log, lambda: AT)
        self.hallway = Hallway(shelf, InProcess(), self.log, lambda: AT, settings)

    def send(self, content: bytes, **fields: Any) -> Answer:
        """The answer to a request with this one resource, of tenant `north`."""
        command = EvaluateCommand(
            resources=(content,), evaluation_time=AT, client="ehr", tenant="north", request_id=""
        )
        return self.hallway.evaluate(replace(command, **fields))

    def refuse(self, **fields: Any) -> None:
        """A request that is refused, and recorded."""
        try:
            self.send(b"{}", **fields)
        except InputInvalid:
            return
        raise AssertionError("this was to be refused")

    def erase(self, patient: str = IDENTIFIER) -> Receipt:
        """Destroys the key of a patient."""
        (key_id,) = self.log.keys_of("north", (patient,))
        return self.events.record(
            AUDITOR, Event("erasure", {"ground": "asked for"}, change=DestroyKey(key_id))
        )

    def kinds_from(self, first: int) -> list[str]:
        """The events of the log from an index on."""
        return [self.log.read(index).event for index in range(first, self.log.size())]
