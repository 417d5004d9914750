"""The two pipes around a decision, with the settings that bear on it: a request read, an answer written.

Who answers a request now and who answers a recorded one again both go this way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pactolus_adapters.command import WHOLE_REQUEST, EvaluateCommand, envelope_violations
from pactolus_adapters.fhir.envelope import Envelope
from pactolus_adapters.fhir.read import Read, read_with_resources
from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.fhir.write import write
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decision import Decision
from pactolus_engine.errors import InputInvalid
from pactolus_engine.facts import FactSet
from pactolus_engine.record import EarlierInput, TakenInput

__all__ = ["HallwaySettings", "read_command", "settings_of_record", "write_answer"]


@dataclass(frozen=True, slots=True)
class HallwaySettings:
    """What of the settings bears on an answer; recorded with every one.

    `local_base`: the base of the site's code systems, ending in `/CodeSystem/`. `versions`: name of
    a part of the software → its version. `known_bases`: the FHIR servers whose address in a reference
    means no more than `Type/id`.
    """

    default_pack: str
    local_base: str
    limits: Limits
    versions: Mapping[str, str]
    known_bases: tuple[str, ...] = ()

    def recorded(self) -> dict[str, str]:
        """What a record keeps of them beside the versions."""
        return {
            "default_pack": self.default_pack,
            "local_base": self.local_base,
            "fhir_bases": ",".join(self.known_bases),
            "resource_bytes": str(self.limits.resource_bytes),
            "request_bytes": str(self.limits.request_bytes),
        }


def settings_of_record(
    recorded: Mapping[str, str], versions: Mapping[str, str], limits: Limits
) -> HallwaySettings:
    """The settings that a record was made under. `limits`: for records that do not say theirs.

    Raises `KeyError` and `ValueError` where they are none.
    """
    if "resource_bytes" in recorded:
        limits = Limits(int(recorded["resource_bytes"]), int(recorded["request_bytes"]))
    bases = recorded.get("fhir_bases", "")
    return HallwaySettings(
        default_pack=recorded["default_pack"],
        local_base=recorded["local_base"],
        limits=limits,
        versions=versions,
        known_bases=tuple(bases.split(",")) if bases else (),
    )


def read_command(
    command: EvaluateCommand,
    compiled: CompiledPack,
    settings: HallwaySettings,
    taken: tuple[TakenInput, ...] = (),
) -> Read:
    """The facts of a request, or every violation in it at once (`InputInvalid`)."""
    violations = [*command.violations, *envelope_violations(command)]
    if any(violation.field == WHOLE_REQUEST for violation in violations):
        raise InputInvalid(violations)
    try:
        found = read_with_resources(
            command.resources,
            command.bundle,
            command.patient,
            compiled.pack,
            local_base=settings.local_base,
            limits=settings.limits,
            known_bases=settings.known_bases,
            taken=taken,
        )
    except InputInvalid as refusal:
        violations += refusal.violations
    if violations:
        raise InputInvalid(violations)
    return found


def write_answer(
    decision: Decision,
    facts: FactSet,
    earlier: Sequence[EarlierInput],
    command: EvaluateCommand,
    compiled: CompiledPack,
    settings: HallwaySettings,
) -> bytes:
    """The FHIR Bundle of a decision, for who asked."""
    return write(
        decision,
        compiled.pack,
        facts,
        Envelope(command.request_id, command.client, command.tenant),
        local_base=settings.local_base,
        engine_version=settings.versions["pactolus"],
        earlier=earlier,
    )
