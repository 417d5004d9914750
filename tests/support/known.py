"""What may be known of a patient, by the facts of a pack: strategies for groups of stated facts."""

from decimal import Decimal

from hypothesis import strategies as st

from pactolus_adapters.fhir.compose import Stated
from pactolus_engine.facts import Standing
from pactolus_engine.pack.model import Fact, FactType, Pack
from pactolus_engine.values import Codes, Interval, Members, Value, date_interval, exactly

__all__ = ["STANDINGS", "groups"]

STANDINGS = st.sampled_from([*[Standing.FINAL] * 12, *Standing])


def groups(
    pack: Pack, standings: st.SearchStrategy[Standing] = STANDINGS
) -> st.SearchStrategy[list[dict[str, Stated]]]:
    """A group with facts of many heads, and now and then a second one."""
    base = [fact for fact in pack.facts.values() if fact.derivation is None]
    one = st.fixed_dictionaries({}, optional={fact.id: _stated(fact, standings) for fact in base})
    whole = one.map(lambda group: {name: group[name] for name in pack.facts if _has_head(pack, name, group)})
    return st.lists(whole, min_size=1, max_size=2)


def _has_head(pack: Pack, name: str, group: dict[str, Stated]) -> bool:
    return name in group and (not pack.facts[name].of or pack.facts[name].of in group)


def _stated(fact: Fact, standings: st.SearchStrategy[Standing]) -> st.SearchStrategy[Stated]:
    return st.builds(_with_standing, _values(fact), standings)


def _with_standing(value: Value, standing: Standing) -> Stated:
    has_none = standing in {Standing.UNUSABLE, Standing.UNREADABLE}
    return Stated(None if has_none else value, standing)


def _values(fact: Fact) -> st.SearchStrategy[Value]:
    match fact.type:
        case FactType.DATE:
            return st.one_of(
                st.builds(date_interval, st.integers(1930, 2025)),
                st.builds(date_interval, st.integers(1990, 2025), st.integers(1, 12)),
                st.builds(date_interval, st.integers(1990, 2025), st.integers(1, 12), st.integers(1, 28)),
                st.integers(700_000, 738_000).map(
                    lambda day: Interval(Decimal(day), True, Decimal(day + 9), True)
                ),
                st.integers(700_000, 738_000).map(lambda day: Interval(Decimal(day), False, None, True)),
            )
        case FactType.SET:
            members = st.frozensets(st.sampled_from(fact.values), min_size=1, max_size=5)
            return st.builds(
                lambda sure, other: Members(sure, other - sure), members, st.just(frozenset()) | members
            )
        case FactType.CODE | FactType.BOOLEAN:
            return st.sampled_from(fact.codes).map(lambda code: Codes(frozenset({code})))
        case _:
            return _numbers(fact).flatmap(lambda number: st.sampled_from(_intervals(fact, number)))


def _numbers(fact: Fact) -> st.SearchStrategy[Decimal]:
    if fact.type is FactType.FRACTION:
        return st.builds(
            lambda digits, exponent: Decimal(digits).scaleb(exponent), st.integers(1, 99), st.integers(-9, -4)
        )
    low = 0 if fact.low is None else int(fact.low)
    high = 10**7 if fact.high is None else int(fact.high)
    return st.integers(low, high).map(Decimal)


def _intervals(fact: Fact, number: Decimal) -> list[Interval]:
    found = [exactly(number)]
    for closed in (True, False):
        for low, low_closed, high, high_closed in (
            (fact.low, True, number, closed),
            (number, closed, fact.high, True),
        ):
            if low is None or high is None or low < high:
                found.append(Interval(low, low_closed, high, high_closed))
    return found
