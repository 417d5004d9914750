"""Cases about what was sent before: through a hallway of their own and a log in memory."""

from collections.abc import Mapping
from dataclasses import dataclass

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.consider import Asked, consider
from pactolus_adapters.fhir.read import Limits, Read, read_with_resources
from pactolus_adapters.hallway import Answer, EvaluateCommand, Hallway, HallwaySettings
from pactolus_adapters.settings import Settings
from pactolus_adapters.versions import software_versions
from pactolus_engine.cases import Case
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.facts import FactSet
from pactolus_engine.ports import Matcher
from pactolus_engine.record import TakenInput

__all__ = ["answered_after", "facts_after"]


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
    hallway = _after_earlier(case, files, compiled, matcher)
    return hallway.evaluate(EvaluateCommand((files[case.resources],), evaluation_time=case.at))


def facts_after(case: Case, files: Mapping[str, bytes], compiled: CompiledPack) -> FactSet:
    """The facts that such a case is decided from: those sent, and those taken from what was sent before.

    No rule engine is started: the letters of the rules are compared one by one. Raises `InputInvalid`.
    """
    matcher = _ByLetters()
    hallway = _after_earlier(case, files, compiled, matcher)
    house = hallway.settings

    def read_again(taken: tuple[TakenInput, ...] = ()) -> Read:
        return read_with_resources(
            (files[case.resources],), b"", "", compiled.pack,
            local_base=house.local_base, limits=house.limits, taken=taken,
        )  # fmt: skip

    sent = read_again()
    past = hallway.memory.past(hallway.audit, "", sent.facts.patient.names)
    return consider(sent, read_again, past, Asked(compiled, case.at, house.local_base), matcher).facts


class _ByLetters:
    """The matcher as a loop over the letters of each engine rule."""

    def fired(self, pack: CompiledPack, atoms: Mapping[str, str]) -> frozenset[str]:
        """The engine rules whose letters all match."""
        return frozenset(
            rule.name
            for rule in pack.engine_rules
            if all(atoms[atom] == letter for atom, letter in rule.letters)
        )

    def close(self) -> None:
        """Nothing to end."""


def _after_earlier(
    case: Case, files: Mapping[str, bytes], compiled: CompiledPack, matcher: Matcher
) -> Hallway:
    """A hallway in which what was sent before the case has been answered."""
    settings = Settings()
    limits = Limits(settings.resource_bytes, settings.request_bytes)
    house = HallwaySettings(compiled.pack.id, settings.code_systems, limits, software_versions())
    log = MemoryAuditLog(lambda: case.at)
    hallway = Hallway(_OnePack(compiled), matcher, log, lambda: case.at, house)
    for file in case.earlier:
        hallway.evaluate(EvaluateCommand((files[file],), evaluation_time=case.earlier_at or case.at))
    return hallway
