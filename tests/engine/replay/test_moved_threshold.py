"""A threshold moved from 1e-5 to 1e-4: who is told otherwise, and by which rule it is explained."""

from dataclasses import replace
from decimal import Decimal
from functools import cache

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pactolus_engine.decision import Decision, Outcome
from pactolus_engine.replay.causes import causes, moved
from pactolus_engine.replay.compare import compare
from pactolus_engine.replay.pack_change import PackChange
from pactolus_engine.replay.result import ReplayClass
from tests.engine.replay.versions import with_threshold
from tests.support.altered import a_condition, a_quantity, mrd_of, with_value
from tests.support.real_packs import CONSOLIDATION, Resource, answered, real_pack, resources_of

_OLD, _NEW = Decimal("1e-5"), Decimal("1e-4")
_RULES = ("rule:mrd-negative", "rule:mrd-positive")
_DIGITS = st.sampled_from([1, 2, 5, 9, 10, 11, 50, 99])
_FRACTIONS = st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent), _DIGITS, st.integers(-7, -4)
)


@cache
def _change() -> PackChange:
    return PackChange.between(real_pack(CONSOLIDATION).pack, with_threshold("1e-4").pack)


def _both(resources: list[Resource]) -> tuple[Decision, Decision]:
    return answered(CONSOLIDATION, resources), answered(with_threshold("1e-4"), resources)


def _class(value: Decimal, comparator: str, threshold: Decimal) -> str:
    """By hand: where the interval of a result lies."""
    low = value if comparator in {"", ">", ">="} else Decimal(0)
    high = value if comparator in {"", "<", "<="} else Decimal(1)
    if low >= threshold:
        return "positive"
    is_below = high < threshold or (high == threshold and comparator == "<")
    return "negative" if is_below else "indeterminate"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(_FRACTIONS, st.sampled_from(["", "", "<", "<=", ">", ">="]), st.booleans())
@example(Decimal("1e-5"), "", False)
@example(Decimal("9.99e-5"), "", True)
@example(Decimal("1e-4"), "", False)
@example(Decimal("1e-4"), "<", False)
def test_exactly_the_patients_between_differ_each_by_that_rule(
    value: Decimal, comparator: str, is_relapsed: bool
) -> None:
    resources = with_value(resources_of("positive-flow"), a_quantity(value, "1", comparator))
    if is_relapsed:
        resources.append(a_condition("testpatient-positive", "C90.02"))
    recorded, replayed = _both(resources)
    comparison = compare(recorded, replayed, same_pack=False)
    found = moved(recorded, replayed, _change(), "")
    was, is_now = (_class(value, comparator, threshold) for threshold in (_OLD, _NEW))
    assert (comparison.result_class is not ReplayClass.IDENTICAL) is (was != is_now)
    assert bool(found) is (was != is_now)
    if found:
        assert set(causes(found)) <= set(_RULES)
        named = {one.rule: (one.before, one.after) for one in found}
        if {was, is_now} == {"positive", "negative"}:
            assert comparison.result_class is ReplayClass.CHANGED_OPTIONS
            assert causes(found) == _RULES
            assert named["offer-isa-krd-x6"] == ("false", "true")
            assert named["offer-tandem-asct"] == ("true", "false")
        if not is_relapsed and "indeterminate" in {was, is_now}:
            assert comparison.result_class is ReplayClass.CHANGED_OUTCOME


def test_nothing_differs_where_the_answer_does_not_rest_on_it() -> None:
    """Between the two thresholds, and not counted: the result is not final, so that it says nothing yet."""
    resources = with_value(resources_of("positive-flow"), a_quantity(Decimal("5e-5"), "1"))
    mrd_of(resources)["status"] = "preliminary"
    recorded, replayed = _both(resources)
    assert recorded.outcome is Outcome.HOLD
    assert compare(recorded, replayed, same_pack=False).result_class is ReplayClass.IDENTICAL
    assert moved(recorded, replayed, _change(), "") == ()


def test_samples_that_no_longer_disagree_are_explained_by_the_rule_that_parted_them() -> None:
    resources = with_value(resources_of("positive-flow"), a_quantity(Decimal("5e-5"), "1"))
    other = {**mrd_of(resources), "id": "another-sample", "valueQuantity": a_quantity(Decimal("5e-6"), "1")}
    recorded, replayed = _both([*resources, other])
    assert (recorded.outcome, replayed.outcome) == (Outcome.CONFLICT, Outcome.OFFER)
    named = {one.rule: one for one in moved(recorded, replayed, _change(), "")}
    because = named["mrd-samples-disagree"].because
    assert set(_RULES) | {"fact:mrd"} <= set(because)


def test_without_the_recorded_pack_no_rule_is_named() -> None:
    resources = with_value(resources_of("positive-flow"), a_quantity(Decimal("5e-5"), "1"))
    recorded, replayed = _both(resources)
    kept = {name: str(value) for name, value in real_pack(CONSOLIDATION).pack.parameter_values.items()}
    change = PackChange.between(kept, replace(with_threshold("1e-4").pack, version="2.0.0"))
    assert causes(moved(recorded, replayed, change, "")) == ("pack:2.0.0",)
