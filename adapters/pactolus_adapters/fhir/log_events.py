"""What each event of the audit log is in FHIR: type, subtype, action and outcome of its AuditEvent.

Evaluations and replays are operations over a service, so `rest` and `operation`. The rest takes the codes of
DICOM PS3.15 (CID 400 and 401) and of ISO 21089 that the R4 value sets of AuditEvent name. Outcomes: 0
success, 4 minor, 8 serious, 12 major failure (AuditEvent.outcome).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pactolus_adapters.fhir.audit_parts import DICOM, TERMINOLOGY
from pactolus_adapters.fhir.exact_json import Tree

__all__ = ["LOG_EVENTS", "EventForm"]


@dataclass(frozen=True, slots=True)
class EventForm:
    """An event as FHIR tells it; a code is system, code and display. Without `subtype` there is none."""

    type: tuple[str, str, str]
    action: str
    outcome: str = "0"
    subtype: tuple[str, str, str] | None = None

    def elements(self) -> Tree:
        """The elements of the AuditEvent, in R4's order."""
        subtype = [_coding(self.subtype)] if self.subtype else None
        return {"type": _coding(self.type), "subtype": subtype, "action": self.action}


def _coding(code: tuple[str, str, str]) -> Tree:
    return {"system": code[0], "code": code[1], "display": code[2]}


_REST: Final = (f"{TERMINOLOGY}audit-event-type", "rest", "RESTful Operation")
_SECURITY: Final = (DICOM, "110113", "Security Alert")


def _interaction(code: str) -> tuple[str, str, str]:
    return ("http://hl7.org/fhir/restful-interaction", code, code)


def _lifecycle(code: str, display: str) -> tuple[str, str, str]:
    return (f"{TERMINOLOGY}iso-21089-lifecycle", code, f"{display} Record Lifecycle Event")


_OPERATION: Final = EventForm(_REST, "E", subtype=_interaction("operation"))

LOG_EVENTS: Final[Mapping[str, EventForm]] = MappingProxyType(
    {
        "evaluation": _OPERATION,
        "refusal": EventForm(_REST, "E", "4", _interaction("operation")),
        "failure": EventForm(_REST, "E", "8", _interaction("operation")),
        "read": EventForm(_REST, "R", subtype=_interaction("read")),
        "export": EventForm((DICOM, "110106", "Export"), "R"),
        "replay": _OPERATION,
        "feedback": EventForm(_REST, "C", subtype=_interaction("create")),
        "activation": EventForm(
            (DICOM, "110100", "Application Activity"),
            "U",
            subtype=(DICOM, "110131", "Software Configuration"),
        ),
        "erasure": EventForm(_lifecycle("destroy", "Destroy/Delete"), "D"),
        "pruning": EventForm(_lifecycle("destroy", "Destroy/Delete"), "D"),
        "key-rotation": EventForm(_SECURITY, "U", subtype=(DICOM, "110129", "Security Configuration")),
        "key-loss": EventForm(_SECURITY, "E", "12"),
        "backup": EventForm(_lifecycle("archive", "Archive"), "R"),
        "restore": EventForm(_lifecycle("restore", "Restore"), "U"),
        "authentication-failure": EventForm(
            (DICOM, "110114", "User Authentication"), "E", "8", (DICOM, "110122", "Login")
        ),
    }
)
"""Every word of `EVENTS` in the core's `ports.py`."""
