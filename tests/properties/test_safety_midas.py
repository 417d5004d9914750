"""INVARIANT: what must never happen to a patient, over the packs of the repository and the real reader.

Each property starts from an example that is answered with something (options, or a finding) and takes
resources out, puts some in, or rewrites them.
"""

import copy
import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pactolus_engine.compiled import compile_pack
from pactolus_engine.decision import Decision, Outcome
from pactolus_engine.record import decision_json
from tests.support.altered import (
    EARLIER_SAMPLE,
    LOCAL,
    a_condition,
    a_quantity,
    a_response,
    a_transplant,
    codes_of,
    local_code,
    mrd_of,
    name_of,
    with_value,
)
from tests.support.real_packs import CONSOLIDATION, ENDPOINT, Resource, answered, real_pack, resources_of

_PACK_OF = {
    "negative-ngs": CONSOLIDATION,
    "positive-flow": CONSOLIDATION,
    "exactly-1e-5-per-million": CONSOLIDATION,
    "endpoint-reached": ENDPOINT,
}
_GIVING = {Outcome.OFFER, Outcome.CONCLUDED}
_OPTIONAL = {"pet-ct", "high-risk-cytogenetics", "stem-cell-grafts"}
"""The local codes whose absence a pack bears, with a caveat; the response is one more in `midas-endpoint`."""

_SETTINGS = settings(max_examples=80, suppress_health_check=list(HealthCheck))
_EXAMPLES = st.sampled_from(sorted(_PACK_OF))
_SEEDS = st.integers(0, 2**32)


def _given_by(decision: Decision) -> set[str]:
    """What a decision gives: options, or findings where they are all there is to give."""
    findings = {f"{one.id}={one.value}" for one in decision.conclusions}
    return {option.id for option in decision.options} | (
        findings if decision.outcome is Outcome.CONCLUDED else set()
    )


def _is_required(resource: Resource, pack: str) -> bool:
    """Whether the pack can answer nothing without it."""
    if name_of(resource) in EARLIER_SAMPLE or codes_of(resource) & _OPTIONAL:
        return False
    return pack == CONSOLIDATION or not (
        resource["resourceType"] == "Patient" or "88040-1" in codes_of(resource)
    )


def test_every_starting_point_gives_something() -> None:
    for example, pack in _PACK_OF.items():
        assert answered(pack, resources_of(example)).outcome in _GIVING


# --- unknown never offers --------------------------------------------------------------------------


def _withdrawn(resource: Resource) -> Resource:
    return {**resource, "status": "entered-in-error"}


def _without_value(resource: Resource) -> Resource:
    """The laboratory says that there is no value."""
    kept = {key: value for key, value in resource.items() if not key.startswith("value")}
    return {**kept, "dataAbsentReason": {"text": "not performed"}}


def _undated(resource: Resource) -> Resource:
    return {key: value for key, value in resource.items() if not key.startswith("effective")}


def _made_unknown(resource: Resource, way: str) -> list[Resource]:
    """What is left of a resource when the fact it carries is not known any more."""
    kind, codes = resource["resourceType"], codes_of(resource)
    if kind == "Observation" and way == "withdraw":
        return [_withdrawn(resource)]
    if kind == "Observation" and way == "no value":
        return [_without_value(resource)]
    if way == "no date" and codes & {"induction-cycles", "consolidation-end", "maintenance-start"}:
        return [_undated(resource)]
    return []


@_SETTINGS
@given(_EXAMPLES, st.sampled_from(["drop", "withdraw", "no value", "no date"]), st.integers(1, 4), _SEEDS)
def test_unknown_never_offers(example: str, way: str, count: int, seed: int) -> None:
    pack, resources = _PACK_OF[example], resources_of(example)
    hidden = set(Random(seed).sample([name_of(r) for r in resources], count))
    left = [r for one in resources for r in (_made_unknown(one, way) if name_of(one) in hidden else [one])]
    decision = answered(pack, left)
    if any(_is_required(one, pack) for one in resources if name_of(one) in hidden):
        assert decision.outcome not in _GIVING
        if pack == CONSOLIDATION:  # in the other the earlier sample may be left, which is out of scope
            assert decision.outcome is Outcome.NEED_DATA
        assert bool(decision.missing) is (decision.outcome is Outcome.NEED_DATA)
    elif way in {"drop", "withdraw"}:
        assert decision.outcome in _GIVING


