"""Courses are dealt and not drawn: any seed and scale has the trial's numbers, and its days keep their order."""

from collections import Counter
from itertools import islice, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from pactolus_adapters.cohort.causes import Cause
from pactolus_adapters.cohort.courses import Level, courses, planned
from pactolus_adapters.cohort.days import POST_INDUCTION_AT, PRE_MAINTENANCE_AT
from pactolus_adapters.cohort.dealing import Dealer, shuffled
from pactolus_adapters.cohort.post_induction import own_days
from pactolus_adapters.cohort.trial import ARMS

SEEDS = st.integers(0, 10**6)


def test_outcomes_and_endings_add_up_to_the_trial() -> None:
    found = courses()
    strata = Counter((one.outcome, one.mrd_status) for one in found)
    assert (strata["OFFER", "negative"], strata["OFFER", "positive"]) == (485, 233)
    assert sum(one.mrd_status == "negative" for one in found) == 497
    assert sum(one.level is Level.DEEP for one in found) == 372  # 47 % of 791
    assert Counter(one.cause for one in found)[Cause.PROGRESSED_EARLY] == 7
    reached = Counter(one.arm.letter for one in found if one.arm and one.endpoint[1] == "reached")
    assert reached == {arm.letter: arm.reached for arm in ARMS} == {"A": 204, "B": 208, "C": 44, "D": 40}


@given(SEEDS, st.integers(1, 3))
@settings(max_examples=5)
def test_scale_repeats_the_numbers_with_other_patients(seed: int, scale: int) -> None:
    found = list(planned(seed, scale))
    once = Counter(courses())
    assert Counter(one.course for one in found) == Counter({one: scale * n for one, n in once.items()})
    assert len({one.patient for one in found}) == len({one.dealer for one in found}) == scale * 791
    assert found[:791] == list(planned(seed, 1))


@given(SEEDS)
@settings(max_examples=5)
def test_days_follow_each_other_and_lie_before_their_snapshot(seed: int) -> None:
    for one in planned(seed, 1):
        days = own_days(one)
        in_order = (
            days.diagnosis, days.induction_start, days.induction_end, days.consolidation_start,
            days.consolidation_end, days.later_sample, days.maintenance,
        )  # fmt: skip
        assert all(earlier < later for earlier, later in pairwise(in_order))
        assert -7 <= (days.sample - days.induction_end).days <= 42
        assert days.sample < days.consolidation_start
        assert max(days.consolidation_start, days.imaging) < POST_INDUCTION_AT.date()
        assert days.maintenance < PRE_MAINTENANCE_AT.date()


def test_the_number_of_a_patient_does_not_tell_the_arm() -> None:
    first = Counter(one.course.arm.letter for one in islice(planned(1, 1), 200) if one.course.arm)
    assert min(first[letter] for letter in "ABCD") > 15


@given(st.lists(st.integers()), st.text())
def test_shuffling_keeps_every_item(items: list[int], key: str) -> None:
    assert sorted(shuffled(key, items)) == sorted(items)


@given(st.text(max_size=5), st.text(max_size=5), st.integers(-50, 50), st.integers(0, 50))
def test_what_is_dealt_lies_in_its_range(key: str, word: str, least: int, more: int) -> None:
    assert least <= Dealer(key).between(word, least, least + more) <= least + more


def test_what_is_dealt_stays_what_it_is() -> None:
    """Pinned: another number here is another cohort for every seed."""
    assert [Dealer("1/1").below(word, 1000) for word in ("age", "gender")] == [989, 581]
