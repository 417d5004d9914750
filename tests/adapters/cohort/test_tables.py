"""The tables count every patient once, see every difference from the trial, and say first what they are not."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pactolus_adapters.cohort.courses import planned
from pactolus_adapters.cohort.render_tables import render_markdown, render_text
from pactolus_adapters.cohort.study import Subject
from pactolus_adapters.cohort.tables import AnswersDoNotFit, PatientAnswer, Tables, make_tables

PLANNED = list(planned(1, 1))
SUBJECTS = [
    Subject(one.patient, one.course.arm.name if one.course.arm else "", one.course.has_completed)
    for one in PLANNED
]
CONSOLIDATION = [
    PatientAnswer(
        one.patient,
        one.course.outcome,
        {"mrd-status": one.course.mrd_status} if one.course.mrd_status else {},
    )
    for one in PLANNED
]
ENDPOINT = [
    PatientAnswer(
        one.patient,
        one.course.endpoint[0],
        {"endpoint": one.course.endpoint[1]} if one.course.endpoint[1] else {},
    )
    for one in PLANNED
    if one.course.arm
]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return make_tables(SUBJECTS, CONSOLIDATION, ENDPOINT)


def _flow(tables: Tables) -> dict[str, int]:
    return {row.title: row.patients for row in tables.flow}


def test_answers_as_in_the_trial_match_it(tables: Tables) -> None:
    assert tables.matches
    assert list(_flow(tables).values()) == [791, 757, 485, 233, 39, 0]
    assert [row.reached.cases for row in tables.arms] == [204, 208, 44, 40]
    assert (tables.below.cases, tables.below.patients) == (497, 791)
    assert sum(row.patients for row in tables.outcomes) == 791


def test_every_patient_of_an_arm_is_counted_once(tables: Tables) -> None:
    for row in tables.arms:
        assert row.reached.cases + row.not_reached + sum(row.without.values()) == row.arm.patients


def test_relative_risks_are_of_the_second_option_against_the_first(tables: Tables) -> None:
    ours = {one.published.first + one.published.second: one.ours for one in tables.comparisons}
    assert {pair: one and round(one.ratio, 3) for pair, one in ours.items()} == {"BA": 1.024, "DC": 0.799}


def _with(answers: list[PatientAnswer], position: int, **changes: object) -> list[PatientAnswer]:
    return [replace(one, **changes) if n == position else one for n, one in enumerate(answers)]  # type: ignore[arg-type]


def test_one_patient_in_the_other_stratum_is_seen() -> None:
    moved = next(n for n, one in enumerate(PLANNED) if one.course.arm and one.course.arm.letter == "A")
    tables = make_tables(
        SUBJECTS, _with(CONSOLIDATION, moved, conclusions={"mrd-status": "positive"}), ENDPOINT
    )
    assert not tables.matches
    assert _flow(tables)["of these offered options, MRD below 1e-5"] == 484
    assert {row.title: row.patients for row in tables.strata}["A, elsewhere"] == 1
    assert "DIFFERS" in render_text(tables)


@pytest.mark.parametrize("lost", ["first", "second"])
def test_a_missing_answer_is_counted_and_never_matches(lost: str) -> None:
    """Also where the patient would have counted as not reached anyway."""
    silent = next(n for n, one in enumerate(ENDPOINT) if not one.conclusions)
    first = [one for n, one in enumerate(CONSOLIDATION) if lost != "first" or PLANNED[n].course.arm]
    second = [one for n, one in enumerate(ENDPOINT) if lost != "second" or n != silent]
    tables = make_tables(SUBJECTS, first, second)
    assert not tables.matches
    assert "NO_ANSWER" in render_text(tables)


def test_somebody_offered_without_six_cycles_is_seen() -> None:
    early = next(n for n, one in enumerate(PLANNED) if not one.course.has_completed)
    offered = _with(CONSOLIDATION, early, outcome="OFFER", conclusions={"mrd-status": "negative"})
    tables = make_tables(SUBJECTS, offered, ENDPOINT)
    assert tables.flow[-1].patients == 1
    assert not tables.matches


def test_an_answer_about_nobody_or_twice_about_somebody_is_refused() -> None:
    with pytest.raises(AnswersDoNotFit, match="twice"):
        make_tables(SUBJECTS, [*CONSOLIDATION, CONSOLIDATION[0]], ENDPOINT)
    with pytest.raises(AnswersDoNotFit, match="not in the cohort"):
        make_tables(SUBJECTS, CONSOLIDATION, [PatientAnswer("somebody-else", "OFFER", {})])


def test_a_cohort_of_two_trials_is_held_against_two() -> None:
    twice = [replace(one, patient=f"{copy}-{one.patient}") for copy in "ab" for one in SUBJECTS]
    first, second = (
        [replace(one, patient=f"{copy}-{one.patient}") for copy in "ab" for one in answers]
        for answers in (CONSOLIDATION, ENDPOINT)
    )
    tables = make_tables(twice, first, second)
    assert (tables.scale, tables.matches) == (2, True)
    assert "published x 2" in render_text(tables)


def test_part_of_a_cohort_matches_nothing() -> None:
    assert not make_tables(SUBJECTS[:100], CONSOLIDATION[:100], []).matches
    assert not make_tables([], [], []).matches


@pytest.mark.parametrize("render", [render_text, render_markdown])
def test_what_it_is_not_stands_in_the_first_lines(tables: Tables, render: Callable[[Tables], str]) -> None:
    text = render(tables)
    first = " ".join(text.splitlines()[:2])
    assert "synthetic and was made to match" in first
    assert "tests the pipeline" in first and "does not test the trial" in first
    for figure in (
        "204 of 243",
        "84.0 %",
        "1.02",
        "0.95 to 1.10",
        "0.80",
        "0.82",
        "0.58 to 1.15",
        "497 of 791",
    ):
        assert figure in text


def test_markdown_rows_have_as_many_cells_as_heads(tables: Tables) -> None:
    heads = 0
    for line in render_markdown(tables).splitlines():
        if not line.startswith("|"):
            heads = 0
        elif heads:
            assert line.count("|") == heads
        else:
            heads = line.count("|")