# --- conflict beats offer, progression beats response ----------------------------------------------


def _of_somebody_else(resources: list[Resource]) -> Resource:
    return {
        **copy.deepcopy(mrd_of(resources)),
        "id": "stray",
        "subject": {"reference": "Patient/somebody-else"},
    }


def _in_no_unit(resources: list[Resource]) -> Resource:
    return {
        **mrd_of(with_value(resources, a_quantity(Decimal("2e-6"), "{cells_per_million}"))),
        "id": "no-unit",
    }


def _too_high(resources: list[Resource]) -> Resource:
    return {**mrd_of(with_value(resources, a_quantity(Decimal("0.05"), "1"))), "id": "too-high"}


def _below_zero(resources: list[Resource]) -> Resource:
    return {**mrd_of(with_value(resources, a_quantity(Decimal("-1e-6"), "1"))), "id": "below-zero"}


def _on_the_other_side(resources: list[Resource]) -> Resource:
    """A second sample of the same day on the other side of 1e-5 and of 1e-6."""
    is_low = mrd_of(resources)["id"] in {"mrd-ngs-negative", "mrd-ngs-before-maintenance"}
    value = Decimal("4e-5") if is_low else Decimal("6e-7")
    component = {"code": {"coding": [{"system": f"{LOCAL}mrd", "code": "lod"}]}}
    lod = {**component, "valueQuantity": a_quantity(Decimal("4e-7"), "1")}
    return {**mrd_of(with_value(resources, a_quantity(value, "1"), component=[lod])), "id": "other-side"}


_CONFLICTS = [_of_somebody_else, _in_no_unit, _too_high, _below_zero, _on_the_other_side]


def _disturbances(resources: list[Resource]) -> list[Resource]:
    """Resources that would end otherwise, or bear no meaning: none of them hides a conflict."""
    subject = resources[0]["id"]
    return [
        a_response(subject, "PD", "2026-02-09"),
        a_response(subject, "CR", "2026-02-11"),
        a_transplant(subject),
        a_condition(subject, "C90.02"),
        {**mrd_of(resources), "id": "draft", "status": "preliminary"},
    ]


@_SETTINGS
@given(_EXAMPLES, st.sampled_from(_CONFLICTS), st.sets(st.integers(0, 4)), _SEEDS)
def test_conflict_beats_offer(example: str, conflict: Any, disturbing: set[int], seed: int) -> None:
    resources = resources_of(example)
    others = [one for place, one in enumerate(_disturbances(resources)) if place in disturbing]
    if (
        conflict is _on_the_other_side
    ):  # a draft beside two results that differ leaves open which of them count
        others = [one for one in others if one["id"] != "draft"]
    sent = [*resources, conflict(resources), *others]
    decision = answered(_PACK_OF[example], Random(seed).sample(sent, len(sent)))
    assert decision.outcome is Outcome.CONFLICT
    assert _given_by(decision) == set()
    assert any(reason.effect == "conflict" and reason.truth == "true" for reason in decision.reasons)


_CATEGORIES = st.sampled_from(["sCR", "CR", "VGPR", "PR", "MR", "SD"])
_WINDOW = st.integers(0, 18).map(lambda n: str(date(2026, 2, 4) + timedelta(n)))


@_SETTINGS
@given(_EXAMPLES, _WINDOW, st.lists(st.tuples(_CATEGORIES, _WINDOW), max_size=4), _SEEDS)
def test_progression_beats_response(example: str, day: str, better: list[tuple[str, str]], seed: int) -> None:
    resources = resources_of(example)
    subject = resources[0]["id"]
    responses = [{**a_response(subject, *one), "id": f"better-{n}"} for n, one in enumerate(better)]
    sent = [*resources, a_response(subject, "PD", day), *responses]
    decision = answered(_PACK_OF[example], Random(seed).sample(sent, len(sent)))
    assert decision.outcome is Outcome.OUT_OF_SCOPE
    assert "progression" in {reason.rule for reason in decision.reasons if reason.truth == "true"}
    assert decision.options == ()
    if _PACK_OF[example] == ENDPOINT:
        assert decision.conclusions == ()


