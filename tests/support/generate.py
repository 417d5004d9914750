"""Hypothesis strategies for whole packs and patients, for the properties of the core.

The packs are small and strange on purpose: every type of fact, every absence policy, constants
that sit exactly on the values that patients have, conditions up to three levels deep.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random

from hypothesis import strategies as st

from pactolus_engine.facts import FactSet, PatientIdentity, Reading, Source, Standing
from pactolus_engine.pack.model import (
    Absence,
    All,
    Any,
    Comparison,
    Condition,
    Defined,
    Derivation,
    Effect,
    Fact,
    FactType,
    Membership,
    Not,
    Operator,
    Option,
    Pack,
    Place,
    Rule,
    SetEquality,
    Several,
    Status,
    StatusTest,
)
from pactolus_engine.values import Codes, Interval, Members, Value, exactly

INSTANT = datetime(2026, 3, 1, 9, tzinfo=UTC)
PLACE = Place("generated", 1, 1)
NUMBERS = tuple(
    Decimal(text) for text in ("0", "1e-6", "9.99e-6", "1e-5", "1.0e-5", "1.01e-5", "1e-4", "0.5", "1")
)
WHOLE = tuple(Decimal(number) for number in (0, 4, 5, 6, 7, 12))
DAYS = tuple(Decimal(date(2026, 1, day).toordinal()) for day in (1, 2, 15, 31))
SPANS = tuple(Decimal(number) for number in (0, 1, 13, 14, 30))
CODES = ("a", "b", "c")
SETS = (frozenset({"a", "b"}), frozenset({"b", "c"}))

_ABSENCE = st.sampled_from(list(Absence))
_ASSUMED = {FactType.FRACTION: "0.5", FactType.INTEGER: "6", FactType.CODE: "a", FactType.BOOLEAN: "false"}


def _constants(fact: Fact) -> tuple[Decimal, ...]:
    if fact.derivation is not None:
        return SPANS
    return {FactType.INTEGER: WHOLE, FactType.DATE: DAYS}.get(fact.type, NUMBERS)


@st.composite
def facts_of_pack(draw: st.DrawFn) -> dict[str, Fact]:
    """Two facts of the ordered kind, three dates, the days between two of them, and one each of code,
    boolean and set."""
    several = draw(st.sampled_from([Several.AGREE, Several.LATEST, Several.EARLIEST]))
    fraction = Fact(
        "fraction",
        "F",
        FactType.FRACTION,
        draw(_ABSENCE),
        PLACE,
        "1",
        Decimal(0),
        Decimal(1),
        several=several,
    )
    integer = Fact("integer", "I", FactType.INTEGER, draw(_ABSENCE), PLACE, "1", Decimal(0), Decimal(24))
    day = Fact("day", "D", FactType.DATE, draw(st.sampled_from([Absence.REQUIRED, Absence.OPTIONAL])), PLACE)
    code = Fact("code", "C", FactType.CODE, draw(_ABSENCE), PLACE, values=CODES)
    flag = Fact(
        "flag",
        "B",
        FactType.BOOLEAN,
        draw(_ABSENCE),
        PLACE,
        several=draw(st.sampled_from([Several.ANY, Several.LATEST])),
    )
    drugs = Fact("drugs", "S", FactType.SET, Absence.REQUIRED, PLACE, values=CODES, several=Several.UNION)
    start, end = (Fact(name, name, FactType.DATE, Absence.REQUIRED, PLACE) for name in ("start", "end"))
    between = Derivation("days-between", ("start", "end"))
    absence = draw(st.sampled_from([Absence.REQUIRED, Absence.OPTIONAL]))
    span = Fact(
        "span", "N", FactType.INTEGER, absence, PLACE, "d", Decimal(-5), Decimal(60), derivation=between
    )
    facts = (fraction, integer, day, code, flag, drugs, start, end, span)
    return {fact.id: _with_assumption(fact) for fact in facts}


@st.composite
def _over_samples(draw: st.DrawFn) -> tuple[Fact, Fact]:
    """All of the last samples of the fraction, and how many of the flag."""
    below = Comparison("fraction", Operator.BELOW, draw(st.sampled_from(NUMBERS)))
    last, apart = draw(st.sampled_from([(1, 0), (2, 0), (2, 1), (2, 14)]))
    sequence = Derivation("all-of-last", ("fraction",), below, last, apart)
    true = Membership("flag", frozenset({"true"}))
    absences = [draw(st.sampled_from([Absence.REQUIRED, Absence.OPTIONAL])) for _ in range(2)]
    return (
        Fact("twice", "T", FactType.BOOLEAN, absences[0], PLACE, derivation=sequence),
        Fact(
            "many", "M", FactType.INTEGER, absences[1], PLACE, "1", Decimal(0),
            derivation=Derivation("count", ("flag",), true),
        ),
    )  # fmt: skip


def _with_assumption(fact: Fact) -> Fact:
    if fact.absence is not Absence.ASSUMED:
        return fact
    return replace(fact, assumed_value=_ASSUMED[fact.type], note="taken as stated")


def atoms(facts: dict[str, Fact]) -> st.SearchStrategy[Condition]:
    """Atoms that fit the facts' types."""
    ordered = [
        Comparison(fact.id, operator, constant)
        for fact in facts.values()
        if fact.type.is_ordered and fact.id not in {"start", "end"}
        for operator in Operator
        for constant in _constants(fact)
    ]
    coded: list[Condition] = [
        Membership(fact.id, frozenset(codes))
        for fact in facts.values()
        if fact.type in {FactType.CODE, FactType.BOOLEAN}
        for codes in ({fact.codes[0]}, {fact.codes[1]}, {fact.codes[0], fact.codes[-1]})
    ]
    sets: list[Condition] = [SetEquality("drugs", members) for members in SETS]
    statuses: list[Condition] = [
        StatusTest(fact, frozenset({status}))
        for fact in facts
        for status in (Status.NOT_FINAL, Status.UNREADABLE, Status.DISAGREEING, Status.MISSING)
    ]
    return st.one_of(*(st.sampled_from(kind) for kind in (ordered, coded, sets, statuses)))


