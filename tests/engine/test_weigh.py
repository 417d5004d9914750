"""From readings to states: samples, `only`, `prefer`, members, derived facts, the evaluation date."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pactolus_engine.facts import Reading
from pactolus_engine.pack.model import All, Any, Defined, Fact, Not, Pack, Rule, Status
from pactolus_engine.values import Value
from tests.support.small_packs import (
    a_code,
    a_date,
    a_flag,
    a_fraction,
    a_whole,
    codes,
    compared,
    days,
    decided,
    derived,
    is_one_of,
    pack_of,
    point,
    range_of,
    reading,
    rule,
    weighed,
)

_MARROW = is_one_of("specimen", "marrow")
_SPECIMEN = replace(a_code("specimen", of="mrd"), values=("blood", "marrow"))
_SAMPLED = a_date("sampled", of="mrd")


def _pack(mrd: Fact, *more: Fact, rules: tuple[Rule, ...] = ()) -> Pack:
    negative = rule("negative", "offer", compared("mrd", "below", "1e-5"), "one")
    return pack_of((mrd, _SPECIMEN, _SAMPLED, *more), (negative, *rules))


def _sample(name: str, value: str, specimen: str = "", sampled: str = "") -> list[Reading]:
    """The readings of one resource."""
    origin = f"Observation/{name}"
    made = [reading("mrd", point(value), origin, dated=sampled)]
    made += [reading("specimen", codes(specimen), origin)] if specimen else []
    return made + ([reading("sampled", days(sampled), origin)] if sampled else [])


def _mrd(mrd: Fact, *samples: list[Reading]) -> Value | None:
    return weighed(_pack(mrd), *(one for sample in samples for one in sample))["mrd"].value


def test_only_drops_what_surely_does_not_count() -> None:
    only = a_fraction(several="agree", only=_MARROW)
    assert _mrd(only, _sample("1", "1e-6", "marrow"), _sample("2", "1e-3", "blood")) == point("1e-6")


def test_only_leaves_open_what_may_count() -> None:
    only = a_fraction(several="agree", only=_MARROW)
    assert _mrd(only, _sample("1", "1e-6", "marrow"), _sample("2", "1e-3")) == range_of("[0, 1]")


def test_only_can_leave_nothing() -> None:
    pack = _pack(a_fraction(only=_MARROW))
    state = weighed(pack, *_sample("1", "1e-6", "blood"))
    assert state["mrd"].statuses == {Status.MISSING}
    assert state["specimen"].statuses == {Status.MISSING}, "a sample that does not count has no specimen"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("marrow", "blood", point("1e-6")),
        ("marrow", "marrow", range_of("[1e-6, 1e-3]")),
        ("blood", "blood", range_of("[1e-6, 1e-3]")),
        ("marrow", "", range_of("[1e-6, 1e-3]")),
        ("", "blood", point("1e-6")),
    ],
)
def test_prefer_drops_only_while_another_remains(first: str, second: str, expected: Value) -> None:
    prefer = a_fraction(several="agree", prefer=(_MARROW,))
    assert _mrd(prefer, _sample("1", "1e-6", first), _sample("2", "1e-3", second)) == expected


def test_preferences_are_taken_in_turn() -> None:
    recent = compared("sampled", "at-least", str(days("2026-02-01").low))
    prefer = a_fraction(several="agree", prefer=(_MARROW, recent))
    samples = (
        _sample("1", "1e-6", "marrow", "2026-01-05"),
        _sample("2", "1e-4", "marrow", "2026-02-05"),
        _sample("3", "1e-3", "blood", "2026-02-06"),
    )
    assert _mrd(prefer, *samples) == point("1e-4")


def test_conditions_of_a_sample_look_at_that_sample_and_at_facts_beside_it() -> None:
    gap = derived("gap", "days-between", "end", "sampled", low=point(-99).low)
    inside = All((compared("gap", "at-least", "0"), compared("gap", "at-most", "42")))
    pack = _pack(a_fraction(several="agree", only=inside), a_date("end"), gap)
    end = reading("end", days("2026-01-10"), "Observation/end")
    old, new = _sample("1", "1e-3", "", "2026-01-09"), _sample("2", "1e-6", "", "2026-01-10")
    assert weighed(pack, end, *old, *new)["mrd"].value == point("1e-6")
    assert weighed(pack, *old, *new)["mrd"].value == range_of("[0, 1]")


def test_definitions_may_be_used_in_the_conditions_of_a_fact() -> None:
    named = rule("in-marrow", "define", Any((_MARROW, Not(Not(_MARROW)))), "in-marrow")
    pack = _pack(a_fraction(several="agree", only=Defined("in-marrow")), rules=(named,))
    samples = [*_sample("1", "1e-6", "marrow"), *_sample("2", "1e-3", "blood")]
    assert weighed(pack, *samples)["mrd"].value == point("1e-6")


def test_members_come_from_the_samples_that_count() -> None:
    states = weighed(
        _pack(a_fraction()),
        *_sample("old", "1e-3", "blood", "2026-01-05"),
        *_sample("new", "1e-6", "marrow", "2026-02-05"),
    )
    assert states["specimen"].value == codes("marrow")
    assert states["sampled"].value == days("2026-02-05")


def test_a_member_without_its_head_is_no_sample() -> None:
    stray = reading("specimen", codes("marrow"), "Observation/stray")
    states = weighed(_pack(a_fraction()), stray, *_sample("1", "1e-6", "blood"))
    assert states["specimen"].value == codes("blood")


@pytest.mark.parametrize(
    ("standing", "day", "status", "value"),
    [
        ("not-final", "2026-01-05", Status.KNOWN, point("1e-6")),
        ("not-final", "2026-02-05", Status.NOT_FINAL, range_of("[0, 1]")),
        ("unusable", "2026-02-05", Status.KNOWN, point("1e-6")),
        ("unreadable", "2026-01-05", Status.UNREADABLE, range_of("[0, 1]")),
    ],
)
def test_another_sample_beside_a_good_one(standing: str, day: str, status: Status, value: Value) -> None:
    pack = _pack(a_fraction(several="agree"))
    other = reading("mrd", point("1e-3"), "Observation/other", standing, dated=day)
    state = weighed(pack, other, *_sample("1", "1e-6", "marrow", "2026-02-05"))["mrd"]
    assert (state.statuses, state.value) == (frozenset({status}), value)


def test_the_evaluation_date_is_a_day_in_utc() -> None:
    since = derived("since", "days-between", "day", "evaluation-date")
    pack = pack_of((a_date(), since), ())
    instant = datetime(2026, 3, 2, 1, 30, tzinfo=timezone(timedelta(hours=3)))
    state = weighed(pack, reading("day", days("2026-02-28")), at=instant)["since"]
    assert state.value == point(1)
    assert instant.astimezone(UTC).day == 1


def test_every_fact_of_the_pack_has_a_state() -> None:
    pack = pack_of((a_fraction(), a_whole(), a_flag(absence="optional")), ())
    assert set(weighed(pack)) == {"mrd", "cycles", "flag"}


_FUTURE = "dated after the evaluation instant"


@pytest.mark.parametrize(
    ("first", "last", "is_later"),
    [
        ("2026-03-01", "", False),
        ("2026-03-02", "", False),
        ("2026-03-03", "", True),
        ("2027-03-01", "", True),
        ("2026-03-01", "2026-03-31", False),
        ("2027-01-01", "2027-12-31", True),
    ],
)
def test_nothing_dated_after_the_evaluation_is_believed(first: str, last: str, is_later: bool) -> None:
    """A calendar day as written may be one ahead of the day in UTC; a partial date, its first day."""
    made = replace(reading("mrd", point("1e-6")), dated=days(first, last))
    state = weighed(_pack(a_fraction()), made)["mrd"]
    assert (state.statuses == {Status.UNREADABLE}) is is_later
    assert (state.reason == _FUTURE) is is_later
    assert (state.value == point("1e-6")) is not is_later


def test_a_day_to_come_is_no_day_on_which_something_was() -> None:
    pack = _pack(a_fraction(), a_date("birth"))
    state = weighed(pack, reading("birth", days("2027-01-01")))["birth"]
    assert state.statuses == {Status.UNREADABLE}
    assert state.reason == _FUTURE
    assert weighed(pack, reading("birth", days("1960-01-01")))["birth"].statuses == {Status.KNOWN}


def test_a_later_result_does_not_take_the_place_of_one_in_silence() -> None:
    state = weighed(
        _pack(a_fraction(several="latest")),
        *_sample("1", "1e-3", sampled="2026-02-01"),
        *_sample("2", "1e-6", sampled="2027-02-01"),
    )
    assert state["mrd"].statuses == {Status.UNREADABLE}
    assert state["sampled"].statuses == {Status.UNREADABLE}


def test_no_result_gives_way_before_one_is_preferred() -> None:
    mrd = a_fraction(prefer=(compared("mrd", "at-least", "1e-5"),), several="agree")
    empty = reading("mrd", None, "Observation/2", "unusable")
    state = weighed(_pack(mrd), *_sample("1", "1e-6"), empty)["mrd"]
    assert state.value == point("1e-6")
    assert state.statuses == {Status.KNOWN}
    assert weighed(_pack(mrd), empty)["mrd"].statuses == {Status.UNUSABLE}


@pytest.mark.parametrize(("value", "differs"), [("1e-3", True), ("2e-6", False)])
def test_what_was_sent_and_does_not_count_is_told(value: str, differs: bool) -> None:
    pack = _pack(a_fraction(several="agree", only=_MARROW))
    decision = decided(pack, *_sample("1", "1e-6", "marrow"), *_sample("2", value, "blood"))
    told = [(one.source.reference, one.reason) for one in decision.trace.passed_over]
    assert told == [("Observation/2", "sent, and not counted: by the conditions of the pack")]
    (option,) = decision.options
    for caveats in (decision.caveats, option.caveats):
        texts = [caveat.text for caveat in caveats if caveat.rule == "uncounted-result"]
        assert len(texts) == differs
        assert all("Observation/2" in text for text in texts)


def test_an_earlier_result_is_told_and_so_is_an_empty_one() -> None:
    empty = reading("mrd", None, "Observation/3", "unusable")
    old = _sample("1", "1e-3", sampled="2026-02-01")
    decision = decided(_pack(a_fraction(several="latest")), *old, *_sample("2", "1e-6"), empty)
    assert [one.source.reference for one in decision.trace.passed_over] == ["Observation/3"]
    new = _sample("2", "1e-6", sampled="2026-02-02")
    decision = decided(_pack(a_fraction(several="latest")), *old, *new, empty)
    assert [one.reason.partition(": ")[2] for one in decision.trace.passed_over] == [
        "another result of the same fact counts",
        "it gives no result, and another one does",
    ]
