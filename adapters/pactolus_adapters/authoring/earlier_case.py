"""Cases about what was sent before: through a hallway of their own and a log in memory."""

from collections.abc import Mapping
from dataclasses import dataclass

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.fhir.read import Limits
from pactolus_adapters.hallway import Answer, EvaluateCommand, Hallway, HallwaySettings
from pactolus_adapters.settings import Settings
from pactolus_adapters.versions import software_versions
from pactolus_engine.cases import Case
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.ports import Matcher

__all__ = ["answered_after"]


@dataclass(frozen=True, slots=True)
class _OnePack:
    """A shelf with one pack."""

    compiled: CompiledPack

    def get(self, _pack_id: str, _version: str = "") -> CompiledPack:
        """The pack, whatever was asked for."""
        return self.compiled

    def all(self) -> tuple[CompiledPack, ...]:
        """The pack."""
        return (self.compiled,)


def answered_after(
    case: Case, files: Mapping[str, bytes], compiled: CompiledPack, matcher: Matcher
) -> Answer:
    """The answer to a case after the answers to what was sent before it; `files`: those of the pack."""
    settings = Settings()
    limits = Limits(settings.resource_bytes, settings.request_bytes)
    house = HallwaySettings(compiled.pack.id, settings.code_systems, limits, software_versions())
    log = MemoryAuditLog(lambda: case.at)
    hallway = Hallway(_OnePack(compiled), matcher, log, lambda: case.at, house)
    for file in case.earlier:
        hallway.evaluate(EvaluateCommand((files[file],), evaluation_time=case.earlier_at or case.at))
    return hallway.evaluate(EvaluateCommand((files[case.resources],), evaluation_time=case.at))
