"""Days that are written as a month or a year make no difference to anything that a pack asks, for any seed."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pactolus_adapters.cohort.causes import Cause, Ending
from pactolus_adapters.cohort.courses import Planned, planned
from pactolus_adapters.cohort.post_induction import after_induction, own_days
from pactolus_adapters.cohort.pre_maintenance import before_maintenance
from pactolus_adapters.fhir.exact_json import Tree


def _days(written: object) -> tuple[date, date]:
    """The first and the last day that a written date may mean."""
    year, month, day = ([*map(int, str(written)[:10].split("-")), 0, 0])[:3]
    last_month = month or 12
    last = day or monthrange(year, last_month)[1]
    return date(year, month or 1, day or 1), date(year, last_month, last)


def _by_name(one: Planned, resources: Iterable[Tree]) -> dict[str, Tree]:
    """The newest version of each resource, by what follows the patient's id."""
    return {str(each["id"]).removeprefix(one.patient).lstrip("-"): each for each in resources}


def _is_66_later(born: date, then: date) -> bool:
    return (then.year - born.year, then.month, then.day) >= (66, born.month, born.day)


def _check_person(one: Planned, found: dict[str, Tree]) -> None:
    first_birth, _ = _days(found[""]["birthDate"])
    myeloma = found["myeloma"]
    _, last_onset = _days(myeloma.get("onsetDateTime", myeloma["recordedDate"]))
    assert not _is_66_later(first_birth, last_onset)
    assert last_onset < own_days(one).induction_start


@given(st.integers(0, 10**9))
@settings(max_examples=3)
def test_no_partial_day_reaches_over_a_limit(seed: int) -> None:
    for one in planned(seed, 1):
        days, course = own_days(one), one.course
        found = _by_name(one, after_induction(one))
        _check_person(one, found)
        if "mrd" in found and course.cause is not Cause.LATE_SAMPLE:
            first, last = _days(found["mrd"]["effectiveDateTime"])
            assert timedelta(-7) <= first - days.induction_end <= last - days.induction_end <= timedelta(42)
        if course.arm and course.ending not in {Ending.LATE, Ending.DIED}:
            later = _by_name(one, before_maintenance(one)).get("later-mrd")
            first, last = _days(later["effectiveDateTime"]) if later else (days.later_sample,) * 2
            assert days.consolidation_end <= first <= last < days.maintenance