# --- more missing data never adds an option --------------------------------------------------------


def _some_names(random: Random, example: str, resources: list[Resource]) -> set[str]:
    """One or two resources, mostly such as a pack can do without: then there is an answer to compare."""
    spared = [name_of(r) for r in resources if not _is_required(r, _PACK_OF[example])]
    names = spared if random.random() < 0.8 else [name_of(r) for r in resources]
    return set(random.sample(names, random.randint(1, 2)))


@_SETTINGS
@given(_EXAMPLES, _SEEDS)
def test_more_missing_data_never_adds_an_option(example: str, seed: int) -> None:
    random, resources = Random(seed), resources_of(example)
    some = _some_names(random, example, resources) if random.random() < 0.5 else set()
    more = _some_names(random, example, resources)
    before = answered(_PACK_OF[example], [r for r in resources if name_of(r) not in some])
    after = answered(_PACK_OF[example], [r for r in resources if name_of(r) not in some | more])
    assert _given_by(after) <= _given_by(before)


def _blocking(subject: str, resources: list[Resource]) -> list[Resource]:
    """Resources that take options away; without one the pack must say what it takes for granted."""
    eligible = next(r for r in resources if "transplant-eligible" in codes_of(r))
    declined = {**eligible, "id": "declined", "code": local_code("transplant-declined")}
    grafts = {**eligible, "id": "grafts", "code": local_code("stem-cell-grafts"), "valueInteger": 0}
    del grafts["valueBoolean"]
    return [
        a_transplant(subject),
        a_condition(subject, "C90.02"),
        a_condition(subject, "C90.10"),
        declined,
        grafts,
    ]


def _taken_for_granted(decision: Decision) -> set[str]:
    caveats = {caveat.rule for option in decision.options for caveat in option.caveats}
    return {assumption.fact for assumption in decision.assumptions} | caveats


@_SETTINGS
@given(st.sampled_from(["negative-ngs", "positive-flow"]), st.sets(st.integers(0, 4), min_size=1), st.data())
def test_an_option_that_silence_adds_comes_with_what_was_assumed(
    example: str, sent: set[int], data: st.DataObject
) -> None:
    resources = [r for r in resources_of(example) if "stem-cell-grafts" not in codes_of(r)]
    blocking = [one for n, one in enumerate(_blocking(resources[0]["id"], resources)) if n in sent]
    kept = data.draw(st.sets(st.sampled_from([one["id"] for one in blocking])), label="still sent")
    before = answered(CONSOLIDATION, [*resources, *blocking])
    after = answered(CONSOLIDATION, [*resources, *(one for one in blocking if one["id"] in kept)])
    assert len(kept) == len(blocking) or _taken_for_granted(after) != _taken_for_granted(before)
    if _given_by(after) - _given_by(before):
        assert _taken_for_granted(after) - _taken_for_granted(before)


# --- the value of the MRD --------------------------------------------------------------------------


_MANTISSAS = st.one_of(st.sampled_from([1, 9, 10, 11, 99, 100, 101, 999, 1000, 1001]), st.integers(1, 9999))
_VALUES = st.builds(lambda mantissa, power: Decimal(mantissa).scaleb(-power), _MANTISSAS, st.integers(5, 10))
_UNITS = {
    "1": 0,
    "%": -2,
    "[ppth]": -3,
    "[ppm]": -6,
    "[ppb]": -9,
    "10*-6": -6,
    "/10*6": -6,
    "/10*6{cells}": -6,
    "{cells}/10*6{cells}": -6,
    "{clones}/10*6{cells}": -6,
    "10*-5": -5,
    "/10*5": -5,
    "/10*5{cells}": -5,
}
"""UCUM code → power of ten: a number times it is the fraction."""


def _written(fraction: Decimal, unit: str, comparator: str = "") -> dict[str, Any]:
    return a_quantity(fraction.scaleb(-_UNITS[unit]), unit, comparator)


