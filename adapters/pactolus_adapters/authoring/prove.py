"""Proves a pack, and lets every patient who shows a finding go the way through FHIR."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pactolus_adapters.authoring.draft import Draft
from pactolus_adapters.authoring.witness_folder import made_folder, write_witness
from pactolus_adapters.fhir.compose import NotCarried, Stated, compose_bundle
from pactolus_adapters.fhir.read import Limits, read
from pactolus_adapters.settings import Settings
from pactolus_engine.errors import SolverMissing
from pactolus_engine.facts import FactSet
from pactolus_engine.pack.model import Absence, Pack
from pactolus_engine.ports import Matcher

if TYPE_CHECKING:
    from pactolus_engine.proof.finding import Finding, Report
    from pactolus_engine.proof.patient import Patient

__all__ = [
    "Witness",
    "bundle_of",
    "prove_draft",
    "require_solver",
    "through_fhir",
    "witnesses_of",
    "write_witnesses",
]

_ONLY_AS_FACTS = "sent as FHIR the patient gets another answer; as facts, as in a case, he shows it"


@dataclass(frozen=True, slots=True)
class Witness:
    """A patient who shows a finding. `bundle`: as FHIR, seen to show it; empty where `not_carried` says
    why there is none. `file`: its name in the folder of witnesses."""

    patient: "Patient"
    bundle: bytes
    not_carried: str
    file: str


def require_solver() -> None:
    """Raises `SolverMissing` when what proofs need is not installed."""
    if find_spec("z3") is None:
        raise SolverMissing


def prove_draft(
    draft: Draft, matcher: Matcher, *, effort: int = 1, progress: Callable[[str], None] = lambda _: None
) -> "Report":
    """Every question about the pack, with patients who show each finding after a way through FHIR where
    there are such. Raises `SolverMissing`, and what an evaluation raises."""
    require_solver()
    from pactolus_engine.proof.prove import prove

    return prove(draft.compiled, matcher, effort=effort, carried=through_fhir(draft.pack), progress=progress)


def through_fhir(pack: Pack) -> "Callable[[Patient], FactSet | None]":
    """The way of a patient through FHIR: what is read of the Bundle that says him; None when none does."""

    def carried(patient: "Patient") -> FactSet | None:
        bundle, _ = _composed(pack, patient)
        return _read(pack, bundle) if bundle else None

    return carried


def witnesses_of(pack: Pack, finding: "Finding") -> Iterator[Witness]:
    """The witnesses of a finding as FHIR Bundles."""
    about = finding.rules[0] if finding.rules else finding.subject
    if finding.rules and finding.subject:
        about = f"{about}-{finding.subject}"
    stem = f"{finding.code.value}-{about}" if about else finding.code.value
    several = len(finding.witnesses) > 1
    for number, patient in enumerate(finding.witnesses, start=1):
        bundle, reason = _composed(pack, patient)
        if bundle and not patient.is_carried:
            bundle, reason = b"", _ONLY_AS_FACTS
        yield Witness(patient, bundle, reason, f"{stem}-{number}.json" if several else f"{stem}.json")


def write_witnesses(witnesses: list[Witness], folder: Path) -> None:
    """Writes the Bundles into a folder, which is made; what FHIR does not carry has no file."""
    made_folder(folder)
    for one in witnesses:
        if one.bundle:
            write_witness(folder / one.file, one.bundle)


def _composed(pack: Pack, patient: "Patient") -> tuple[bytes, str]:
    """The Bundle, without what need not be said and FHIR cannot carry; else nothing, and why."""
    groups = _groups(patient)
    while True:
        try:
            return compose_bundle(pack, groups, local_base=Settings().code_systems), ""
        except NotCarried as refusal:
            if not _may_go(pack, groups, refusal.fact):
                return b"", str(refusal)
            gone = {refusal.fact, *(f.id for f in pack.facts.values() if f.of == refusal.fact)}
            groups = [{name: each for name, each in group.items() if name not in gone} for group in groups]


def bundle_of(pack: Pack, patient: "Patient") -> tuple[bytes, str]:
    """A patient as a FHIR Bundle, without what need not be said and FHIR cannot carry; else nothing, and why."""
    return _composed(pack, patient)


def _may_go(pack: Pack, groups: list[dict[str, Stated]], name: str) -> bool:
    own = [fact for fact in pack.facts.values() if name in {fact.id, fact.of}]
    is_needed = any(fact.absence is Absence.REQUIRED for fact in own)
    return not is_needed and any(name in group for group in groups)


def _groups(patient: "Patient") -> list[dict[str, Stated]]:
    """One for each sample."""
    groups: dict[int, dict[str, Stated]] = {}
    for one in patient.statements:
        groups.setdefault(one.sample, {})[one.fact] = Stated(one.value, one.standing)
    return [groups[sample] for sample in sorted(groups)]


def _read(pack: Pack, bundle: bytes) -> FactSet:
    settings = Settings()
    limits = Limits(settings.resource_bytes, settings.request_bytes)
    return read((bundle,), b"", "", pack, local_base=settings.code_systems, limits=limits)
