"""Two packs compared: regions are all there is, as large as can be, and each witness was answered otherwise."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product
from random import Random

import pytest

from pactolus_engine.changes.nearest import answer_of
from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.differences.common import Common, Side, only_rules
from pactolus_engine.differences.compare import Comparison, compare
from pactolus_engine.differences.regions import answer_bits, find_regions, skeleton_of
from pactolus_engine.evaluate import evaluate
from pactolus_engine.facts import Reading
from pactolus_engine.pack.model import All, Any, Condition, Effect, Fact, Not, Pack, Rule, Several, Status
from pactolus_engine.values import Codes, Interval
from tests.support.real_packs import real_pack
from tests.support.small_packs import (
    INSTANT,
    InProcess,
    a_code,
    a_flag,
    a_fraction,
    codes,
    compared,
    is_one_of,
    pack_of,
    patient,
    point,
    reading,
    rule,
    stands,
)

_MATCHER = InProcess()
_ANSWERING = {Effect.CONFLICT, Effect.HOLD, Effect.EXCLUDE, Effect.OFFER, Effect.BLOCK}


def _compared(old: Pack, new: Pack) -> Comparison:
    return compare(compile_pack(old), compile_pack(new), _MATCHER)


def _told(comparison: Comparison) -> list[tuple[dict[str, str], str, str]]:
    """Each region: fact → words, and both answers."""
    return [
        (
            {fact: words for fact, _, words in one.where},
            " ".join([one.before.outcome, *one.before.options]),
            " ".join([one.after.outcome, *one.after.options]),
        )
        for one in comparison.answers
    ]


def _pack(*rules: Rule, facts: tuple[Fact, ...] = (), **more: object) -> Pack:
    return pack_of([a_fraction(), a_flag(), *facts], rules, **more)


def _at(threshold: str, below: str = "below", above: str = "at-least") -> tuple[Rule, ...]:
    return (
        rule("low", "offer", compared("mrd", below, threshold), "one"),
        rule("high", "offer", compared("mrd", above, threshold), "two"),
        rule("out", "exclude", is_one_of("flag", "true")),
    )


# --- what is found -------------------------------------------------------------------------------------


def test_a_pack_does_not_differ_from_itself() -> None:
    comparison = _compared(_pack(*_at("1e-5")), _pack(*_at("1e-5")))
    assert comparison.is_same and comparison.is_whole and comparison.answers == ()


def test_a_moved_threshold_gives_exactly_what_lies_between() -> None:
    comparison = _compared(_pack(*_at("1e-5")), _pack(*_at("1e-4")))
    assert _told(comparison) == [({"mrd": "at or above 1e-5 and below 1e-4"}, "OFFER two", "OFFER one")]
    assert comparison.answers[0].beside == ("no unchanged rule gives OUT_OF_SCOPE",)
    assert comparison.is_whole and comparison.moved == ("high", "low")


def test_samples_that_no_longer_disagree_are_listed() -> None:
    """A conflict that did not change stops fewer: those whose samples now lie in one class."""
    agreeing = replace(a_fraction(), several=Several.AGREE)
    odds = rule("odds", Effect.CONFLICT, stands("mrd", Status.DISAGREEING))
    old, new = (pack_of([agreeing, a_flag()], [*_at(limit), odds]) for limit in ("1e-5", "1e-4"))
    told = [change.what for change in _compared(old, new).listed.facts]
    assert told == ["fact mrd"]
    without = _compared(
        pack_of([agreeing, a_flag()], _at("1e-5")), pack_of([agreeing, a_flag()], _at("1e-4"))
    )
    assert without.listed.facts == ()


def test_below_against_at_most_gives_exactly_the_point() -> None:
    comparison = _compared(_pack(*_at("1e-5")), _pack(*_at("1e-5", "at-most", "above")))
    assert _told(comparison) == [({"mrd": "exactly 1e-5"}, "OFFER two", "OFFER one")]


def test_a_dropped_exclusion_is_found_in_those_whom_it_excluded() -> None:
    comparison = _compared(_pack(*_at("1e-5")), _pack(*_at("1e-5")[:2]))
    assert _told(comparison) == [
        ({"flag": "true"}, "OUT_OF_SCOPE", "OFFER one"),
        ({"flag": "true"}, "OUT_OF_SCOPE", "OFFER two"),
    ]
    assert comparison.moved == ("out",)


def test_a_swapped_option_is_found() -> None:
    low, high, out = _at("1e-5")
    comparison = _compared(_pack(low, high, out), _pack(replace(low, target="two"), high, out))
    assert [(before, after) for _, before, after in _told(comparison)] == [("OFFER one", "OFFER two")]


def test_a_rule_written_otherwise_that_says_the_same_differs_in_nothing() -> None:
    low, high, out = _at("1e-5")
    again = replace(low, condition=Not(compared("mrd", "at-least", "1e-5")))
    comparison = _compared(_pack(low, high, out), _pack(again, high, out))
    assert comparison.is_same and comparison.moved == ("low",)


def test_a_standing_that_no_rule_asks_about_any_more_is_found_in_patients_who_are_not_complete() -> None:
    wait = rule("wait", "hold", stands("mrd", "not-final"))
    comparison = _compared(_pack(*_at("1e-5"), wait), _pack(*_at("1e-5")))
    assert {(one.open_fact, words) for one in comparison.answers for _, _, words in one.where} == {
        ("mrd", "not final")
    }
    assert {before for _, before, _ in _told(comparison)} == {"HOLD"}


def test_findings_of_a_pack_without_options_are_compared() -> None:
    found = rule("found", "conclude", compared("mrd", "below", "1e-5"), "status", value="low")
    old, new = (_pack(replace(found, value=value), options=()) for value in ("low", "negative"))
    (one,) = _compared(old, new).answers
    assert (one.before.conclusions, one.after.conclusions) == (
        (("status", "low"),),
        (("status", "negative"),),
    )


def test_caveats_and_findings_beside_options_come_and_go_by_region() -> None:
    caveat = rule("care", "caveat", compared("mrd", "below", "1e-6"))
    wider = replace(caveat, condition=compared("mrd", "below", "1e-5"))
    comparison = _compared(_pack(*_at("1e-5"), caveat), _pack(*_at("1e-5"), wider))
    assert comparison.answers == () and not comparison.is_same
    ((name, where, is_new),) = ((one.rule, one.where, one.is_new) for one in comparison.beside)
    assert (name, where[0][2], is_new) == ("care", "at or above 1e-6 and below 1e-5", True)


def test_what_is_no_region_is_listed() -> None:
    old = _pack(*_at("1e-5"))
    low, high, out = _at("1e-5")
    comparison = _compared(
        old,
        _pack(replace(low, text="other words"), high, out, facts=(a_code(),)),
    )
    listed = comparison.listed
    assert [(one.what, one.how) for one in listed.texts] == [("rule low", "text")]
    assert [(one.what, one.how) for one in listed.facts] == [("fact code", "only in the new version")]
    assert not comparison.is_same


def test_the_bound_is_met_and_said() -> None:
    old, new = compile_pack(_pack(*_at("1e-5"))), compile_pack(_pack(*_at("1e-5")[:2]))
    bounded = compare(old, new, _MATCHER, maximum=1)
    assert len(bounded.answers) == 1 and not bounded.is_whole


# --- that it is right, against every patient ---------------------------------------------------------------

_FLAGS = ("flag", "other", "third")


def _random_condition(random: Random, depth: int = 0) -> Condition:
    if depth < 2 and random.random() < 0.6:
        parts = tuple(_random_condition(random, depth + 1) for _ in range(2))
        return random.choice([All(parts), Any(parts), Not(parts[0])])
    if random.random() < 0.4:
        return compared(
            "mrd", random.choice(["below", "at-most", "at-least", "above"]), random.choice(["1e-5", "1e-4"])
        )
    return is_one_of(random.choice(_FLAGS), random.choice(["true", "false"]))


def _random_pack(random: Random) -> Pack:
    effects = [("exclude", ""), ("conflict", ""), ("offer", "one"), ("offer", "two"), ("block", "one")]
    rules = [
        rule(f"r{place}", effect, _random_condition(random), target)
        for place, (effect, target) in enumerate(effects)
    ]
    facts = [
        a_fraction(),
        a_flag("flag"),
        a_flag("other", "assumed", assumed_value="false"),
        a_flag("third", "optional"),
    ]
    return pack_of(facts, rules)


def _changed(pack: Pack, random: Random) -> Pack:
    name = random.choice(sorted(pack.rules))
    again = replace(pack.rules[name], condition=_random_condition(random))
    return replace(pack, rules={**pack.rules, name: again}, digest="1" * 64)


def _patients() -> Iterator[dict[str, Reading]]:
    """Everybody: every number that a threshold tells apart, every flag, sent or not where it need not be."""
    numbers = ["1e-6", "1e-5", "2e-5", "1e-4", "1e-3"]
    for number, flag, other, third in product(
        numbers, ["true", "false"], ["true", "false", ""], ["true", "false", ""]
    ):
        said = {"flag": flag, "other": other, "third": third}
        flags = {name: reading(name, codes(value)) for name, value in said.items() if value}
        yield {"mrd": reading("mrd", point(number)), **flags}


def _stands_in(known: dict[str, Reading], fact: str, categories: object) -> bool:
    for one in categories:  # type: ignore[attr-defined]
        if fact not in known:
            if one.status is Status.MISSING:
                return True
            continue
        value = known[fact].value
        if isinstance(one.cell, Codes) and isinstance(value, Codes) and value.possible <= one.cell.possible:
            return True
        if isinstance(one.cell, Interval) and isinstance(value, Interval) and _lies_in(value.low, one.cell):
            return True
    return False


def _lies_in(number: Decimal | None, cell: Interval) -> bool:
    assert number is not None
    above = cell.low is None or number > cell.low or (number == cell.low and cell.low_closed)
    return above and (cell.high is None or number < cell.high or (number == cell.high and cell.high_closed))


@pytest.mark.parametrize("seed", range(6))
def test_the_regions_are_exactly_the_patients_who_are_answered_otherwise(seed: int) -> None:
    """Every rule is taken as changed, so that a region speaks of facts alone."""
    random = Random(seed)
    packs = [_random_pack(random)]
    packs.append(_changed(packs[0], random))
    old, new = (compile_pack(pack) for pack in packs)
    common = Common(Side(old), Side(new))
    found = find_regions(common, answer_bits(common))
    assert found.is_whole
    unchanged = [name for name in old.conditions if name not in common.moved]
    for known in _patients():
        answers = [
            answer_of(evaluate(patient(*known.values()), one, INSTANT, _MATCHER), one) for one in (old, new)
        ]
        holding = [
            region
            for region in found.regions
            if all(_stands_in(known, fact, allowed) for fact, allowed in region.where.items())
            and _says(old, unchanged, known, region.said)
        ]
        assert (answers[0] != answers[1]) == bool(holding)
        for region in holding:
            assert [skeleton_of(region.before), skeleton_of(region.after)] == answers


def _says(compiled: CompiledPack, unchanged: list[str], known: dict[str, Reading], said: object) -> bool:
    """Whether the unchanged rules say of the patient what the region asks."""
    decision = evaluate(patient(*known.values()), compiled, INSTANT, _MATCHER)
    truths = {one.rule: one.truth == "true" for one in decision.trace.rules}
    for what, is_said in said.items():  # type: ignore[attr-defined]
        rules = [compiled.pack.rules[name] for name in unchanged]
        own = [r.id for r in rules if (r.effect, r.target, r.value) == (what.effect, what.target, what.value)]
        if any(truths[name] for name in own) is not is_said:
            return False
    return True


# --- the pack of the trial ----------------------------------------------------------------------------------


def _consolidation(operator: str = "", constant: str = "1e-5") -> CompiledPack:
    """The pack, its answering rules alone, with another test for the stratum."""
    from pactolus_engine.pack.model import Comparison, Operator

    def other(condition: Condition) -> Condition:
        match condition:
            case Comparison("mrd", found, _) if found in {Operator.BELOW, Operator.AT_LEAST}:
                is_low = found is Operator.BELOW
                turned = {"at-most": (Operator.AT_MOST, Operator.ABOVE)}.get(
                    operator, (Operator.BELOW, Operator.AT_LEAST)
                )
                return Comparison("mrd", turned[0] if is_low else turned[1], Decimal(constant))
            case Not(inner):
                return Not(other(inner))
            case All(parts):
                return All(tuple(map(other, parts)))
            case Any(parts):
                return Any(tuple(map(other, parts)))
            case _:
                return condition

    pack = real_pack("midas-consolidation").pack
    rules = {name: replace(one, condition=other(one.condition)) for name, one in pack.rules.items()}
    changed = replace(pack, rules=rules, digest=f"{operator}{constant}".ljust(64, "0"))
    return compile_pack(changed)


@pytest.mark.parametrize(
    ("operator", "constant", "words"),
    [("", "1e-4", "at or above 1e-5 and below 1e-4"), ("at-most", "1e-5", "exactly 1e-5")],
)
def test_the_stratum_of_the_trial_moved(operator: str, constant: str, words: str) -> None:
    old, new = (only_rules(one, _ANSWERING) for one in (_consolidation(), _consolidation(operator, constant)))
    common = Common(Side(old), Side(new))
    found = find_regions(common, answer_bits(common))
    assert found.is_whole and len(found.regions) > 3
    from pactolus_engine.differences.categories import category_words

    for region in found.regions:
        told = category_words(common.fact("mrd"), region.where["mrd"], common.categories["mrd"])
        assert told == words


def test_a_witness_of_the_trial_is_answered_otherwise_by_both_packs() -> None:
    old, new = _consolidation(), _consolidation()
    pack = replace(
        new.pack,
        rules={n: r for n, r in new.pack.rules.items() if n != "al-amyloidosis-recorded"},
        digest="d" * 64,
    )
    comparison = compare(old, compile_pack(pack), _MATCHER)
    assert comparison.is_whole and comparison.not_shown == 0
    for one in comparison.answers:
        assert {fact: words for fact, _, words in one.where} == {"al-amyloidosis": "true"}
        assert (
            answer_of(one.witness.before, old) == one.before != one.after == answer_of(one.witness.after, new)
        )
    assert {one.after.options for one in comparison.answers} == {
        ("asct-isa-krd-x2", "isa-krd-x6"),
        ("asct-isa-krd-x2", "tandem-asct"),
        ("asct-isa-krd-x2",),
        ("isa-krd-x6",),
    }


def test_a_rule_on_a_fact_that_only_the_new_version_has() -> None:
    blocked = rule("stop", "block", is_one_of("code", "c"), "one")
    comparison = _compared(
        _pack(*_at("1e-5")), _pack(*_at("1e-5"), blocked, facts=(a_code(absence="optional"),))
    )
    assert _told(comparison) == [({"code": "c"}, "OFFER one", "OUT_OF_SCOPE")]
    assert [one.what for one in comparison.listed.facts] == ["fact code"]


def test_a_fact_that_is_another_kind_of_thing_now_is_listed_and_breaks_nothing() -> None:
    low, high, out = _at("1e-5")
    old = pack_of([a_fraction(), a_flag()], [low, high, out])
    new = pack_of([a_fraction(), a_code("flag")], [low, high, replace(out, condition=is_one_of("flag", "c"))])
    comparison = _compared(old, new)
    assert [(one.what, one.how) for one in comparison.listed.facts] == [("fact flag", "type, values")]
    assert not comparison.is_same and not comparison.is_whole


def test_a_code_that_only_the_new_version_knows_breaks_nothing() -> None:
    out = rule("out", "exclude", is_one_of("code", "c"))
    old = pack_of([a_fraction(), a_code()], [*_at("1e-5")[:2], out])
    wider = a_code(values=("a", "b", "c", "d"))
    new = pack_of(
        [a_fraction(), wider], [*_at("1e-5")[:2], replace(out, condition=is_one_of("code", "c", "d"))]
    )
    comparison = _compared(old, new)
    assert comparison.answers == () and comparison.is_whole and comparison.moved == ("out",)
    assert [(one.what, one.how) for one in comparison.listed.facts] == [("fact code", "values")]


def test_a_number_that_became_a_code_breaks_nothing() -> None:
    low, high, out = _at("1e-5")
    old = pack_of(
        [a_fraction(), a_flag(), a_fraction("x")],
        [low, high, replace(out, condition=compared("x", "below", "0.5"))],
    )
    new = pack_of(
        [a_fraction(), a_flag(), a_code("x")], [low, high, replace(out, condition=is_one_of("x", "a"))]
    )
    comparison = _compared(old, new)
    assert not comparison.is_whole and not comparison.is_same


def test_a_finding_that_two_rules_state_is_one_finding_of_the_answer() -> None:
    """Whether one rule or two state it is no other answer, neither to a region nor to a nearest change."""
    fact, low = a_fraction(), compared("mrd", "below", "1e-5")
    first = rule("first", "conclude", low, "status", value="negative")
    again = replace(first, id="again", condition=compared("mrd", "below", "1e-6"))
    old, new = (compile_pack(pack_of([fact], rules, ())) for rules in ((first, again), (first,)))
    sent = patient(reading("mrd", point("1e-7")))
    both, one = (evaluate(sent, pack, INSTANT, _MATCHER) for pack in (old, new))
    assert answer_of(both, old) == answer_of(one, new)
    assert compare(old, new, _MATCHER).is_whole
