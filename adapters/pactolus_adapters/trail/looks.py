"""Whoever looks at records leaves a record first; when the store cannot take it, nothing is shown."""

from collections.abc import Mapping

from pactolus_adapters.trail.events import Actor, Event, EventRecorder
from pactolus_engine.ports import Receipt

__all__ = ["note_look"]


def note_look(
    events: EventRecorder, actor: Actor, door: str, asked: Mapping[str, str], about: int | None = None
) -> Receipt:
    """Records a look through a door (`audit show`, `AuditService.GetDecision`) before anything is shown.

    `asked`: what was asked for, where it says something; no patient's name, for the look outlives the
    erasure of the patient. `about`: the record that is opened, or one of the patient who is asked about; the
    look is filed under that patient. Raises as `AuditLog.append`.
    """
    details = {"door": door, **{name: text for name, text in asked.items() if text}}
    return events.record(actor, Event("read", details, about=about))
