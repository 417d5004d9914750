"""Open dates that decide what counts: which they are, and where the search gives up."""

from decimal import Decimal

import pytest

from pactolus_engine import worlds
from pactolus_engine.decision import Outcome
from pactolus_engine.facts import Reading
from pactolus_engine.pack.model import All, Any, Pack
from tests.support.small_packs import (
    a_code,
    a_date,
    a_fraction,
    codes,
    compared,
    days,
    decided,
    derived,
    is_one_of,
    pack_of,
    range_of,
    reading,
    rule,
    stands,
)


def _pack() -> Pack:
    facts = [
        a_date("end"),
        a_code("response", only=compared("response-days", "at-least", "0")),
        a_date("response-day", absence="optional", of="response"),
        derived("response-days", "days-between", "end", "response-day", low=Decimal(-130)),
    ]
    rules = [
        rule("offer", "offer", is_one_of("response", "a"), "one"),
        rule("out", "exclude", is_one_of("response", "b")),
    ]
    return pack_of(facts, rules)


_RESPONSE = [
    reading("response", codes("a"), "Observation/r"),
    reading("response-day", days("2026-01-10"), "Observation/r"),
]


def test_a_fact_that_settles_every_world_is_enough() -> None:
    """A new response says whether to offer, whichever day the induction ended."""
    decision = decided(_pack(), *_RESPONSE)
    assert decision.outcome is Outcome.NEED_DATA
    assert decision.minimal_missing_sets == (("response",),)
    assert decision.possible_outcomes_complete


def test_a_known_date_opens_no_worlds() -> None:
    decision = decided(_pack(), *_RESPONSE, reading("end", days("2026-01-05")))
    assert (decision.outcome, decision.minimal_missing_sets) == (Outcome.OFFER, ())


def test_past_the_bound_no_set_is_claimed_and_the_answer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds, "MAXIMUM_WORLDS", 1)
    decision = decided(_pack(), *_RESPONSE)
    assert (decision.outcome, decision.minimal_missing_sets) == (Outcome.NEED_DATA, ())
    assert not decision.possible_outcomes_complete
    assert "response" in {missing.fact for missing in decision.missing}


def _samples(one: str, other: str) -> list[Reading]:
    return [reading("mrd", range_of(one), "Observation/1"), reading("mrd", range_of(other), "Observation/2")]


_AT_1E5 = pack_of(
    [a_fraction("mrd", several="agree")],
    [
        rule("at-odds", "conflict", stands("mrd", "disagreeing")),
        rule("negative", "offer", compared("mrd", "below", "1e-5"), "one"),
        rule("positive", "offer", compared("mrd", "at-least", "1e-5"), "two"),
    ],
)


@pytest.mark.parametrize(
    ("one", "other", "possible"),
    [
        ("[3e-6, 3e-6]", "[0, 1e-4)", [("CONFLICT", ()), ("OFFER", ("one",))]),
        ("[3e-5, 3e-5]", "[0, 1e-4)", [("CONFLICT", ()), ("OFFER", ("two",))]),
        ("[0, 1e-4)", "[0, 1]", [("CONFLICT", ()), ("OFFER", ("one",)), ("OFFER", ("two",))]),
    ],
)
def test_samples_that_may_agree_agree_only_where_both_may_lie(
    one: str, other: str, possible: list[tuple[str, tuple[str, ...]]]
) -> None:
    decision = decided(_AT_1E5, *_samples(one, other))
    assert [(found.outcome.value, found.options) for found in decision.possible_outcomes] == possible
    assert decision.minimal_missing_sets == (("mrd",),)


def test_what_counts_may_hang_on_the_day_of_the_evaluation() -> None:
    """A response counts until a year old: the day of the evaluation is known, its own is not."""
    facts = [
        a_code("response", only=compared("age", "at-most", "365")),
        a_date("response-day", of="response"),
        derived("age", "days-between", "response-day", "evaluation-date", high=Decimal(9999)),
    ]
    pack = pack_of(facts, [rule("offer", "offer", is_one_of("response", "a"), "one")])
    undated = decided(pack, reading("response", codes("a"), "Observation/r"))
    assert (undated.outcome, undated.minimal_missing_sets) == (Outcome.NEED_DATA, (("response",),))


def test_where_every_supposition_is_impossible_what_was_sent_contradicts_itself() -> None:
    """A sample of a day that fits no other: which one counts is open, and no day would mend it."""
    between = {"low": Decimal(-400), "high": Decimal(400)}
    counts = [compared("since-end", "at-least", "0"), compared("to-start", "at-least", "0")]
    facts = [
        a_date("end"),
        a_date("start"),
        a_date("sample-day", absence="optional", only=All(tuple(counts))),
        derived("since-end", "days-between", "end", "sample-day", absence="optional", **between),
        derived("to-start", "days-between", "sample-day", "start", absence="optional", **between),
        a_code(
            "result", only=Any((stands("sample-day", "missing"), compared("since-end-own", "at-least", "0")))
        ),
        a_date("result-day", of="result"),
        derived("since-end-own", "days-between", "end", "result-day", **between),
    ]
    rules = [
        rule("offer", "offer", is_one_of("result", "a"), "one"),
        rule("out", "exclude", is_one_of("result", "b")),
    ]
    sent = [
        reading("end", days("1906-01-16")),
        reading("start", days("2026-02-23")),
        reading("result", codes("a"), "Observation/r"),
        reading("result-day", days("2026-02-10"), "Observation/r"),
        reading("sample-day", days("2026-02-10"), "Observation/r"),
    ]
    decision = decided(pack_of(facts, rules), *sent)
    assert decision.outcome is Outcome.NEED_DATA
    assert decision.possible_outcomes
    assert decision.minimal_missing_sets and all(decision.minimal_missing_sets)