_CLASS = {"negative": 0, "reached": 0, "positive": 2, "not-reached": 2}


def _class(decision: Decision) -> int:
    """0: below the threshold of the pack, 2: at or above it, 1: not known."""
    found = {_CLASS[one.value] for one in decision.conclusions if one.id in {"mrd-status", "endpoint"}}
    return found.pop() if found else 1


@_SETTINGS
@given(
    _EXAMPLES, _VALUES, _VALUES, st.sampled_from(["", "<", "<=", ">", ">="]), st.sampled_from(sorted(_UNITS))
)
def test_raising_the_mrd_value_never_turns_positive_into_negative(
    example: str, one: Decimal, other: Decimal, comparator: str, unit: str
) -> None:
    pack, resources = _PACK_OF[example], resources_of(example)
    low, high = sorted([one, other])
    if low == high or high >= Decimal("0.05"):
        high = low + Decimal("1e-6")

    def class_of(value: Decimal, compared: str) -> int:
        return _class(answered(pack, with_value(resources, _written(value, unit, compared))))

    assert class_of(low, comparator) <= class_of(high, comparator)
    assert class_of(low, "<=") <= class_of(low, "") <= class_of(low, ">=")


@pytest.mark.parametrize(
    ("pack", "example", "threshold"),
    [(CONSOLIDATION, "negative-ngs", "1e-5"), (ENDPOINT, "endpoint-reached", "1e-6")],
)
@pytest.mark.parametrize("unit", sorted(_UNITS))
def test_the_class_changes_at_the_threshold_itself(
    pack: str, example: str, threshold: str, unit: str
) -> None:
    at, step = Decimal(threshold), Decimal("1e-20")
    classes = [
        _class(answered(pack, with_value(resources_of(example), _written(value, unit))))
        for value in (at - step, at, at + step)
    ]
    assert classes == [0, 2, 2]


# --- what never matters ----------------------------------------------------------------------------


def _keys_shuffled(random: Random, node: Any) -> Any:
    """The same tree with the members of every object in another order; lists keep theirs."""
    if isinstance(node, dict):
        keys = random.sample(sorted(node), len(node))
        return {key: _keys_shuffled(random, node[key]) for key in keys}
    return [_keys_shuffled(random, one) for one in node] if isinstance(node, list) else node


def _shuffled(random: Random, mapping: Any) -> Any:
    return {key: mapping[key] for key in random.sample(sorted(mapping), len(mapping))}


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from([*sorted(_PACK_OF), "preliminary", "below-0.01-percent", "endpoint-flow-cannot-tell"]),
    _SEEDS,
)
def test_order_of_resources_rules_and_keys_never_matters(example: str, seed: int) -> None:
    random, resources = Random(seed), resources_of(example)
    name = ENDPOINT if example.startswith("endpoint") else CONSOLIDATION
    pack = real_pack(name).pack
    parts = ("facts", "rules", "options", "code_sets", "parameters", "evidence")
    other = compile_pack(replace(pack, **{part: _shuffled(random, getattr(pack, part)) for part in parts}))
    again = [_keys_shuffled(random, one) for one in random.sample(resources, len(resources))]
    assert decision_json(answered(other, again)) == decision_json(answered(name, resources))


def _untold(node: Any) -> Any:
    """A decision without the texts that show a value as it was written, and without its id."""
    if isinstance(node, dict):
        return {key: _untold(value) for key, value in node.items() if key not in {"shown", "decision_id"}}
    return [_untold(one) for one in node] if isinstance(node, list) else node


@_SETTINGS
@given(_EXAMPLES, _VALUES, st.sampled_from(["", "<", "<=", ">", ">="]), st.permutations(sorted(_UNITS)))
def test_a_unit_change_never_matters(example: str, value: Decimal, comparator: str, units: list[str]) -> None:
    pack, resources = _PACK_OF[example], resources_of(example)
    told = [
        _untold(
            json.loads(
                decision_json(answered(pack, with_value(resources, _written(value, unit, comparator))))
            )
        )
        for unit in ["1", *units[:3]]
    ]
    assert all(one == told[0] for one in told)
