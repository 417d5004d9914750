"""The answers about a cohort out of the report of its replay: whose each result is, by its place."""

from collections.abc import Iterator
from pathlib import Path

from pactolus_adapters.cohort.tables import AnswersDoNotFit, PatientAnswer
from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.replay.folder import ReplayFolder
from pactolus_adapters.replay.parts import parts, read_results
from pactolus_adapters.replay.sources.bulk import patient_order
from pactolus_engine.replay.result import ReplayResult

__all__ = ["patient_answers"]


def patient_answers(snapshot: Path, report: Path, pack: str) -> list[PatientAnswer]:
    """What the replay in the folder `report` says of each patient of a snapshot.

    Raises `AnswersDoNotFit` when it is not a finished replay of this snapshot under `pack`, `PartUnreadable`,
    `ReplayFolderUnfit` and `SourceUnusable` when report or snapshot cannot be read.
    """
    _check(snapshot, report, pack)
    patients = {index: patient for patient, index in patient_order(snapshot, Limits()).items()}
    return list(_answers(report, patients))


def _check(snapshot: Path, report: Path, pack: str) -> None:
    state = ReplayFolder(report).state()
    if state is None or not state.root:
        raise AnswersDoNotFit(
            f"`{report}` holds no finished replay: evaluate the cohort first (`pactolus replay`)"
        )
    spec = state.spec
    if spec.source.get("kind") != "bulk-data" or spec.pack is None or spec.pack.id != pack:
        raise AnswersDoNotFit(f"`{report}` is no replay of `{snapshot}` under `{pack}`: name that one")


def _answers(report: Path, patients: dict[int, str]) -> Iterator[PatientAnswer]:
    for part in parts(report):
        for result in read_results(part):
            if result.index not in patients:
                raise AnswersDoNotFit("the report has results that are about no patient of the cohort")
            yield _answer(patients[result.index], result)


def _answer(patient: str, result: ReplayResult) -> PatientAnswer:
    said = result.replayed
    if said is None:
        return PatientAnswer(patient, result.result_class.value, {})
    return PatientAnswer(patient, said.outcome, dict(one.split("=", 1) for one in said.conclusions))
