"""The whole core on small packs: thresholds exactly, both engines, the id of the decision."""

from dataclasses import replace

import pytest

from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.decision import Outcome
from pactolus_engine.errors import EnginesDisagree
from pactolus_engine.evaluate import evaluate
from pactolus_engine.pack.model import Operator, Pack
from pactolus_engine.record import decision_id
from pactolus_engine.values import Interval
from tests.support.small_packs import (
    INSTANT,
    InProcess,
    a_fraction,
    a_whole,
    compared,
    decided,
    pack_of,
    patient,
    range_of,
    reading,
    rule,
)

_NEG, _POS, _OPEN = "negative", "positive", "open"


def _pack() -> Pack:
    negative = rule("offer-one", "offer", compared("mrd", "below", "1e-5"), "one")
    positive = rule("offer-two", "offer", compared("mrd", "at-least", "1e-5"), "two")
    return pack_of((a_fraction(),), (negative, positive))


def _stated(text: str) -> Interval:
    """What a stated number with its comparator leaves possible."""
    for comparator, form in (("<=", "[0, {}]"), (">=", "[{}, 1]"), ("<", "[0, {})"), (">", "({}, 1]")):
        if text.startswith(comparator):
            return range_of(form.format(text.removeprefix(comparator)))
    return range_of(f"[{text}, {text}]")


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("0", _NEG),
        ("9.99e-6", _NEG),
        ("0.00000999999999999999999999999999999999", _NEG),
        ("1e-5", _POS),
        ("1.0e-5", _POS),
        ("0.00001", _POS),
        ("10e-6", _POS),
        ("1.00000000000000000000000000000000000001e-5", _POS),
        ("1.01e-5", _POS),
        ("1", _POS),
        ("<1e-5", _NEG),
        ("<=1e-5", _OPEN),
        (">1e-5", _POS),
        (">=1e-5", _POS),
        ("<9.99e-6", _NEG),
        ("<=9.99e-6", _NEG),
        ("<1.01e-5", _OPEN),
        (">9.99e-6", _OPEN),
        (">=9.99e-6", _OPEN),
        ("<1e-4", _OPEN),
        (">0", _OPEN),
    ],
)
def test_mrd_at_the_threshold(stated: str, expected: str) -> None:
    decision = decided(_pack(), reading("mrd", _stated(stated)))
    options = tuple(option.id for option in decision.options)
    outcomes = {
        _NEG: (Outcome.OFFER, ("one",)),
        _POS: (Outcome.OFFER, ("two",)),
        _OPEN: (Outcome.NEED_DATA, ()),
    }
    assert (decision.outcome, options) == outcomes[expected]


@pytest.mark.parametrize(
    ("operator", "true_at"),
    [
        (Operator.BELOW, "4 5"),
        (Operator.AT_MOST, "4 5 6"),
        (Operator.EQUALS, "6"),
        (Operator.AT_LEAST, "6 7 8"),
        (Operator.ABOVE, "7 8"),
    ],
)
def test_every_operator_on_both_sides_of_a_whole_number(operator: Operator, true_at: str) -> None:
    pack = pack_of((a_whole(),), (rule("x", "offer", compared("cycles", operator, "6"), "one"),))
    for number in "45678":
        decision = decided(pack, reading("cycles", range_of(f"[{number}, {number}]")))
        assert (decision.outcome is Outcome.OFFER) is (number in true_at.split())


@pytest.mark.parametrize(("value", "outcome"), [("(5, 7)", Outcome.OFFER), ("(5, 8)", Outcome.NEED_DATA)])
def test_a_whole_number_between_open_limits(value: str, outcome: Outcome) -> None:
    pack = pack_of((a_whole(),), (rule("x", "offer", compared("cycles", "equals", "6"), "one"),))
    assert decided(pack, reading("cycles", range_of(value))).outcome is outcome


def test_the_id_is_that_of_the_content() -> None:
    decision = decided(_pack(), reading("mrd", _stated("1e-6")))
    assert decision.decision_id == decision_id(decision) != ""
    assert decided(_pack(), reading("mrd", _stated("1e-6"))) == decision
    assert decided(_pack(), reading("mrd", _stated("2e-6"))).decision_id != decision.decision_id


def test_nobody_answers_when_the_engines_disagree() -> None:
    compiled = compile_pack(_pack())
    wrong = tuple(replace(one, proves=not one.proves) for one in compiled.engine_rules)
    facts = patient(reading("mrd", _stated("1e-6")))
    with pytest.raises(EnginesDisagree) as refused:
        evaluate(facts, replace(compiled, engine_rules=wrong), INSTANT, InProcess())
    assert refused.value.rules == ("offer-one", "offer-two")


def test_a_wrong_cell_is_caught() -> None:
    facts = patient(reading("mrd", _stated("1e-5")))
    with pytest.raises(EnginesDisagree):
        evaluate(facts, _with_cut_just_after(compile_pack(_pack())), INSTANT, InProcess())


def _with_cut_just_after(compiled: CompiledPack) -> CompiledPack:
    """As if `< 1e-5` had been cut as `<= 1e-5`."""
    partition = replace(compiled.partitions["mrd"], cells=(range_of("[0, 1e-5]"), range_of("(1e-5, 1]")))
    return replace(compiled, partitions={"mrd": partition})
