"""The tables of the trial, out of the answers that the service gave about each patient of a cohort.

Who is in which arm and who completed induction is read from the cohort; everything about MRD comes from the answers. All
patients count in the arm they were assigned to, and whoever has no finding counts as not having reached the endpoint (how
the trial counted them was not found). Nobody is left out: a patient without an answer is counted as such.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pactolus_adapters.cohort.statistics import Rate, RelativeRisk, rate, relative_risk
from pactolus_adapters.cohort.study import Subject
from pactolus_adapters.cohort.trial import ARMS, COMPARISONS, COMPLETED, ENROLLED, Arm, Comparison, arm_named
from pactolus_engine.errors import PactolusError

__all__ = [
    "NO_ANSWER",
    "AnswersDoNotFit",
    "ArmRow",
    "ComparisonRow",
    "CountRow",
    "PatientAnswer",
    "Tables",
    "make_tables",
]

NO_ANSWER = "NO_ANSWER"
"""Stands for the outcome of a patient of whom no answer was given."""

_BELOW_PERCENT = 63
"""MRD below 1e-5 after induction, of those enrolled, in percent; published."""

_STRATA = MappingProxyType({"negative": "MRD below 1e-5", "positive": "MRD of 1e-5 or more"})


class AnswersDoNotFit(PactolusError):
    """The answers are not those about this cohort; says why, without naming a patient."""


@dataclass(frozen=True, slots=True)
class PatientAnswer:
    """What the service said of one patient: the FHIR id, the outcome, the conclusions (id → value).

    The outcome is the word of the core (`OFFER`), not that of the wire (`OUTCOME_OFFER`).
    """

    patient: str
    outcome: str
    conclusions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CountRow:
    """A number of patients beside the published one (times the scale); None where none was published.

    `is_none_due`: nobody may be in this row, whatever was published.
    """

    title: str
    patients: int
    published: int | None = None
    is_none_due: bool = False

    @property
    def matches(self) -> bool:
        """It is the published number, if there is one, or none where none is due."""
        return self.patients == 0 if self.is_none_due else self.published in {None, self.patients}


@dataclass(frozen=True, slots=True)
class ArmRow:
    """The endpoint in one arm. `not_reached`: by a result; `without`: no finding, by outcome of the answer."""

    arm: Arm
    reached: Rate
    not_reached: int
    without: Mapping[str, int]

    @property
    def matches(self) -> bool:
        """The rate rounds to the published percentage."""
        return self.reached.rounds_to(self.arm.percent)


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """A comparison of two arms: ours without adjustment (None where it cannot be computed), and the published one."""

    published: Comparison
    ours: RelativeRisk | None


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a cohort of `scale` times the trial. `below`: MRD below 1e-5, whatever the outcome, of all."""

    scale: int
    flow: tuple[CountRow, ...]
    outcomes: tuple[CountRow, ...]
    strata: tuple[CountRow, ...]
    below: Rate
    below_percent: int
    arms: tuple[ArmRow, ...]
    comparisons: tuple[ComparisonRow, ...]

    @property
    def matches(self) -> bool:
        """Whether every patient has an answer, and every number and rate is the published one.

        Relative risks are not compared: those that were published are adjusted.
        """
        without = (*(row.title for row in self.outcomes), *(one for row in self.arms for one in row.without))
        if NO_ANSWER in without:
            return False
        are_counts = all(row.matches for row in (*self.flow, *self.strata))
        are_rates = all(row.matches for row in self.arms) and self.below.rounds_to(self.below_percent)
        return are_counts and are_rates


def make_tables(
    subjects: Sequence[Subject], consolidation: Iterable[PatientAnswer], endpoint: Iterable[PatientAnswer]
) -> Tables:
    """The tables. `subjects`: all who were enrolled; `consolidation`, `endpoint`: the answers of the two packs.

    Raises `AnswersDoNotFit` when a patient is answered twice, or is not of the cohort.
    """
    first, second = _by_patient(subjects, consolidation), _by_patient(subjects, endpoint)
    whole = len(subjects) % ENROLLED == 0 and len(subjects) > 0
    scale = len(subjects) // ENROLLED if whole else 1
    arms = tuple(_arm(arm, [one for one in subjects if one.arm == arm.name], second) for arm in ARMS)
    negatives = sum(_concluded(first.get(one.patient), "mrd-status") == "negative" for one in subjects)
    return Tables(
        scale=scale,
        flow=_flow(subjects, first, scale),
        outcomes=_outcomes(subjects, first),
        strata=_strata(subjects, first, scale),
        below=rate(negatives, len(subjects)),
        below_percent=_BELOW_PERCENT,
        arms=arms,
        comparisons=tuple(_compared(one, arms) for one in COMPARISONS),
    )


