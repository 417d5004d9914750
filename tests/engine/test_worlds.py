"""Open dates that decide what counts: which they are, and where the search gives up."""

from decimal import Decimal

import pytest

from pactolus_engine import worlds
from pactolus_engine.decision import Outcome
from pactolus_engine.pack.model import Pack
from tests.support.small_packs import (
    a_code,
    a_date,
    codes,
    compared,
    days,
    decided,
    derived,
    is_one_of,
    pack_of,
    reading,
    rule,
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
