"""What the packs of the repository say of the cohort is what the trial's numbers ask for.

A sample that holds every cause, every ending and every form of a result, through the pure path (reader and core) with
durable-rules in its worker process. The whole cohort takes half a minute and is for `make midas`.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from pactolus_adapters.cohort.about import SNAPSHOTS
from pactolus_adapters.cohort.causes import Cause, Ending
from pactolus_adapters.cohort.courses import Planned, planned
from pactolus_adapters.cohort.report_forms import (
    forms_after_induction,
    forms_before_maintenance,
    forms_of_cause,
)
from pactolus_adapters.fhir.read import Limits, read
from pactolus_adapters.matchers.process import ProcessMatcher
from pactolus_adapters.settings import Settings
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decision import Decision
from pactolus_engine.evaluate import evaluate
from pactolus_engine.ports import Matcher
from tests.adapters.cohort.reading import SEED, by_patient
from tests.support.real_packs import real_pack

CONSOLIDATION, ENDPOINT = SNAPSHOTS


class _Memo:
    """Asks once for equal letters of one pack."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._known: dict[object, frozenset[str]] = {}

    def fired(self, pack: CompiledPack, atoms: Mapping[str, str]) -> frozenset[str]:
        key = pack.pack.digest, frozenset(atoms.items())
        if key not in self._known:
            self._known[key] = self._matcher.fired(pack, atoms)
        return self._known[key]

    def close(self) -> None:
        self._matcher.close()


@pytest.fixture(scope="module")
def matcher() -> Iterator[Matcher]:
    memo = _Memo(ProcessMatcher(timeout=30))
    yield memo
    memo.close()


def _form(one: Planned) -> object:
    """What makes a patient of the first snapshot unlike others: the cause, or the form of the result."""
    course = one.course
    if course.level:
        return course.cause, course.level, course.rank % len(forms_after_induction(course.level))
    assert course.cause
    return course.cause, course.rank % max(1, len(forms_of_cause(course.cause)))


def _later_form(one: Planned) -> object:
    ending = one.course.ending
    assert ending
    return ending, one.course.rank % max(1, len(forms_before_maintenance(ending)))


def _sample() -> list[Planned]:
    """The first patient of each kind, for either snapshot."""
    kinds: dict[object, Planned] = {}
    for one in planned(SEED, 1):
        kinds.setdefault(("first", _form(one)), one)
        if one.course.arm:
            kinds.setdefault(("second", _later_form(one)), one)
    return sorted({one.patient: one for one in kinds.values()}.values(), key=lambda one: one.patient)


SAMPLE = _sample()


def _decided(lines: list[bytes], snapshot: tuple[str, str, datetime], matcher: Matcher) -> Decision:
    _, pack, at = snapshot
    compiled, settings = real_pack(pack), Settings()
    limits = Limits(settings.resource_bytes, settings.request_bytes)
    facts = read(lines, b"", "", compiled.pack, local_base=settings.code_systems, limits=limits)
    return evaluate(facts, compiled, at, matcher)


def _told(decision: Decision, finding: str) -> tuple[str, str]:
    found = {one.id: one.value for one in decision.conclusions}
    return decision.outcome.value, found.get(finding, "")


def test_the_sample_holds_every_cause_and_every_ending() -> None:
    assert {one.course.cause for one in SAMPLE} == {*Cause, None}
    assert {one.course.ending for one in SAMPLE} == {*Ending, None}
    assert {one.course.arm.letter for one in SAMPLE if one.course.arm} == {"A", "B", "C", "D"}
    assert len(SAMPLE) >= 60


def test_the_strata_are_those_of_the_trial(folder: Path, matcher: Matcher) -> None:
    lines = by_patient(folder / CONSOLIDATION[0])
    wrong = {}
    for one in SAMPLE:
        told = _told(_decided(lines[one.patient], CONSOLIDATION, matcher), "mrd-status")
        if told != (one.course.outcome, one.course.mrd_status):
            wrong[one.patient] = (told, one.course)
    assert wrong == {}


def test_whoever_was_randomised_is_offered_both_options_of_the_stratum(
    folder: Path, matcher: Matcher
) -> None:
    lines = by_patient(folder / CONSOLIDATION[0])
    both = {
        "negative": {"isa-krd-x6", "asct-isa-krd-x2"},
        "positive": {"asct-isa-krd-x2", "tandem-asct"},
    }
    for one in SAMPLE[::3]:
        if one.course.arm:
            offered = {option.id for option in _decided(lines[one.patient], CONSOLIDATION, matcher).options}
            assert offered == both[one.course.arm.stratum]


def test_the_endpoint_is_that_of_the_trial(folder: Path, matcher: Matcher) -> None:
    lines = by_patient(folder / ENDPOINT[0])
    wrong = {}
    for one in SAMPLE:
        if one.course.arm:
            told = _told(_decided(lines[one.patient], ENDPOINT, matcher), "endpoint")
            if told != one.course.endpoint:
                wrong[one.patient] = (told, one.course)
    assert wrong == {}
