"""Writes what `pactolus audit show` prints of three records into `golden/`, to be looked at and committed.

python -m tests.adapters.cli.audit.golden
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.cli.audit.render_record import render_shown
from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.hallway import EvaluateCommand, Hallway, HallwaySettings
from pactolus_adapters.packs.folder import FolderShelf
from pactolus_adapters.trail.events import Actor, Event, EventRecorder
from pactolus_adapters.trail.feedback import Feedback, FeedbackAction, record_feedback
from pactolus_adapters.trail.show import show
from pactolus_adapters.wiring import prepare_pack
from pactolus_engine.errors import InputInvalid
from pactolus_engine.ports import DestroyKey
from tests.adapters.fhir_export.golden import PACK
from tests.support.changed import FULL
from tests.support.small_packs import InProcess

__all__ = ["GOLDEN", "pages"]

GOLDEN = Path(__file__).parent / "golden"
_AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
_SETTINGS = HallwaySettings(
    "small-export",
    "https://pactolus.example/fhir/CodeSystem/",
    Limits(),
    {"durable-rules": "1.2.3", "pactolus": "4.5.6"},
)


def pages() -> dict[str, str]:
    """File name to text: a decision that was acted on, a refusal, and the decision after its erasure."""
    log = MemoryAuditLog(lambda: _AT, _not_random(), "pactolus.example/log/golden")
    events = EventRecorder(log, lambda: _AT)
    hallway = Hallway(_shelf(), InProcess(), log, lambda: _AT, _SETTINGS)
    command = EvaluateCommand(
        resources=(FULL,), evaluation_time=_AT, client="ehr", tenant="north", request_id="r1"
    )
    hallway.evaluate(command)
    try:
        hallway.evaluate(EvaluateCommand(resources=(b"{}",), client="ehr", tenant="north"))
    except InputInvalid:
        log.publish()
    clinic = Actor("ehr", "north")
    record_feedback(log, events, clinic, Feedback(0, FeedbackAction.ACCEPTED, option="no-transplant"))

    def page(index: int) -> str:
        return render_shown(show(log, events, Actor("cli:auditor"), index), log.origin, False)

    found = {"decision.txt": page(0), "refusal.txt": page(1)}
    key_id = next(log.entries(0, 1)).key_id
    events.record(Actor("officer", "north"), Event("erasure", {"ground": "x"}, change=DestroyKey(key_id)))
    return {**found, "erased.txt": page(0)}


def _not_random() -> Callable[[int], bytes]:
    """The same bytes in every run, each once: for the eye, not for secrets."""

    def numbers() -> Iterator[int]:
        number = 0
        while True:
            yield number
            number += 1

    counted = numbers()
    return lambda size: sha256(b"golden %d" % next(counted)).digest()[:size]


def _shelf() -> FolderShelf:
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(PACK, Path(place) / "rules" / "small")
        return FolderShelf(Path(place) / "rules", prepare_pack)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, text in pages().items():
        (GOLDEN / name).write_text(text, encoding="utf-8")