def conditions(facts: dict[str, Fact], *names: str) -> st.SearchStrategy[Condition]:
    """Conditions of a few atoms, nested; some of them call a definition of these names."""

    def wider(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.one_of(parts.map(All), parts.map(Any), inner.map(Not))

    leaves = st.one_of(atoms(facts), *(st.just(Defined(name)) for name in names))
    return st.recursive(leaves, wider, max_leaves=5)


@st.composite
def packs(draw: st.DrawFn) -> Pack:
    """A whole pack: facts, two options, a definition, and up to eight rules of every effect."""
    facts = draw(facts_of_pack())
    kinds = [Effect.EXCLUDE, Effect.HOLD, Effect.CONFLICT, Effect.BLOCK, Effect.CAVEAT, Effect.OFFER]
    effects = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=6))
    return _pack(draw, facts, [Effect.OFFER, Effect.OFFER, *effects], ("one", "two"))


@st.composite
def packs_over_samples(draw: st.DrawFn) -> Pack:
    """As `packs`, with two facts that look at several samples of others."""
    facts = draw(facts_of_pack()) | {fact.id: fact for fact in draw(_over_samples())}
    return _pack(draw, facts, [Effect.OFFER, Effect.EXCLUDE, Effect.HOLD, Effect.OFFER], ("one", "two"))


@st.composite
def concluding_packs(draw: st.DrawFn) -> Pack:
    """A pack without options: findings, some of them stated by two rules, and what may end the search."""
    facts = draw(facts_of_pack())
    kinds = [Effect.EXCLUDE, Effect.HOLD, Effect.CONFLICT, Effect.CONCLUDE, Effect.CONCLUDE]
    effects = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4))
    return _pack(draw, facts, [Effect.CONCLUDE, Effect.CONCLUDE, *effects], ())


def _pack(draw: st.DrawFn, facts: dict[str, Fact], effects: list[Effect], options: tuple[str, ...]) -> Pack:
    named = _rule(99, Effect.DEFINE, draw(conditions(facts)))
    condition = conditions(facts, named.target)
    rules = [named, *(_rule(place, effect, draw(condition)) for place, effect in enumerate(effects))]
    return Pack(
        "generated", "1.0.0", "1", "Generated", "", date(2026, 1, 1), date(2027, 1, 1), facts, {}, {}, {},
        {name: Option(name, name, "", (), (), PLACE) for name in options},
        {rule.id: rule for rule in rules}, {}, "0" * 64,
    )  # fmt: skip


def _rule(place: int, effect: Effect, condition: Condition) -> Rule:
    targets = {
        Effect.OFFER: ("one", "two"),
        Effect.BLOCK: ("two", "one"),
        Effect.CONCLUDE: ("stage", "grade"),
        Effect.DEFINE: ("named", "named"),
    }
    target = targets[effect][place % 2] if effect in targets else ""
    value = ("I", "II")[place // 2 % 2] if effect is Effect.CONCLUDE else ""
    return Rule(
        f"rule-{place:02}", "title", "text", condition, effect, PLACE, target, value, rationale="generated"
    )


def random_patient(random: Random, facts: dict[str, Fact]) -> FactSet:
    """No, one or two readings of each fact, of any standing, dated or not."""
    readings = [
        _reading(random, fact, number)
        for fact in facts.values()
        if fact.derivation is None
        for number in range(random.choice((0, 1, 1, 1, 2)))
    ]
    return FactSet(PatientIdentity("p", "Patient/p"), tuple(readings))


def _reading(random: Random, fact: Fact, number: int) -> Reading:
    origin = f"Observation/{fact.id}-{number}"
    standing = random.choice([Standing.FINAL] * 9 + list(Standing))
    dated = exactly(random.choice(DAYS)) if random.random() < 0.5 else None
    return Reading(
        fact.id, Source(origin, "Observation.value"), origin, _value(random, fact), standing, dated=dated
    )


def _value(random: Random, fact: Fact) -> Value:
    if fact.type.is_ordered:
        return _interval(random, _constants(fact), fact.type.is_whole)
    codes = frozenset(random.sample(fact.codes, random.choice((1, 1, 2))))
    if fact.type is FactType.SET:
        return Members(codes, frozenset(random.sample(fact.codes, random.choice((0, 0, 1)))))
    return Codes(codes)


def _interval(random: Random, numbers: tuple[Decimal, ...], whole: bool) -> Interval:
    """Points, ranges, and what a comparator leaves."""
    low, high = sorted(random.choices(numbers, k=2))
    if low == high or random.random() < 0.5:
        return exactly(low)
    return Interval(low, whole or random.random() < 0.5, high, whole or random.random() < 0.5)
