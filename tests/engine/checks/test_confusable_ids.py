"""Ids that a reader takes for each other."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactolus_engine.checks.confusable_ids import _Named, _pairs, are_confusable
from pactolus_engine.pack.model import Place
from tests.engine.checks.findings import said

IDS = st.from_regex(r"[a-z]{1,6}(-[a-z]{1,6}){0,2}", fullmatch=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("relapse", "relapses"),
        ("graft-match", "graft-matches"),
        ("time-point", "timepoint"),
        ("induction-end", "indcution-end"),
        ("mrd-positive", "mrd-positve"),
        ("sample-inside", "sample-insider"),
        ("relapse", "relapze"),
    ],
)
def test_one_letter_a_plural_or_a_hyphen(one: str, other: str) -> None:
    assert are_confusable(one, other)
    assert are_confusable(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("assay-ngs", "assay-ngf"),
        ("mrd-ci-low", "mrd-ci-high"),
        ("asct-x2", "asct-x3"),
        ("mrd-negative", "mrd-positive"),
        ("sample-date", "sample-data-set"),
        ("as", "is"),
    ],
)
def test_words_of_the_field_are_not_confused(one: str, other: str) -> None:
    assert not are_confusable(one, other)


@given(IDS, IDS)
def test_it_does_not_matter_which_comes_first(one: str, other: str) -> None:
    assert are_confusable(one, other) == are_confusable(other, one)


def test_a_definition_with_the_id_of_a_fact_is_told() -> None:
    changes = [
        ("rules/negative.yaml", "define: mrd-negative", "define: relapse"),
        ("rules/offer-go-on.yaml", "defined: mrd-negative", "defined: relapse"),
        ("rules/offer-transplant.yaml", "defined: mrd-negative", "defined: relapse"),
        ("rules/status.yaml", "defined: mrd-negative", "defined: relapse"),
    ]
    assert said("confusable-ids", *changes) == ["fact relapse: fact `relapse` has the id of a definition"]


def test_ids_of_kinds_that_do_not_meet_may_be_equal() -> None:
    assert said("confusable-ids") == []  # fact and code set `relapse`


def test_two_facts_are_told_once() -> None:
    change = (
        "facts.yaml",
        "cycles:",
        "cycle:\n  title: C\n  type: boolean\n  absence: optional\n  read: {resource: Observation, codes: [cycles], element: value}\ncycles:",
    )
    assert said("confusable-ids", change) == ["fact cycles: fact `cycles` is easily taken for fact `cycle`"]


@given(
    st.sets(
        st.sampled_from(["graft", "grafts", "matches", "match", "gratf", "sample", "x"]),
        min_size=1,
        max_size=3,
    ),
    st.data(),
)
def test_no_pair_is_lost_by_looking_only_at_traces(words: set[str], data: st.DataObject) -> None:
    ids = data.draw(
        st.sets(st.lists(st.sampled_from(sorted(words)), min_size=1, max_size=3).map("-".join), max_size=8)
    )
    named = [_Named(name, "fact", Place("facts.yaml", 1, 1)) for name in sorted(ids)]
    every = [(one.id, other.id) for one, other in combinations(named, 2) if are_confusable(one.id, other.id)]
    assert [(one.id, other.id) for one, other in _pairs(named)] == every
