"""What is named as missing of a fact over several samples settles it, whatever comes; nothing less does."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from pactolus_engine.decision import Outcome
from pactolus_engine.facts import Reading
from pactolus_engine.pack.model import All, Any, Condition, Derivation, Pack
from pactolus_engine.values import Value
from tests.support.small_packs import (
    a_code,
    a_flag,
    a_fraction,
    codes,
    compared,
    decided,
    is_one_of,
    pack_of,
    point,
    range_of,
    reading,
    rule,
)

_PARTS: tuple[Condition, Condition] = (compared("mrd", "below", "1e-5"), is_one_of("assay", "a"))
_VALUES: dict[str, tuple[Value, ...]] = {
    "mrd": (point("1e-6"), point("1e-5")),
    "assay": (codes("a"), codes("b")),
}
_OPEN: dict[str, Value] = {"mrd": range_of("[0, 1]"), "assay": codes("a", "b", "c")}

_Samples = tuple[tuple[Value, Value], ...]
"""For each sample its MRD and its assay."""


def _pack(condition: Condition) -> Pack:
    inputs = ("mrd", "assay") if condition != _PARTS[0] else ("mrd",)
    twice = a_flag("twice", derivation=Derivation("all-of-last", inputs, condition, 2))
    facts = [a_fraction("mrd"), a_code("assay", of="mrd"), twice]
    return pack_of(facts, [rule("go-on", "offer", is_one_of("twice", "true"), "one")])


def _readings(samples: _Samples) -> list[Reading]:
    made = []
    for number, (mrd, assay) in enumerate(samples):
        origin, day = f"Observation/{number}", f"2026-01-{number + 1:02}"
        made += [reading("mrd", mrd, origin, dated=day), reading("assay", assay, origin, dated=day)]
    return made


def _filled(samples: _Samples, names: tuple[str, ...]) -> Iterator[_Samples]:
    """Every way in which these facts of the samples may turn out."""
    choices = [
        _VALUES[name] if name in names and value == _OPEN[name] else (value,)
        for sample in samples
        for name, value in zip(("mrd", "assay"), sample, strict=True)
    ]
    for values in product(*choices):
        yield tuple(zip(values[::2], values[1::2], strict=True))


def _settles(pack: Pack, samples: _Samples, names: tuple[str, ...]) -> bool:
    decisions = (decided(pack, *_readings(one)) for one in _filled(samples, names))
    return all(decision.outcome is not Outcome.NEED_DATA for decision in decisions)


_ONE = st.tuples(*(st.sampled_from((*_VALUES[name], _OPEN[name])) for name in ("mrd", "assay")))


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([_PARTS[0], All(_PARTS), Any(_PARTS)]), st.tuples(_ONE, _ONE))
def test_the_facts_named_of_sent_samples_are_the_fewest_that_settle(
    condition: Condition, samples: _Samples
) -> None:
    pack = _pack(condition)
    decision = decided(pack, *_readings(samples))
    sets = [
        names
        for size in range(3)
        for names in combinations(("assay", "mrd"), size)
        if _settles(pack, samples, names)
    ]
    smallest = sets[0]
    assert all(set(smallest) <= set(other) for other in sets)
    named = decision.minimal_missing_sets
    assert named == ((smallest,) if decision.outcome is Outcome.NEED_DATA else ())
    assert (smallest == ()) is (decision.outcome is not Outcome.NEED_DATA)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([_PARTS[0], All(_PARTS)]), st.sampled_from([0, 1]))
def test_where_another_sample_is_needed_the_next_ones_settle_it(condition: Condition, sent: int) -> None:
    pack, good = _pack(condition), (point("1e-6"), codes("a"))
    decision = decided(pack, *_readings((good,) * sent))
    inputs = pack.facts["twice"].derivation
    assert inputs is not None
    assert decision.minimal_missing_sets == (tuple(sorted(inputs.inputs)),)
    assert decision.missing[-1].reason == (
        "only 1 of 2 assessments was sent" if sent else "none of 2 assessments was sent"
    )
    for more in product(_VALUES["mrd"], repeat=2 - sent):
        samples = (*((good,) * sent), *((mrd, codes("a")) for mrd in more))
        settled = decided(pack, *_readings(samples)).outcome
        assert settled is (Outcome.OFFER if Decimal("1e-5") not in _lows(more) else Outcome.OUT_OF_SCOPE)


def _lows(values: tuple[Value, ...]) -> list[Decimal | None]:
    return [getattr(value, "low", None) for value in values]


def test_an_older_sample_that_counts_for_the_sequence_is_not_passed_over() -> None:
    good = (point("1e-6"), codes("a"))
    decision = decided(_pack(_PARTS[0]), *_readings((good, good, good)))
    assert [one.source.reference for one in decision.trace.passed_over] == ["Observation/0"]
