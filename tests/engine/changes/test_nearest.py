"""The nearest changes: smallest sets, only of what may change, each seen to give its answer."""

from dataclasses import replace

import pytest

from pactolus_engine.changes.nearest import Nearest, Question, answer_of, nearest_changes
from pactolus_engine.changes.suppose import supposing
from pactolus_engine.compiled import compile_pack
from pactolus_engine.evaluate import evaluate
from pactolus_engine.facts import Reading
from pactolus_engine.pack.fact import Changes
from pactolus_engine.pack.model import All, Binding, Fact, Not, Pack
from tests.support.small_packs import (
    INSTANT,
    InProcess,
    a_code,
    a_date,
    a_flag,
    a_fraction,
    a_whole,
    codes,
    compared,
    days,
    derived,
    is_one_of,
    pack_of,
    patient,
    point,
    reading,
    rule,
)

_MATCHER = InProcess()


def _later(fact: Fact, how: Changes = Changes.LATER) -> Fact:
    return replace(fact, changes=how)


def _nearest(pack: Pack, *readings: Reading, steps: int = 1000) -> Nearest:
    return nearest_changes(Question(compile_pack(pack), patient(*readings), INSTANT), _MATCHER, steps)


def _told(nearest: Nearest) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Each flip: outcome, options, and `fact: before -> after` of every change."""
    return [
        (
            flip.answer.outcome.value,
            flip.answer.options,
            tuple(f"{one.fact}: {one.before} -> {one.after}" for one in flip.changes),
        )
        for flip in nearest.flips
    ]


_BY_THRESHOLD = (
    rule("low", "offer", compared("mrd", "below", "1e-5"), "one"),
    rule("high", "offer", compared("mrd", "at-least", "1e-5"), "two"),
)


def test_the_other_side_of_a_threshold_is_the_nearest_change() -> None:
    nearest = _nearest(pack_of([_later(a_fraction())], _BY_THRESHOLD), reading("mrd", point("3e-5")))
    assert _told(nearest) == [("OFFER", ("one",), ("mrd: 3e-5 -> below 1e-5",))]
    assert nearest.is_whole and nearest.facts_tried == 1 and nearest.changeable == ("mrd",)


def test_a_fact_of_which_the_pack_says_nothing_never_changes() -> None:
    nearest = _nearest(pack_of([a_fraction()], _BY_THRESHOLD), reading("mrd", point("3e-5")))
    assert nearest.flips == () and nearest.changeable == ()


@pytest.mark.parametrize(
    ("cycles", "flips"), [(5, ["cycles: 5 {cycles} -> at or above 6 {cycles}"]), (6, [])]
)
def test_a_count_only_grows(cycles: int, flips: list[str]) -> None:
    enough = rule("enough", "offer", compared("cycles", "at-least", "6"), "one")
    pack = pack_of([_later(a_whole(), Changes.UPWARDS)], [enough])
    assert [change for _, _, (change,) in _told(_nearest(pack, reading("cycles", point(cycles))))] == flips


@pytest.mark.parametrize(("now", "flips"), [("false", ["flag: false -> true"]), ("true", [])])
def test_what_grows_only_turns_true(now: str, flips: list[str]) -> None:
    pack = pack_of(
        [_later(a_flag(), Changes.UPWARDS)],
        [
            rule("out", "exclude", is_one_of("flag", "true")),
            rule("in", "offer", Not(is_one_of("flag", "true")), "one"),
        ],
    )
    assert [change for _, _, (change,) in _told(_nearest(pack, reading("flag", codes(now))))] == flips


def test_two_facts_together_are_found_where_one_does_not_do_it() -> None:
    both = All((is_one_of("flag", "true"), compared("mrd", "below", "1e-5")))
    pack = pack_of([_later(a_flag()), _later(a_fraction())], [rule("both", "offer", both, "one")])
    nearest = _nearest(pack, reading("flag", codes("false")), reading("mrd", point("1e-3")))
    assert _told(nearest) == [("OFFER", ("one",), ("flag: false -> true", "mrd: 0.001 -> below 1e-5"))]
    assert nearest.facts_tried == 2


def test_a_larger_set_is_not_told_where_a_part_of_it_gives_the_same_answer() -> None:
    pack = pack_of(
        [_later(a_flag()), _later(a_code())],
        [
            rule("out", "exclude", is_one_of("flag", "true")),
            rule("in", "offer", Not(is_one_of("code", "c")), "one"),
        ],
    )
    nearest = _nearest(pack, reading("flag", codes("true")), reading("code", codes("a")))
    assert _told(nearest) == [("OFFER", ("one",), ("flag: true -> false",))]


def test_nearer_cells_come_first() -> None:
    pack = pack_of(
        [_later(a_whole())],
        [
            rule("few", "offer", compared("cycles", "below", "4"), "one"),
            rule("some", "offer", compared("cycles", "equals", "4"), "two"),
        ],
    )
    nearest = _nearest(pack, reading("cycles", point(9)))
    assert [(flip.answer.options, flip.distance) for flip in nearest.flips] == [(("two",), 1), (("one",), 2)]


def test_what_is_missing_is_no_change_and_a_result_that_is_waited_for_is_one() -> None:
    pack = pack_of([_later(a_fraction())], _BY_THRESHOLD)
    assert _nearest(pack).flips == ()
    waiting = _nearest(
        pack_of([_later(a_fraction())], _BY_THRESHOLD), reading("mrd", point("3e-5"), standing="not-final")
    )
    assert [options for _, options, _ in _told(waiting)] == [("one",), ("two",)]


def test_a_day_only_lies_later_and_not_after_the_instant() -> None:
    recent = rule("recent", "offer", compared("since", "at-most", "30"), "one")
    since = derived("since", "days-between", "day", "evaluation-date", high=None)
    pack = pack_of([_later(a_date()), since], [recent])
    nearest = _nearest(pack, reading("day", days("2025-06-01")))
    ((_, _, changes),) = _told(nearest)
    assert changes == ("day: 2025-06-01 -> 2026-01-30 to 2026-03-01",)
    assert nearest.flips[0].changes[0].follows == (("the since", "273 a", "at or below 30 a"),)
    assert _nearest(pack, reading("day", days("2026-02-20"))).flips == ()


def test_every_flip_is_what_the_evaluation_says_of_the_changed_patient() -> None:
    pack = pack_of(
        [_later(a_fraction()), _later(a_code())],
        [*_BY_THRESHOLD, rule("out", "exclude", is_one_of("code", "b"))],
    )
    compiled, known = compile_pack(pack), patient(reading("mrd", point("3e-5")), reading("code", codes("a")))
    for flip in nearest_changes(Question(compiled, known, INSTANT), _MATCHER).flips:
        assert (
            answer_of(flip.decision, compiled)
            == flip.answer
            != answer_of(evaluate(known, compiled, INSTANT, _MATCHER), compiled)
        )


def test_a_value_that_would_not_count_changes_nothing() -> None:
    """The reading of a sample that is left out stays left out with another value."""
    head = _later(a_fraction(only=Not(is_one_of("spoilt", "true"))))
    spoilt = a_flag("spoilt", of="mrd")
    pack = pack_of([head, spoilt], _BY_THRESHOLD)
    origin = "Observation/1"
    known = [reading("mrd", point("3e-5"), origin), reading("spoilt", codes("true"), origin)]
    assert _nearest(pack, *known).flips == ()


def test_the_bound_is_met_and_said() -> None:
    facts = [_later(a_flag(f"flag-{letter}")) for letter in "abcdef"]
    rules = [rule(f"r{one.id}", "conflict", is_one_of(one.id, "true")) for one in facts]
    pack = pack_of(facts, [*rules, rule("in", "offer", Not(is_one_of("flag-a", "true")), "one")])
    known = [reading(one.id, codes("false")) for one in facts]
    bounded = _nearest(pack, *known, steps=3)
    assert not bounded.is_whole and bounded.facts_tried == 0 and bounded.steps == 3
    assert _nearest(pack, *known).is_whole


def test_facts_of_one_element_change_together() -> None:
    """Two facts that read the same number cannot be told apart by a patient."""
    binding = Binding(("Observation",), (), "clone-fraction", {}, {})
    pack = pack_of(
        [a_fraction(binding=binding), a_fraction("level", "optional", of="mrd", binding=binding)],
        _BY_THRESHOLD,
    )
    known = patient(reading("mrd", point("3e-5"), "o"), reading("level", point("3e-5"), "o"))
    changed = supposing(pack, known, {"mrd": point("1e-6")})
    assert {one.fact: one.value for one in changed.readings} == {"mrd": point("1e-6"), "level": point("1e-6")}
