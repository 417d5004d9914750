"""What a proof finds: a stable code, the rules, the place, and patients who show it."""

from collections.abc import Mapping
from dataclasses import dataclass

from pactolus_engine.pack.claims import Code
from pactolus_engine.pack.model import Place
from pactolus_engine.proof.patient import Patient

__all__ = ["Finding", "Proved", "Report", "Result", "Undecided"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a pack, or would be wrong if nobody had said why it is not.

    `rules`: the rules it is about, the one to look at first. `subject`: what else it is about, an option,
    a finding, a property or a gap. `witnesses`: patients whom the evaluation itself was seen to answer so;
    none where the finding is that there is no such patient. `accepted`: the reason the pack gives.
    """

    code: Code
    rules: tuple[str, ...]
    subject: str
    message: str
    place: Place
    witnesses: tuple[Patient, ...] = ()
    accepted: str = ""


@dataclass(frozen=True, slots=True)
class Undecided:
    """A question that met its bound, or that only a patient answers whom the evaluation does not confirm."""

    code: Code
    rules: tuple[str, ...]
    subject: str


@dataclass(frozen=True, slots=True)
class Proved:
    """One statement that holds of every patient: there is no finding of this kind here."""

    code: Code


Result = Finding | Undecided | Proved
"""What becomes of one question."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that came of a proof. `questions`: how many were put to the solver; `proved`: how many
    statements hold of every patient, by code."""

    findings: tuple[Finding, ...]
    undecided: tuple[Undecided, ...]
    proved: Mapping[Code, int]
    questions: int

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """Those that the pack does not accept."""
        return tuple(one for one in self.findings if not one.accepted)