def _by_patient(subjects: Sequence[Subject], answers: Iterable[PatientAnswer]) -> dict[str, PatientAnswer]:
    known, found = {one.patient for one in subjects}, dict[str, PatientAnswer]()
    for answer in answers:
        if answer.patient not in known:
            raise AnswersDoNotFit(
                "an answer is about a patient who is not in the cohort; name the cohort it is of"
            )
        if answer.patient in found:
            raise AnswersDoNotFit(
                "a patient is answered twice under one pack; give the answers of one replay"
            )
        found[answer.patient] = answer
    return found


def _concluded(answer: PatientAnswer | None, finding: str) -> str:
    return answer.conclusions.get(finding, "") if answer else ""


def _outcome(answer: PatientAnswer | None) -> str:
    return answer.outcome if answer else NO_ANSWER


def _stratum(answer: PatientAnswer | None) -> str:
    """The stratum in which the service offers options; empty when it offers none."""
    return _concluded(answer, "mrd-status") if _outcome(answer) == "OFFER" else ""


def _flow(
    subjects: Sequence[Subject], answers: Mapping[str, PatientAnswer], scale: int
) -> tuple[CountRow, ...]:
    completed = [one for one in subjects if one.has_completed]
    strata = Counter(_stratum(answers.get(one.patient)) for one in completed)
    early = sum(bool(_stratum(answers.get(one.patient))) for one in subjects if not one.has_completed)
    left = COMPLETED - sum(arm.patients for arm in ARMS)
    return (
        CountRow("enrolled", len(subjects), ENROLLED * scale),
        CountRow("completed induction", len(completed), COMPLETED * scale),
        *(
            CountRow(f"of these offered options, {title}", strata[name], _published(name) * scale)
            for name, title in _STRATA.items()
        ),
        CountRow("of these offered nothing (not randomised)", strata[""], left * scale),
        CountRow("did not complete induction and offered options all the same", early, is_none_due=True),
    )


def _published(stratum: str) -> int:
    return sum(arm.patients for arm in ARMS if arm.stratum == stratum)


def _outcomes(subjects: Sequence[Subject], answers: Mapping[str, PatientAnswer]) -> tuple[CountRow, ...]:
    found = Counter(_outcome(answers.get(one.patient)) for one in subjects)
    return tuple(CountRow(outcome, patients) for outcome, patients in sorted(found.items()))


def _strata(
    subjects: Sequence[Subject], answers: Mapping[str, PatientAnswer], scale: int
) -> tuple[CountRow, ...]:
    """Each arm: how many of its patients the service puts into its stratum, and how many elsewhere."""
    rows = []
    for arm in ARMS:
        own = [_stratum(answers.get(one.patient)) for one in subjects if one.arm == arm.name]
        rows.append(
            CountRow(f"{arm.letter}, {_STRATA[arm.stratum]}", own.count(arm.stratum), arm.patients * scale)
        )
        rows.append(CountRow(f"{arm.letter}, elsewhere", len(own) - own.count(arm.stratum), is_none_due=True))
    unknown = sum(1 for one in subjects if one.arm and arm_named(one.arm) is None)
    return (*rows, CountRow("in an arm that the trial has not", unknown, is_none_due=True))


def _arm(arm: Arm, subjects: Sequence[Subject], answers: Mapping[str, PatientAnswer]) -> ArmRow:
    own = [answers.get(one.patient) for one in subjects]
    findings = Counter(_concluded(answer, "endpoint") for answer in own)
    without = Counter(_outcome(answer) for answer in own if not _concluded(answer, "endpoint"))
    reached = rate(findings["reached"], len(own))
    return ArmRow(arm, reached, findings["not-reached"], dict(sorted(without.items())))


def _compared(comparison: Comparison, arms: Sequence[ArmRow]) -> ComparisonRow:
    by_letter = {row.arm.letter: row.reached for row in arms}
    return ComparisonRow(comparison, relative_risk(by_letter[comparison.first], by_letter[comparison.second]))
